#include "headrace/protocol/http1/section_reader.h"

#include <cstring>

#include "headrace/field/field_name.h"
#include "headrace/field/field_syntax.h"
#include "headrace/protocol/http1/octet_scan.h"
#include "headrace/protocol/http1/rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {
namespace {

constexpr bool is_white_space(char c) { return c == ' ' || c == '\t'; }

size_t rounded_up(size_t size) { return (size + 15) & ~size_t{15}; }

// The same text with room for `more` octets behind it: where it is, if it was allocated last and
// there is room, so that a text that grows again and again is seldom copied. Null: no memory.
char* grow(FieldStorage* storage, std::string_view text, size_t more) {
  char* place = storage->allocate(more);
  if (place != nullptr && place == text.data() + text.size()) return place - text.size();
  if (place == nullptr) return nullptr;
  storage->shrink_last(more);
  place = storage->allocate(text.size() + more);
  if (place != nullptr && !text.empty()) std::memcpy(place, text.data(), text.size());
  return place;
}

}  // namespace

bool SectionReader::begin(size_t slots) {
  storage_.clear();
  size_ = count_ = 0;
  kept_ = slots;
  if (!storage_.has_room(slots)) return false;
  storage_.extend(slots);
  return true;
}

SectionReader::Status SectionReader::next(InputQueue* input, LineReader* lines) {
  Line line;
  const size_t room =
      bounds_.size > size_ + kFieldOverhead ? bounds_.size - size_ - kFieldOverhead : 0;
  // The empty line at the end always fits.
  switch (lines->next(input, room < 2 ? 2 : room, &line)) {
    case LineReader::Status::kLine:
      return take(line);
    case LineReader::Status::kNothing:
      return Status::kNothing;
    case LineReader::Status::kNoMemory:
      return refuse_memory();
    case LineReader::Status::kTooLong:
      break;
  }
  return refuse(kFieldsTooLarge, kSectionSize,
                LimitHit{Limit::kFieldListSize, bounds_.size, uint64_t{bounds_.size} + 1});
}

SectionReader::Status SectionReader::take(const Line& line) {
  if (line.broken != nullptr) return refuse(kBadRequest, *line.broken);
  const std::string_view text = line.text;
  if (text.empty()) return Status::kEnd;
  const char* const end = text.data() + text.size();
  const char* const colon = skip_token(text.data(), end);
  if (colon == end || *colon != ':' || colon == text.data()) [[unlikely]] {
    if (is_white_space(text.front())) {
      if (count_ == 0) return refuse(kBadRequest, kSpaceBeforeFields);
      if (!bounds_.joins_folds) return refuse(kBadRequest, kFold);
      return join(text, line.octets);
    }
    const bool spaced = colon != end && is_white_space(*colon);
    return refuse(kBadRequest, spaced ? kSpaceBeforeColon : kFieldName);
  }
  if (!count(line.octets)) return refuse_number();
  const auto size = static_cast<size_t>(colon - text.data());
  return append(text, size, trim_field_value(text.substr(size + 1)), line.stable);
}

// A line is counted as a field. False: there are too many.
bool SectionReader::count(size_t octets) {
  size_ += octets + kFieldOverhead;
  return ++count_ <= bounds_.fields;
}

// A line that goes on with the value of the field before it.
SectionReader::Status SectionReader::join(std::string_view text, size_t octets) {
  if (!count(octets)) return refuse_number();
  text = trim_field_value(text);
  if (text.empty()) return Status::kField;
  std::string_view& value = field().value;
  const size_t gap = value.empty() ? 0 : 1;
  char* const joined = grow(&storage_, value, gap + text.size());
  if (joined == nullptr) return refuse_memory();
  if (gap > 0) joined[value.size()] = ' ';
  std::memcpy(joined + value.size() + gap, text.data(), text.size());
  value = {joined, value.size() + gap + text.size()};
  return Status::kField;
}

// The name is the first octets of the line.
SectionReader::Status SectionReader::append(std::string_view line, size_t name_size,
                                            std::string_view value, bool stable) {
  const size_t room = rounded_up(name_size);
  char* const lower = storage_.allocate(room);
  if (lower == nullptr) return refuse_memory();
  copy_lower(line.data(), name_size, line.size(), lower);
  storage_.shrink_last(room - name_size);
  if (!stable && !storage_.copy(value, &value)) return refuse_memory();
  const std::string_view lowered(lower, name_size);
  const Field field{lowered, value, /*never_indexed=*/false, resolve_field_name(lowered),
                    FieldSyntax::kValid};
  if (!storage_.append(field)) return refuse_memory();
  return Status::kField;
}

bool SectionReader::keep() {
  const auto fields = storage_.fields();
  for (; kept_ < fields.size(); ++kept_) {
    std::string_view& value = fields[kept_].value;
    if (!value.empty() && !storage_.copy(value, &value)) return false;
  }
  return true;
}

SectionReader::Status SectionReader::refuse(uint16_t status, const Rule& rule,
                                            std::optional<LimitHit> hit) {
  refusal_ = {status, &rule, {}, hit};
  return Status::kRefused;
}

SectionReader::Status SectionReader::refuse_number() {
  return refuse(kFieldsTooLarge, kSectionFields,
                LimitHit{bounds_.too_many, bounds_.fields, count_});
}

SectionReader::Status SectionReader::refuse_memory() {
  refusal_ = no_memory();
  return Status::kRefused;
}

Refusal SectionReader::no_memory() const {
  return {kFieldsTooLarge,
          &kSectionMemory,
          {},
          LimitHit{Limit::kConnectionMemory, ledger_.budget(), ledger_.refused()}};
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
