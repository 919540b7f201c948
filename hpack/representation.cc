#include "headrace/hpack/representation.h"

#include <cstring>

#include "headrace/hpack/huffman.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {
namespace {

// The longest string whose size takes one octet if coding makes it shorter: the 7-bit prefix holds
// sizes below 127 (§5.1).
constexpr size_t kLongestShort = 127;

}  // namespace

uint8_t* write_string(uint8_t* out, std::string_view text) {
  if (text.empty()) return write_plain_string(out, text);
  if (text.size() <= kLongestShort) {
    // The size takes one octet, so the string can be coded before its size is known.
    uint8_t* const coded = out + 1;
    uint8_t* const end = huffman_encode(text, coded, coded + text.size() - 1);
    if (end == nullptr) return write_plain_string(out, text);
    *out = static_cast<uint8_t>(0x80 | (end - coded));
    return end;
  }
  const size_t coded_size = huffman_encoded_size(text);
  if (coded_size >= text.size()) return write_plain_string(out, text);
  out = write_integer(out, static_cast<uint32_t>(coded_size), 7, 0x80);
  return huffman_encode(text, out, out + coded_size);
}

uint8_t* write_plain_string(uint8_t* out, std::string_view text) {
  out = write_integer(out, static_cast<uint32_t>(text.size()), 7, 0x00);
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace
