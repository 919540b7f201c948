#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "headrace/hpack/huffman.h"
#include "headrace/hpack/huffman_code.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {
namespace {

void store_big_endian(uint8_t* out, uint64_t word) {
  if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
  std::memcpy(out, &word, sizeof(word));
}

// The codes, left-justified.
consteval std::array<uint64_t, 256> make_left_codes() {
  std::array<uint64_t, 256> codes{};
  for (size_t i = 0; i < codes.size(); ++i) {
    codes[i] = uint64_t{kHuffmanCodes[i].bits} << (64 - kHuffmanCodes[i].length);
  }
  return codes;
}
constexpr std::array<uint64_t, 256> kLeftCodes = make_left_codes();

// Collects codes in a word, from its left. Between two steps it holds fewer than 8 bits.
class BitWriter {
 public:
  explicit BitWriter(uint8_t* out) : out_(out) {}

  // Writes the codes of c[kIndexes]... at once, which nearly always fit into the word; otherwise
  // one by one.
  template <size_t... kIndexes>
  void step(const char* c, std::index_sequence<kIndexes...>) {
    const uint64_t word = word_;
    const uint32_t bits = bits_;
    (add(c[kIndexes]), ...);
    if (bits_ < 64) [[likely]] {
      flush();
      return;
    }
    word_ = word;
    bits_ = bits;
    for (size_t i = 0; i < sizeof...(kIndexes); ++i) {
      add(c[i]);
      flush();
    }
  }
  // RFC 7541 §5.2: pads with the beginning of EOS.
  uint8_t* finish() {
    if (bits_ > 0) *out_++ = static_cast<uint8_t>(word_ >> 56 | 0xff >> bits_);
    return out_;
  }
  const uint8_t* out() const { return out_; }

 private:
  // Beyond 64 bits `word_` is wrong, but `bits_` is still right.
  void add(char c) {
    word_ |= kLeftCodes[static_cast<uint8_t>(c)] >> (bits_ & 63);
    bits_ += kHuffmanLengths[static_cast<uint8_t>(c)];
  }
  // Writes the whole octets, and overwrites up to 8 octets in all.
  void flush() {
    store_big_endian(out_, word_);
    out_ += bits_ >> 3;
    word_ <<= bits_ & 56;
    bits_ &= 7;
  }

  uint8_t* out_;
  uint64_t word_ = 0;
  uint32_t bits_ = 0;
};

}  // namespace

size_t huffman_encoded_size(std::string_view text) {
  size_t bits = 0;
  for (char c : text) bits += kHuffmanLengths[static_cast<uint8_t>(c)];
  return (bits + 7) / 8;
}

uint8_t* huffman_encode(std::string_view text, uint8_t* out, const uint8_t* limit) {
  BitWriter writer(out);
  const char* c = text.data();
  const char* const end = c + text.size();
  for (; end - c >= 8; c += 8) {
    writer.step(c, std::make_index_sequence<8>());
    if (writer.out() > limit) return nullptr;
  }
  if (end - c >= 4) {
    writer.step(c, std::make_index_sequence<4>());
    c += 4;
  }
  for (; c != end; ++c) writer.step(c, std::make_index_sequence<1>());
  out = writer.finish();
  return out > limit ? nullptr : out;
}

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace
