// Dictionaries of the Structured Fields by themselves (RFC 9651), against a parser written along
// its §4.2, one function a section.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "fuzz/balanced.h"
#include "fuzz/require.h"
#include "headrace/field/structured_dictionary.h"
#include "headrace/protocol/stream/priority_field.h"

namespace headrace::fuzz {
namespace {

using Type = StructuredDictionary::Type;

struct Read {
  std::string key;
  Type type = Type::kBoolean;
  long long number = 0;

  friend bool operator==(const Read&, const Read&) = default;
};

struct NoDictionary {};

// Consumes `text` from the front; what is not one throws.
class Reference {
 public:
  explicit Reference(std::string text) : text_(std::move(text)) {}

  // §4.2, §4.2.2. The spaces around the field are gone first.
  std::vector<Read> dictionary() {
    while (is(' ')) drop();
    while (!text_.empty() && text_.back() == ' ') text_.pop_back();
    std::vector<Read> members;
    while (!text_.empty()) {
      Read member{key(), Type::kBoolean, 1};
      if (is('=')) {
        drop();
        is('(') ? inner_list(&member) : item(&member);
      } else {
        parameters();
      }
      members.push_back(member);
      optional_white_space();
      if (text_.empty()) return members;
      expect(',');
      optional_white_space();
      if (text_.empty()) throw NoDictionary();
    }
    return members;
  }

 private:
  bool is(char c) const { return !text_.empty() && text_[0] == c; }
  bool is_of(const std::string& set) const {
    return !text_.empty() && set.find(text_[0]) != std::string::npos;
  }
  char drop() {
    if (text_.empty()) throw NoDictionary();
    const char c = text_[0];
    text_.erase(0, 1);
    return c;
  }
  void expect(char c) {
    if (drop() != c) throw NoDictionary();
  }
  void optional_white_space() {
    while (is_of(" \t")) drop();
  }

