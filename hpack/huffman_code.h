#ifndef HEADRACE_HPACK_HUFFMAN_CODE_H_
#define HEADRACE_HPACK_HUFFMAN_CODE_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

// RFC 7541 Appendix B. The code is canonical: codes of one length are consecutive numbers in the
// order of their symbols, and continue those of the length before. So the lengths determine it.
constexpr size_t kHuffmanSymbols = 257;
constexpr size_t kEos = 256;
constexpr int kLongestCode = 30;

// clang-format off
inline constexpr std::array<uint8_t, kHuffmanSymbols> kHuffmanLengths = {
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,  // 0
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,  // 16
     6, 10, 10, 12, 13,  6,  8, 11, 10, 10,  8, 11,  8,  6,  6,  6,  // 32
     5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8, 15,  6, 12, 10,  // 48
    13,  6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  // 64
     7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8, 13, 19, 13, 14,  6,  // 80
    15,  5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,  // 96
     6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7, 15, 11, 14, 13, 28,  // 112
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,  // 128
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,  // 144
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,  // 160
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,  // 176
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,  // 192
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,  // 208
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,  // 224
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,  // 240
    30,  // EOS
};
// clang-format on

// A code, right-justified.
struct HuffmanCode {
  uint32_t bits;
  uint32_t length;
};

consteval std::array<HuffmanCode, kHuffmanSymbols> make_huffman_codes() {
  std::array<HuffmanCode, kHuffmanSymbols> codes{};
  uint32_t next = 0;
  for (uint32_t length = 1; length <= kLongestCode; ++length) {
    next <<= 1;
    for (size_t symbol = 0; symbol < kHuffmanSymbols; ++symbol) {
      if (kHuffmanLengths[symbol] == length) codes[symbol] = {next++, length};
    }
  }
  return codes;
}
inline constexpr std::array<HuffmanCode, kHuffmanSymbols> kHuffmanCodes = make_huffman_codes();

static_assert(kHuffmanCodes[kEos].bits == 0x3fffffff, "EOS is thirty ones: the code is complete");

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_HUFFMAN_CODE_H_
