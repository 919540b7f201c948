#include <bit>
#include <cstring>

#include "hpack/huffman.h"
#include "hpack/huffman_code.h"

namespace headrace::inline HEADRACE_ABI {
namespace hpack {
namespace {

void store_big_endian(uint8_t* out, uint64_t word) {
  if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
  std::memcpy(out, &word, sizeof(word));
}

// Codes collected left-justified in a word; whole octets leave it.
struct BitWriter {
  uint8_t* out;
  uint64_t word = 0;
  uint32_t bits = 0;  // fewer than 8 after each flush

  void put(uint64_t code, uint32_t length) {
    word |= code << (64 - bits - length);
    bits += length;
    store_big_endian(out, word);
    out += bits >> 3;
    word <<= bits & 56;
    bits &= 7;
  }
};

}  // namespace

size_t huffman_encoded_size(std::string_view text) {
  size_t bits = 0;
  for (char c : text) bits += kHuffmanLengths[static_cast<uint8_t>(c)];
  return (bits + 7) / 8;
}

uint8_t* huffman_encode(std::string_view text, uint8_t* out) {
  BitWriter writer{out};
  const char* c = text.data();
  const char* const end = c + text.size();
  for (; end - c >= 2; c += 2) {
    const HuffmanCode first = kHuffmanCodes[static_cast<uint8_t>(c[0])];
    const HuffmanCode second = kHuffmanCodes[static_cast<uint8_t>(c[1])];
    const uint32_t length = first.length + second.length;
    if (length > 56) [[unlikely]] {
      writer.put(first.bits, first.length);
      writer.put(second.bits, second.length);
    } else {
      writer.put(static_cast<uint64_t>(first.bits) << second.length | second.bits, length);
    }
  }
  if (c != end) {
    const HuffmanCode last = kHuffmanCodes[static_cast<uint8_t>(*c)];
    writer.put(last.bits, last.length);
  }
  if (writer.bits > 0) {
    // RFC 7541 §5.2: padded with the beginning of EOS.
    *writer.out++ = static_cast<uint8_t>(writer.word >> 56 | 0xff >> writer.bits);
  }
  return writer.out;
}

}  // namespace hpack
}  // namespace headrace::inline HEADRACE_ABI
