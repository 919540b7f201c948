#include "hpack/representation.h"

#include <cstring>

#include "hpack/huffman.h"

namespace headrace::inline HEADRACE_ABI {
namespace hpack {

uint8_t* write_string(uint8_t* out, std::string_view text) {
  const size_t coded_size = huffman_encoded_size(text);
  if (coded_size >= text.size()) return write_plain_string(out, text);
  out = write_integer(out, static_cast<uint32_t>(coded_size), 7, 0x80);
  return huffman_encode(text, out);
}

uint8_t* write_plain_string(uint8_t* out, std::string_view text) {
  out = write_integer(out, static_cast<uint32_t>(text.size()), 7, 0x00);
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

}  // namespace hpack
}  // namespace headrace::inline HEADRACE_ABI