  // §4.2.1.2
  void inner_list(Read* member) {
    expect('(');
    while (true) {
      while (is(' ')) drop();
      if (is(')')) {
        drop();
        parameters();
        *member = {member->key, Type::kInnerList, 0};
        return;
      }
      Read ignored;
      item(&ignored);
      if (!is_of(" )")) throw NoDictionary();
    }
  }
  // §4.2.3
  void item(Read* read) {
    bare_item(read);
    parameters();
  }
  // §4.2.3.1
  void bare_item(Read* read) {
    read->number = 0;
    if (is_of("-0123456789")) return number(read);
    if (is('"')) return string(read);
    if (is('*') || is_of(kAlpha)) return token(read);
    if (is(':')) return byte_sequence(read);
    if (is('?')) return boolean(read);
    if (is('@')) return date(read);
    if (is('%')) return display_string(read);
    throw NoDictionary();
  }
  // §4.2.3.2
  void parameters() {
    while (is(';')) {
      drop();
      while (is(' ')) drop();
      key();
      if (!is('=')) continue;
      drop();
      Read ignored;
      bare_item(&ignored);
    }
  }
  // §4.2.3.3
  std::string key() {
    if (!is('*') && !is_of(kLower)) throw NoDictionary();
    std::string read;
    while (is_of(kLower + kDigit + "_-.*")) read.push_back(drop());
    return read;
  }
  // §4.2.4
  void number(Read* read) {
    std::string digits;
    const bool negative = is('-');
    if (negative) drop();
    if (!is_of(kDigit)) throw NoDictionary();
    size_t point = std::string::npos;
    while (is_of(kDigit) || (is('.') && point == std::string::npos)) {
      if (is('.')) {
        if (digits.size() > 12) throw NoDictionary();
        point = digits.size();
      }
      digits.push_back(drop());
      if (digits.size() > (point == std::string::npos ? 15u : 16u)) throw NoDictionary();
    }
    if (point == std::string::npos) {
      read->type = Type::kInteger;
      read->number = (negative ? -1 : 1) * std::atoll(digits.c_str());
      return;
    }
    const size_t behind = digits.size() - point - 1;
    if (behind < 1 || behind > 3) throw NoDictionary();
    read->type = Type::kDecimal;
  }
  // §4.2.5
  void string(Read* read) {
    read->type = Type::kString;
    expect('"');
    while (true) {
      const char c = drop();
      if (c == '\\') {
        const char next = drop();
        if (next != '"' && next != '\\') throw NoDictionary();
      } else if (c == '"') {
        return;
      } else if (c < ' ' || c > '~') {
        throw NoDictionary();
      }
    }
  }
  // §4.2.6
  void token(Read* read) {
    read->type = Type::kToken;
    drop();
    while (is_of(kAlpha + kDigit + "!#$%&'*+-.^_`|~:/")) drop();
  }
  // §4.2.7. Padding may be left out, and bits behind the last octet be set.
  void byte_sequence(Read* read) {
    read->type = Type::kByteSequence;
    expect(':');
    std::string base64;
    while (!is(':')) base64.push_back(drop());
    drop();
    base64.resize(base64.find_last_not_of('=') + 1);
    if (base64.find_first_not_of(kAlpha + kDigit + "+/") != std::string::npos ||
        base64.size() % 4 == 1) {
      throw NoDictionary();
    }
  }
  // §4.2.8
  void boolean(Read* read) {
    drop();
    const char c = drop();
    if (c != '0' && c != '1') throw NoDictionary();
    read->type = Type::kBoolean;
    read->number = c - '0';
  }
  // §4.2.9
  void date(Read* read) {
    drop();
    number(read);
    if (read->type != Type::kInteger) throw NoDictionary();
    read->type = Type::kDate;
  }
  // §4.2.10
  void display_string(Read* read) {
    read->type = Type::kDisplayString;
    drop();
    expect('"');
    std::string octets;
    while (true) {
      const char c = drop();
      if (c < ' ' || c > '~') throw NoDictionary();
      if (c == '"') break;
      if (c != '%') {
        octets.push_back(c);
        continue;
      }
      const std::string digits = {drop(), drop()};
      if (digits.find_first_not_of("0123456789abcdef") != std::string::npos) throw NoDictionary();
      octets.push_back(static_cast<char>(std::stoi(digits, nullptr, 16)));
    }
    if (!is_utf8(octets)) throw NoDictionary();
  }
  static bool is_utf8(std::string text) {
    while (!text.empty()) {
      const auto lead = static_cast<uint8_t>(text[0]);
      const size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
      if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || text.size() < size) return false;
      uint32_t code = size == 1 ? lead : lead & (0xffu >> (size + 1));
      for (size_t i = 1; i < size; ++i) {
        if ((text[i] & 0xc0) != 0x80) return false;
        code = code * 64 + (text[i] & 0x3f);
      }
      constexpr uint32_t kLowest[] = {0, 0, 0x80, 0x800, 0x10000};
      if (code < kLowest[size] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return false;
      text.erase(0, size);
    }
    return true;
  }

  const std::string kLower = "abcdefghijklmnopqrstuvwxyz";
  const std::string kAlpha = kLower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const std::string kDigit = "0123456789";
  std::string text_;
};

void play(std::string_view input) {
  const std::string text(input);
  std::vector<Read> ours;
  StructuredDictionary dictionary(text);
  for (StructuredDictionary::Member member; dictionary.next(&member);) {
    ours.push_back({std::string(member.key), member.type, member.number});
  }
  Reference reference(text);
  std::vector<Read> theirs;
  bool is_dictionary = true;
  try {
    theirs = reference.dictionary();
  } catch (const NoDictionary&) {
    is_dictionary = false;
  }
  require(dictionary.failed() == !is_dictionary, "another opinion on a dictionary");
  if (!is_dictionary) return;
  require(ours == theirs, "its members are others");

  // What it says as a priority (RFC 9218 §4), written and read again.
  Priority priority;
  require(parse_priority_field(text, &priority), "a dictionary is no priority");
  char room[kMaxPriorityField];
  Priority again;
  require(parse_priority_field(write_priority_field(priority, room), &again) && again == priority,
          "a priority that is written is another");
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, headrace::fuzz::play);
}
