#ifndef HEADRACE_FIELD_STRUCTURED_DICTIONARY_H_
#define HEADRACE_FIELD_STRUCTURED_DICTIONARY_H_

#include <cstdint>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/memory/temporary.h"

namespace headrace {

// A Dictionary of the Structured Fields (RFC 9651 §3.2, once RFC 8941), read member by member and
// without memory of its own: `text` must outlive it. The whole of the syntax is checked (§4.2.2).
//
// What a failure in a late member means for earlier ones is the rule of §4.2: the field is to be
// ignored as a whole. So nothing that next() gave out counts before failed() has been asked at the
// end. A key may come several times; the last one is the one that counts (§3.2).
class StructuredDictionary {
 public:
  // What a member's value is (§3.1.1, §3.3). Parameters are checked and left out.
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
    int64_t number = 0;  // of an Integer; of a Boolean: 0 or 1; of a Date: seconds; else 0
  };

  explicit StructuredDictionary(std::string_view text HEADRACE_LIFETIME_BOUND);
  template <TemporaryOwner T>
  explicit StructuredDictionary(T&& dies_before_it_is_read) = delete;

  // The next member. False: there are no more, or the text is not a Dictionary (failed()).
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

  // The next character; NUL at the end, which no rule accepts.
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
