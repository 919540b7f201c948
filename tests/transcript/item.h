#ifndef HEADRACE_TESTS_TRANSCRIPT_ITEM_H_
#define HEADRACE_TESTS_TRANSCRIPT_ITEM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/transcript/words.h"

namespace headrace::transcript {

// One indented line under a frame, an event or a command.
struct FieldLine {
  enum class Kind : uint8_t {
    kField,
    kIndexed,     // (indexed 2): an indexed representation; only in `<`
    kSizeUpdate,  // (size 0): a dynamic table size update; only in `<`
    kRaw,         // (raw 8286): octets of the field block as they are; only in `<`
  };
  Kind kind = Kind::kField;
  std::string name;
  std::string value;  // of kRaw: the octets
  bool never = false;
  bool index = false;    // literal with incremental indexing
  bool huffman = false;  // name and value are Huffman-coded
  uint64_t named = 0;    // not 0: a literal whose name is this index (RFC 7541 §6.2); only in `<`
  uint64_t number = 0;   // of kIndexed and kSizeUpdate
};

using Attribute = std::pair<std::string, std::string>;

// A frame, an event or a command as text. What was written in a transcript and what was observed
// are both items, so that they can be compared and shown alike:
//
//   GOAWAY 7 NO_ERROR last=5 "text"     name, numbers, words, attributes, bytes
struct Item {
  std::string name;
  std::vector<uint64_t> numbers;
  std::vector<std::string> words;  // flags, error codes, ...; their order means nothing
  std::vector<Attribute> attributes;
  std::optional<std::string> bytes;
  std::vector<FieldLine> fields;

  // Of an observed item: what an expectation may leave out. Attributes that are compared only when
  // the expectation names them, and whether it may be silent about the fields and the bytes.
  std::vector<Attribute> details;
  bool fields_may_be_left_out = false;
  bool bytes_may_be_left_out = false;

  bool has_word(std::string_view word) const;
  // The attribute's value, or null.
  const std::string* attribute(std::string_view key) const;
  // The attribute's value as a number; `fallback` when it is not there or not a number.
  uint64_t number(std::string_view key, uint64_t fallback) const;
};

// Reads an item's line. The fields are added by parse_field_line().
bool parse_item(std::string_view line, Item* item, std::string* error);
// Reads an indented line, which may stand for several fields.
bool parse_field_line(std::string_view line, std::vector<FieldLine>* fields, std::string* error);

// One line, and an indented one for each field. Text of more than `shown` octets is cut short;
// otherwise it can be read again.
std::string format_item(const Item& item, size_t shown = 256);

// Whether what was observed is what was expected.
bool matches(const Item& expected, const Item& observed);

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_ITEM_H_
