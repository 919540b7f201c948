#ifndef HEADRACE_HPACK_HUFFMAN_H_
#define HEADRACE_HPACK_HUFFMAN_H_

#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <string_view>

#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

// RFC 7541 §5.2, Appendix B.

struct HuffmanDecoded {
  size_t size = 0;             // of the text
  const Rule* rule = nullptr;  // the rule that was broken, if one was
};

// huffman_decode() may write (not leave) so many characters more than the text has.
constexpr size_t kHuffmanDecodeSlack = 2;
// The room that it needs for any `coded_size` octets: the shortest code has 5 bits.
constexpr size_t huffman_decode_room(size_t coded_size) {
  return coded_size * 8 / 5 + kHuffmanDecodeSlack;
}

// Decodes `coded` into `out`, which has room for the text and kHuffmanDecodeSlack.
HuffmanDecoded huffman_decode(gsl::span<const uint8_t> coded, char* out);
// What huffman_decode() would answer, without writing anything.
HuffmanDecoded huffman_measure(gsl::span<const uint8_t> coded);

// The octets that `text` takes when coded.
size_t huffman_encoded_size(std::string_view text);

// Codes `text` and returns the end, or null when that would be behind `limit`. Up to
// kHuffmanEncodeSlack octets behind `limit` are overwritten.
uint8_t* huffman_encode(std::string_view text, uint8_t* out, const uint8_t* limit);
// Eight codes of thirty bits are written between two looks at the limit, and a whole word at the
// end.
constexpr size_t kHuffmanEncodeSlack = 40;

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_HUFFMAN_H_
