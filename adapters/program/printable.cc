#include "headrace/adapters/program/printable.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>

namespace headrace::program {
namespace {

void append_escaped(std::string_view octets, std::string* result) {
  for (char c : octets) {
    char escaped[5];
    std::snprintf(escaped, sizeof(escaped), "\\x%02x", static_cast<unsigned char>(c));
    result->append(escaped);
  }
}

struct Character {
  uint32_t code = 0;
  size_t size = 0;  // in octets; 0 if the text is not UTF-8
};

// The first character of a text, which must not be empty (RFC 3629 §4).
Character first_character(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text.front());
  if (lead < 0x80) return {lead, 1};
  const size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
  uint32_t code = lead & (0x7fu >> size);
  for (size_t i = 1; i < size; ++i) {
    const auto octet = static_cast<uint8_t>(text[i]);
    if ((octet & 0xc0) != 0x80) return {};
    code = code << 6 | (octet & 0x3f);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return overlong || surrogate || code > 0x10ffff ? Character{} : Character{code, size};
}

// Controls (C0, DEL, C1), line and paragraph separators, and marks that change the direction of
// text (Unicode's Bidi_Control).
bool is_control(uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c ||
         (code >= 0x200e && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (' ' <= text[i] && text[i] <= '~') {
      result.push_back(text[i]);
    } else {
      append_escaped(text.substr(i, 1), &result);
    }
  }
  return result;
}

std::string escape_controls(std::string_view line) {
  std::string result;
  while (!line.empty()) {
    const Character character = first_character(line);
    const size_t size = character.size > 0 ? character.size : 1;
    const std::string_view octets = line.substr(0, size);
    if (character.size == 0 || is_control(character.code)) {
      append_escaped(octets, &result);
    } else {
      result.append(octets);
    }
    line.remove_prefix(size);
  }
  return result;
}

}  // namespace headrace::program
