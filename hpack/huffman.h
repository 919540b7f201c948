#ifndef HEADRACE_HPACK_HUFFMAN_H_
#define HEADRACE_HPACK_HUFFMAN_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

// RFC 7541 §5.2, Appendix B.

struct HuffmanDecoded {
  size_t size = 0;             // of the text, in octets
  const Rule* rule = nullptr;  // the rule that the input breaks; null if it is valid
};

// huffman_decode() may overwrite up to this many octets behind the text.
constexpr size_t kHuffmanDecodeSlack = 2;
// The room that suffices for any `coded_size` octets, because the shortest code has 5 bits.
constexpr size_t huffman_decode_room(size_t coded_size) {
  return coded_size * 8 / 5 + kHuffmanDecodeSlack;
}

// Decodes `coded` into `out`, which has room for the text and kHuffmanDecodeSlack.
HuffmanDecoded huffman_decode(std::span<const uint8_t> coded, char* out);
// The result of huffman_decode(), without the text.
HuffmanDecoded huffman_measure(std::span<const uint8_t> coded);

// The size of `text` when coded, in octets.
size_t huffman_encoded_size(std::string_view text);

// Codes `text` and returns the end, or null if that would be behind `limit`. May overwrite up to
// kHuffmanEncodeSlack octets behind `limit`.
uint8_t* huffman_encode(std::string_view text, uint8_t* out, const uint8_t* limit);
// Eight codes of up to thirty bits, written between two checks of the limit, and a whole word.
constexpr size_t kHuffmanEncodeSlack = 40;

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_HUFFMAN_H_
