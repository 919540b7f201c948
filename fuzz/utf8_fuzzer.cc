// Texts in UTF-8 (RFC 3629), whole and in pieces, against a decoder that looks at code points.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/balanced.h"
#include "fuzz/pieces.h"
#include "fuzz/require.h"
#include "headrace/adapters/program/printable.h"
#include "headrace/websocket/utf8.h"

namespace headrace::fuzz {
namespace {

using websocket::Utf8Checker;

std::string encoded(uint32_t code) {
  const auto octet = [](uint32_t value) { return static_cast<char>(value); };
  if (code < 0x80) return {octet(code)};
  if (code < 0x800) return {octet(0xc0 | code >> 6), octet(0x80 | (code & 0x3f))};
  if (code < 0x10000) {
    return {octet(0xe0 | code >> 12), octet(0x80 | (code >> 6 & 0x3f)),
            octet(0x80 | (code & 0x3f))};
  }
  return {octet(0xf0 | code >> 18), octet(0x80 | (code >> 12 & 0x3f)),
          octet(0x80 | (code >> 6 & 0x3f)), octet(0x80 | (code & 0x3f))};
}

// The size of the character in front, by trying what its octets say: it is one if they are what
// that code point is encoded as. 0: it is none.
size_t first_character(std::string_view text) {
  for (size_t size = 1; size <= std::min<size_t>(4, text.size()); ++size) {
    constexpr uint32_t kLeadBits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = static_cast<uint8_t>(text[0]) & kLeadBits[size];
    for (size_t i = 1; i < size; ++i) code = code << 6 | (static_cast<uint8_t>(text[i]) & 0x3f);
    const bool exists = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    if (exists && encoded(code) == text.substr(0, size)) return size;
  }
  return 0;
}

bool is_text(std::string_view text) {
  while (!text.empty()) {
    const size_t size = first_character(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

// Something that makes a text of it.
bool may_become_text(std::string_view text) {
  while (first_character(text) > 0) text.remove_prefix(first_character(text));
  if (text.empty()) return true;
  if (text.size() > 3) return false;
  for (const char* rest : {"\x80", "\x90", "\xa0", "\x80\x80", "\x90\x80", "\xa0\x80",
                           "\x80\x80\x80", "\x90\x80\x80", "\xa0\x80\x80"}) {
    if (is_text(std::string(text) + rest)) return true;
  }
  return false;
}

void play(std::string_view input) {
  const std::string_view cuts = input.substr(0, std::min<size_t>(4, input.size()));
  const std::string_view text = input.substr(cuts.size());
  Utf8Checker whole;
  const size_t valid = whole.add(text);
  const bool possible = valid == text.size();
  require(may_become_text(text.substr(0, valid)), "another opinion on what may follow");
  require(possible || !may_become_text(text.substr(0, valid + 1)), "more of it may be a text");
  require((possible && whole.is_complete()) == is_text(text), "another opinion on a text");

  Utf8Checker in_pieces;
  bool still_possible = true;
  size_t seen = 0;
  for (const std::string_view piece : pieces(text, cuts)) {
    const size_t taken = in_pieces.add(piece);
    seen += taken;
    still_possible = taken == piece.size();
    if (!still_possible) break;
  }
  require(still_possible == possible && seen == valid, "the cuts matter");
  require(!possible || in_pieces.is_complete() == whole.is_complete(), "the cuts matter");

  const std::string line = program::escape_controls(text);
  require(is_text(line), "what is printed is no text");
  require(std::ranges::none_of(line, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }),
          "a control character is printed");
  require(line.find("\xc2\x9b") == std::string::npos, "CSI is printed");
  require(program::escape_controls(line) == line, "what was escaped is escaped again");
  const std::string ascii = program::printable(text);
  require(std::ranges::all_of(ascii, [](char c) { return c >= ' ' && c <= '~'; }), "not ASCII");
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, headrace::fuzz::play);
}
