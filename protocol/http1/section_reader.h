#ifndef HEADRACE_PROTOCOL_HTTP1_SECTION_READER_H_
#define HEADRACE_PROTOCOL_HTTP1_SECTION_READER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/field/field_storage.h"
#include "headrace/field/field_syntax.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/input_queue.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/guard/limits.h"
#include "headrace/protocol/http1/line_reader.h"
#include "headrace/protocol/http1/plain_field.h"
#include "headrace/protocol/http1/refusal.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

inline constexpr size_t kFieldOverhead = 32;  // of a field's size, as RFC 9113 §6.5.2 has it

// Reads the field lines of a header or trailer section (RFC 9112 §5), up to the empty line behind
// them, into field storage. Names are copied in lower case. Values stay in the input where a line
// lies whole in it; keep() copies them before the input goes away.
class SectionReader {
 public:
  enum class Status : uint8_t { kNothing, kField, kEnd, kRefused };

  struct Bounds {
    size_t size;               // octets of the lines, plus 32 a field (Limits::field_list_size)
    size_t fields;             // their number
    Limit too_many;            // the name of the latter
    bool joins_folds = false;  // a folded value is joined with a space (§5.2), not refused
  };

  SectionReader(Ledger* ledger, const Bounds& bounds, size_t kept_fields, size_t kept_text)
      : ledger_(*ledger), storage_(ledger, kept_fields, kept_text), bounds_(bounds) {}

  // A section begins. `slots`: fields at its front that the caller fills in, and keeps. False: no
  // memory.
  [[nodiscard]] bool begin(size_t slots);
  // The next field, which is appended to the storage; where folds are joined its value may grow
  // until kEnd.
  [[nodiscard]] Status next(InputQueue* input, LineReader* lines);

  // The fields at the front of the input that are plain and within the bounds; `take_field` is
  // called behind each whose name `is_looked_at`. kEnd, or kNothing: next() has to read on.
  template <typename IsLookedAt, typename TakeField>
  [[nodiscard]] Status read_plain(InputQueue* input, IsLookedAt is_looked_at, TakeField take_field);

  // The field that was read last.
  Field& field() { return storage_.fields()[storage_.size() - 1]; }
  // Removes it from the list. Its text stays valid.
  void drop() { storage_.truncate(storage_.size() - 1); }
  // Why next() returned kRefused.
  const Refusal& refusal() const { return refusal_; }
  Refusal no_memory() const;

  // Copies the values that lie in the input. False: no memory.
  [[nodiscard]] bool keep();
  // Copies a text. False: no memory.
  [[nodiscard]] bool copy(std::string_view* text) { return storage_.copy(*text, text); }

  FieldStorage& storage() { return storage_; }
  const FieldStorage& storage() const { return storage_; }
  void trim() { storage_.release(); }

 private:
  // As many plain fields as there is room for. Whether there may be more.
  template <typename IsLookedAt, typename TakeField>
  bool read_run(InputQueue* input, IsLookedAt is_looked_at, TakeField take_field);
  Status refuse_memory();
  Status refuse(uint16_t status, const Rule& rule, std::optional<LimitHit> hit = {});
  Status refuse_number();
  Status take(const Line& line);
  [[nodiscard]] bool count(size_t octets);
  Status join(std::string_view text, size_t octets);
  Status append(std::string_view line, size_t name_size, std::string_view value, bool stable);

  const Ledger& ledger_;
  FieldStorage storage_;
  const Bounds bounds_;
  size_t size_ = 0;   // octets and overhead so far
  size_t count_ = 0;  // fields, dropped ones too
  size_t kept_ = 0;   // fields in front of it are not in the input
  Refusal refusal_;
};

template <typename IsLookedAt, typename TakeField>
SectionReader::Status SectionReader::read_plain(InputQueue* input, IsLookedAt is_looked_at,
                                                TakeField take_field) {
  while (read_run(input, is_looked_at, take_field)) {
  }
  if (input->size() < 2 || std::memcmp(input->data(), "\r\n", 2) != 0) return Status::kNothing;
  input->consume(2);
  return Status::kEnd;
}

// The state that each field changes is in local variables up to the end of the run.
template <typename IsLookedAt, typename TakeField>
bool SectionReader::read_run([[maybe_unused]] InputQueue* input,
                             [[maybe_unused]] IsLookedAt is_looked_at,
                             [[maybe_unused]] TakeField take_field) {
#if HEADRACE_OCTET_BLOCKS
  if (size_ >= bounds_.size || count_ >= bounds_.fields || !storage_.has_room()) return false;
  Field* field = storage_.room().data();
  const size_t room = std::min(storage_.room().size(), bounds_.fields - count_);
  size_t room_left = room;
  size_t size_left = bounds_.size - size_;
  const auto* const begin = reinterpret_cast<const char*>(input->data());
  const char* const end = begin + input->size();
  const char* line = begin;
  char lower[KnownName::kMaxSize];
  for (; room_left > 0 && end - line > 16; --room_left) {
    const size_t name_size = read_plain_name(line, end, lower);
    if (name_size < KnownNames::kMinSize) break;
    const char* const behind_colon = line + name_size + 1;
    const char* const value = behind_colon + (*behind_colon == ' ' ? 1 : 0);
    const char* const value_end = find_plain_end(value, end);
    if (value_end == nullptr) break;
    const size_t size = static_cast<size_t>(value_end + 2 - line) + kFieldOverhead;
    if (size > size_left) break;
    FieldName token = FieldName::kOther;
    if (const KnownName* known = find_known_name(lower, name_size)) {
      token = known->token;
      field->name = {known->octets.data(), name_size};
    } else {
      char* const name = storage_.allocate(sizeof(lower));
      if (name == nullptr) break;
      std::memcpy(name, lower, sizeof(lower));
      storage_.shrink_last(sizeof(lower) - name_size);
      field->name = {name, name_size};
    }
    field->value = {value, static_cast<size_t>(value_end - value)};
    // (There is no other control character in it.)
    if (value != value_end && (*value <= ' ' || value_end[-1] <= ' ')) [[unlikely]] {
      field->value = trim_field_value(field->value);
    }
    field->never_indexed = false;
    field->known_name = token;
    field->syntax = FieldSyntax::kValid;
    storage_.extend(1);
    size_left -= size;
    line = value_end + 2;
    if (is_looked_at(token)) {
      take_field(*field);  // and may drop() it
      field = storage_.room().data();
    } else {
      ++field;
    }
  }
  count_ += room - room_left;
  size_ = bounds_.size - size_left;
  input->consume(static_cast<size_t>(line - begin));
  return room_left == 0;
#else
  return false;
#endif
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_SECTION_READER_H_
