#ifndef HEADRACE_FIELD_STRUCTURED_DICTIONARY_H_
#define HEADRACE_FIELD_STRUCTURED_DICTIONARY_H_

#include <cstdint>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/memory/byte_view.h"

namespace headrace {

// A parser of a Structured Fields Dictionary (RFC 9651 §3.2; before, RFC 8941), member by member.
// It allocates nothing: `text` must outlive it. The whole syntax is checked (§4.2.2).
//
// A failure in any member makes the whole field invalid (§4.2), so a caller uses the members only
// if failed() is false after the last one. If a key occurs several times, the last one counts
// (§3.2).
class StructuredDictionary {
 public:
  // The type of a member's value (§3.1.1, §3.3). Parameters are checked but not reported.
  enum class Type : uint8_t {
    kInteger,
    kDecimal,
    kString,
    kToken,
    kByteSequence,
    kBoolean,
    kDate,
    kDisplayString,
    kInnerList,
  };
  struct Member {
    std::string_view key;
    Type type = Type::kBoolean;
    int64_t number = 0;  // an Integer; a Boolean as 0 or 1; a Date in seconds since 1970; else 0
  };

  explicit StructuredDictionary(std::string_view text HEADRACE_LIFETIME_BOUND);
  template <TemporaryOwner T>
  explicit StructuredDictionary(T&& dies_before_it_is_read) = delete;

  // Reads the next member. False after the last one, or if the text is no Dictionary (failed()).
  [[nodiscard]] bool next(Member* member);
  bool failed() const { return failed_; }

 private:
  bool parse_member(Member* member);
  bool parse_key(std::string_view* key);
  bool parse_parameters();
  bool parse_inner_list();
  bool parse_item(Member* item);
  bool parse_bare_item(Member* item);
  bool parse_number(Member* item);
  bool parse_string();
  bool parse_token();
  bool parse_byte_sequence();
  bool parse_boolean(Member* item);
  bool parse_display_string();

  // The next character, or NUL at the end, because no rule of the syntax accepts NUL.
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool take(char c) {
    if (peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip_spaces();
  void skip_optional_white_space();

  std::string_view rest_;
  bool first_ = true;
  bool failed_ = false;
};

}  // namespace headrace

#endif  // HEADRACE_FIELD_STRUCTURED_DICTIONARY_H_
