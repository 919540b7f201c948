#include "headrace/field/structured_dictionary.h"

#include <cstddef>

namespace headrace {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower_case(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_alpha(char c) { return is_lower_case(c) || (c >= 'A' && c <= 'Z'); }
constexpr bool is_printable(char c) { return c >= 0x20 && c < 0x7f; }
constexpr bool is_one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

// §4.2.3.3
constexpr bool is_key_character(char c) {
  return is_lower_case(c) || is_digit(c) || is_one_of(c, "_-.*");
}
// §4.2.6: tchar (RFC 9110 §5.6.2), a colon or a slash.
constexpr bool is_token_character(char c) {
  return is_alpha(c) || is_digit(c) || is_one_of(c, "!#$%&'*+-.^_`|~:/");
}
constexpr bool is_base64_character(char c) {
  return is_alpha(c) || is_digit(c) || is_one_of(c, "+/=");
}

// The value of a lower-case hexadecimal digit, or -1 for any other character.
constexpr int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Whether octets, given one by one, are UTF-8 (RFC 3629 §4).
class Utf8 {
 public:
  bool add(uint8_t octet) {
    if (missing_ > 0) {
      if (octet < low_ || octet > high_) return false;
      low_ = 0x80;
      high_ = 0xbf;
      --missing_;
      return true;
    }
    if (octet < 0x80) return true;
    if (octet < 0xc2 || octet > 0xf4) return false;
    missing_ = octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3;
    // No overlong forms, no surrogates, nothing above U+10FFFF.
    if (octet == 0xe0) low_ = 0xa0;
    if (octet == 0xed) high_ = 0x9f;
    if (octet == 0xf0) low_ = 0x90;
    if (octet == 0xf4) high_ = 0x8f;
    return true;
  }
  bool complete() const { return missing_ == 0; }

 private:
  int missing_ = 0;
  uint8_t low_ = 0x80;
  uint8_t high_ = 0xbf;
};

}  // namespace

StructuredDictionary::StructuredDictionary(std::string_view text) : rest_(text) { skip_spaces(); }

void StructuredDictionary::skip_spaces() {
  while (take(' ')) {
  }
}

void StructuredDictionary::skip_optional_white_space() {
  while (take(' ') || take('\t')) {
  }
}

// §4.2.2
bool StructuredDictionary::next(Member* member) {
  if (failed_) return false;
  if (!first_) skip_optional_white_space();
  if (rest_.empty()) return false;
  if (!first_) {
    failed_ = !take(',');
    skip_optional_white_space();  // a comma at the end fails in parse_key(): no key is empty
  }
  first_ = false;
  failed_ = failed_ || !parse_member(member);
  return !failed_;
}

bool StructuredDictionary::parse_member(Member* member) {
  *member = {};
  if (!parse_key(&member->key)) return false;
  if (take('=')) {
    if (peek() != '(') return parse_item(member);
    member->type = Type::kInnerList;
    return parse_inner_list();
  }
  member->number = 1;  // §3.2: a member without a value is true
  return parse_parameters();
}

// §4.2.3.3
bool StructuredDictionary::parse_key(std::string_view* key) {
  if (!is_lower_case(peek()) && peek() != '*') return false;
  size_t size = 1;
  while (size < rest_.size() && is_key_character(rest_[size])) ++size;
  *key = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return true;
}

// §4.2.3.2
bool StructuredDictionary::parse_parameters() {
  while (take(';')) {
    skip_spaces();
    std::string_view key;
    Member value;
    if (!parse_key(&key)) return false;
    if (take('=') && !parse_bare_item(&value)) return false;
  }
  return true;
}

// §4.2.1.2
bool StructuredDictionary::parse_inner_list() {
  take('(');
  for (;;) {
    skip_spaces();
    if (take(')')) return parse_parameters();
    Member item;
    if (!parse_item(&item)) return false;
    if (peek() != ' ' && peek() != ')') return false;
  }
}

// §4.2.3
bool StructuredDictionary::parse_item(Member* item) {
  return parse_bare_item(item) && parse_parameters();
}

// §4.2.3.1: the first character determines the type.
bool StructuredDictionary::parse_bare_item(Member* item) {
  const char c = peek();
  if (c == '-' || is_digit(c)) return parse_number(item);
  if (is_alpha(c) || c == '*') {
    item->type = Type::kToken;
    return parse_token();
  }
  if (take('"')) {
    item->type = Type::kString;
    return parse_string();
  }
  if (take(':')) {
    item->type = Type::kByteSequence;
    return parse_byte_sequence();
  }
  if (take('?')) return parse_boolean(item);
  if (take('@')) {  // §4.2.9
    if (!parse_number(item) || item->type != Type::kInteger) return false;
    item->type = Type::kDate;
    return true;
  }
  if (take('%')) {
    item->type = Type::kDisplayString;
    return parse_display_string();
  }
  return false;
}

// §4.2.4: an Integer has at most 15 digits; a Decimal at most 12 before the point, 1 to 3 after it.
bool StructuredDictionary::parse_number(Member* item) {
  const bool negative = take('-');
  int64_t number = 0;
  size_t digits = 0;
  for (; is_digit(peek()); ++digits) {
    if (digits == 15) return false;
    number = number * 10 + (peek() - '0');
    rest_.remove_prefix(1);
  }
  if (digits == 0) return false;
  if (!take('.')) {
    item->type = Type::kInteger;
    item->number = negative ? -number : number;
    return true;
  }
  item->type = Type::kDecimal;
  if (digits > 12) return false;
  size_t decimals = 0;
  while (is_digit(peek())) {
    rest_.remove_prefix(1);
    ++decimals;
  }
  return decimals >= 1 && decimals <= 3;
}

// §4.2.5, after the opening quote.
bool StructuredDictionary::parse_string() {
  while (!rest_.empty()) {
    if (take('"')) return true;
    if (take('\\')) {
      if (!take('"') && !take('\\')) return false;
    } else if (is_printable(peek())) {
      rest_.remove_prefix(1);
    } else {
      return false;
    }
  }
  return false;
}

// §4.2.6; parse_bare_item() has checked the first character.
bool StructuredDictionary::parse_token() {
  while (!rest_.empty() && is_token_character(peek())) rest_.remove_prefix(1);
  return true;
}

// §4.2.7, after the colon: base64 (RFC 4648 §4). Padding may be missing.
bool StructuredDictionary::parse_byte_sequence() {
  size_t digits = 0;
  bool padded = false;
  for (; is_base64_character(peek()); rest_.remove_prefix(1)) {
    if (peek() == '=') {
      padded = true;
    } else if (padded) {
      return false;
    } else {
      ++digits;
    }
  }
  // One digit after whole groups of four has too few bits for an octet.
  return digits % 4 != 1 && take(':');
}

// §4.2.8, after the question mark.
bool StructuredDictionary::parse_boolean(Member* item) {
  item->type = Type::kBoolean;
  item->number = peek() == '1' ? 1 : 0;
  return take('0') || take('1');
}

// §4.2.10, after the per cent sign: UTF-8, in which each octet but printable ASCII is escaped.
bool StructuredDictionary::parse_display_string() {
  if (!take('"')) return false;
  Utf8 text;
  while (!rest_.empty()) {
    if (take('"')) return text.complete();
    uint8_t octet = static_cast<uint8_t>(peek());
    if (!is_printable(peek())) return false;
    rest_.remove_prefix(1);
    if (octet == '%') {
      if (rest_.size() < 2) return false;
      const int high = hex_digit(rest_[0]);
      const int low = hex_digit(rest_[1]);
      if (high < 0 || low < 0) return false;
      octet = static_cast<uint8_t>(high * 16 + low);
      rest_.remove_prefix(2);
    }
    if (!text.add(octet)) return false;
  }
  return false;
}

}  // namespace headrace
