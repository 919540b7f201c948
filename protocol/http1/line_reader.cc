#include "headrace/protocol/http1/line_reader.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <gsl/span>
#include <utility>

#include "headrace/protocol/http1/octet_scan.h"
#include "headrace/protocol/http1/rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {
namespace {

const char* find_lf(const char* at, const char* end) {
  return static_cast<const char*>(std::memchr(at, '\n', static_cast<size_t>(end - at)));
}

// The rule that a control character within a line breaks; `at` is in front of its LF.
const Rule* broken_by(const char* at) {
  if (*at == '\r') return &kBareCr;
  return &kFieldValue;
}

const char* as_text(const uint8_t* octets) { return reinterpret_cast<const char*>(octets); }

}  // namespace

// Reads the line at `begin`. False: it is not complete.
bool LineReader::read(const char* begin, const char* end, Line* line) const {
  const char* const control = find_control(begin, end);
  if (end - control >= 2 && control[0] == '\r' && control[1] == '\n') [[likely]] {
    line->text = {begin, static_cast<size_t>(control - begin)};
    line->octets = line->text.size() + 2;
    line->broken = nullptr;
    return true;
  }
  const char* const lf = control == end ? nullptr : find_lf(control, end);
  if (lf == nullptr) return false;
  line->text = {begin, static_cast<size_t>(lf - begin)};
  line->octets = line->text.size() + 1;
  if (control != lf) {
    line->broken = broken_by(control);
  } else {
    line->broken = accept_bare_lf_ ? nullptr : &kBareLf;
  }
  return true;
}

LineReader::Status LineReader::next(InputQueue* input, size_t most, Line* line) {
  if (std::exchange(done_, false)) cut_.clear();
  if (cut_.empty()) [[likely]] {
    const char* const begin = as_text(input->data());
    if (!input->empty() && read(begin, begin + input->size(), line)) [[likely]] {
      line->stable = true;
      if (line->octets > most) {
        line->text = {begin, most};
        return Status::kTooLong;
      }
      input->consume(line->octets);
      return Status::kLine;
    }
  }
  return next_cut(input, most, line);
}

LineReader::Status LineReader::next_cut(InputQueue* input, size_t most, Line* line) {
  line->stable = false;
  while (!input->empty()) {
    const char* const begin = as_text(input->data());
    const char* const lf = find_lf(begin, begin + input->size());
    const size_t size = lf == nullptr ? input->size() : static_cast<size_t>(lf + 1 - begin);
    const size_t taken = std::min(size, most - cut_.size());
    if (!cut_.append({input->data(), taken})) return Status::kNoMemory;
    const char* const text = as_text(cut_.bytes().data());
    if (taken < size) {
      line->text = {text, cut_.size()};
      return Status::kTooLong;
    }
    input->consume(size);
    if (lf == nullptr) continue;
    done_ = true;
    (void)read(text, text + cut_.size(), line);  // which ends with its LF
    return Status::kLine;
  }
  return Status::kNothing;
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
