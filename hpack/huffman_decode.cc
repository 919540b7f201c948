#include <algorithm>
#include <bit>
#include <cstring>
#include <span>

#include "headrace/hpack/huffman.h"
#include "headrace/hpack/huffman_code.h"
#include "headrace/hpack/rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {
namespace {

// The decoder works on the *inverted* input, left-justified in a 64-bit word with zeros behind it.
// The zeros stand for ones, the beginning of EOS, so the end of the input looks like padding, and a
// word of zero means that only padding is left.

// One look-up decodes up to two symbols, because twelve bits cover the codes of all ordinary text
// and most pairs of the short ones. Packed in a word, from the lowest octet: the two symbols, the
// bits of both, and the number of symbols, which is 0 for a code longer than twelve bits.
constexpr int kLookupBits = 12;
using Lookup = uint32_t;

consteval Lookup pack(uint32_t first, uint32_t second, uint32_t bits, uint32_t count) {
  return first | second << 8 | bits << 16 | count << 24;
}
constexpr uint32_t bits_of(Lookup lookup) { return lookup >> 16 & 0xff; }
constexpr uint32_t count_of(Lookup lookup) { return lookup >> 24; }

consteval std::array<Lookup, 1 << kLookupBits> make_lookups() {
  constexpr uint32_t kAll = (1 << kLookupBits) - 1;
  std::array<Lookup, 1 << kLookupBits> lookups{};
  for (uint32_t symbol = 0; symbol < kEos; ++symbol) {
    const HuffmanCode code = kHuffmanCodes[symbol];
    if (code.length > kLookupBits) continue;
    const uint32_t rest = kLookupBits - code.length;
    for (uint32_t tail = 0; tail < (1u << rest); ++tail) {
      lookups[~(code.bits << rest | tail) & kAll] = pack(symbol, 0, code.length, 1);
    }
  }
  std::array<Lookup, 1 << kLookupBits> pairs = lookups;
  for (uint32_t index = 0; index <= kAll; ++index) {
    const Lookup first = lookups[index];
    if (count_of(first) == 0) continue;
    const Lookup second = lookups[(index << bits_of(first)) & kAll];
    const uint32_t bits = bits_of(first) + bits_of(second);
    if (count_of(second) == 0 || bits > kLookupBits) continue;
    pairs[index] = pack(first & 0xff, second & 0xff, bits, 2);
  }
  return pairs;
}
constexpr std::array<Lookup, 1 << kLookupBits> kLookups = make_lookups();

// The codes of one length above kLookupBits. They and all shorter codes are below `limit`, which is
// left-justified in 30 bits.
struct LongCodes {
  uint32_t limit;
  uint32_t first;         // the lowest code of this length, left-justified
  uint16_t first_symbol;  // the index of its symbol in LongTable::symbols
  uint8_t length;
};
constexpr size_t kLongLengths = 14;
struct LongTable {
  std::array<LongCodes, kLongLengths> lengths{};
  std::array<uint16_t, kHuffmanSymbols> symbols{};
};

consteval LongTable make_long_table() {
  LongTable table;
  size_t lengths = 0;
  uint16_t symbols = 0;
  for (uint32_t length = kLookupBits + 1; length <= kLongestCode; ++length) {
    LongCodes codes{0, 0, symbols, static_cast<uint8_t>(length)};
    for (uint16_t symbol = 0; symbol < kHuffmanSymbols; ++symbol) {
      if (kHuffmanCodes[symbol].length != length) continue;
      const uint32_t code = kHuffmanCodes[symbol].bits << (kLongestCode - length);
      if (symbols == codes.first_symbol) codes.first = code;
      codes.limit = code + (1u << (kLongestCode - length));
      table.symbols[symbols++] = symbol;
    }
    if (symbols != codes.first_symbol) table.lengths[lengths++] = codes;
  }
  return table;
}
constexpr LongTable kLong = make_long_table();
static_assert(kLong.lengths.back().length == kLongestCode, "every long length has its row");

struct LongCode {
  uint16_t symbol;
  uint8_t length;
};

// The long code at the beginning of the inverted `word`.
LongCode find_long_code(uint64_t word) {
  const uint32_t code = static_cast<uint32_t>(~word >> (64 - kLongestCode));
  const LongCodes* row = kLong.lengths.data();
  while (code >= row->limit) ++row;  // ends at the last row, because no code is above EOS
  const uint32_t place = (code - row->first) >> (kLongestCode - row->length);
  return {kLong.symbols[row->first_symbol + place], row->length};
}

uint64_t load_big_endian(const uint8_t* in) {
  uint64_t word;
  std::memcpy(&word, in, sizeof(word));
  return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
}

// The inverted `count` (0 to 7) last octets of an input of `size`, left-justified.
uint64_t load_last(const uint8_t* end, size_t count, size_t size) {
  if (count == 0) return 0;
  if (size >= 8) return ~load_big_endian(end - 8) << (64 - 8 * count);
  uint64_t word = 0;
  for (const uint8_t* in = end - count; in != end; ++in) word = word << 8 | (*in ^ 0xff);
  return word << (64 - 8 * count);
}

// The two sinks for decoded text: memory, and a counter of its size.
struct Writer {
  char* out;
  void put(Lookup lookup) {
    if constexpr (std::endian::native == std::endian::little) {
      const auto symbols = static_cast<uint16_t>(lookup);  // one store
      std::memcpy(out, &symbols, sizeof(symbols));
    } else {
      out[0] = static_cast<char>(lookup);
      out[1] = static_cast<char>(lookup >> 8);
    }
    out += count_of(lookup);
  }
  void put(char symbol) { *out++ = symbol; }
};
struct Counter {
  size_t size = 0;
  void put(Lookup lookup) { size += count_of(lookup); }
  void put(char) { ++size; }
};

// Decodes the end of the input: `bits` bits are left in the inverted `word`, with zeros behind.
template <typename Sink>
const Rule* decode_tail(uint64_t word, uint32_t bits, Sink* sink) {
  while (word != 0) {
    const Lookup lookup = kLookups[word >> (64 - kLookupBits)];
    uint32_t length = bits_of(lookup);
    if (count_of(lookup) != 0) [[likely]] {
      sink->put(lookup);
    } else {
      const LongCode code = find_long_code(word);
      if (code.symbol == kEos) return &kEosInString;
      length = code.length;
      sink->put(static_cast<char>(code.symbol));
    }
    // A code that ends behind the input contains a zero bit, as all but EOS do, and that is in the
    // padding.
    if (length > bits) return &kPaddingNotEos;
    bits -= length;
    word <<= length;
  }
  if (bits >= kLongestCode) return &kEosInString;
  return bits >= 8 ? &kPaddingTooLong : nullptr;
}

// The next bits of the input, inverted: `bits` bits of `word` have been taken from the input. The
// bits behind them are valid, too, but are taken again with the next word.
class Window {
 public:
  uint64_t word = 0;
  uint32_t bits = 0;

  // Makes four look-ups, for which kStepBits bits must be there. False if the next code is a long
  // one: a look-up that meets it consumes no bits and emits no symbol, and so do those behind it,
  // so it is enough to check the last.
  static constexpr uint32_t kStepBits = 4 * kLookupBits;
  template <typename Sink>
  bool step(Sink* sink) {
    const Lookup first = look_up(sink);
    const Lookup second = look_up(sink);
    const Lookup third = look_up(sink);
    const Lookup last = look_up(sink);
    bits -= (behind_symbols(first) + behind_symbols(second) + behind_symbols(third) +
             behind_symbols(last)) &
            0xff;
    return count_of(last) != 0;
  }

 private:
  template <typename Sink>
  Lookup look_up(Sink* sink) {
    const Lookup lookup = kLookups[word >> (64 - kLookupBits)];
    sink->put(lookup);
    word <<= behind_symbols(lookup) & 63;
    return lookup;
  }
  // The number of bits in the lowest octet of the result, the number of symbols above it.
  static constexpr uint32_t behind_symbols(Lookup lookup) { return lookup >> 16; }
};

template <typename Sink>
const Rule* decode(std::span<const uint8_t> coded, Sink* sink) {
  const uint8_t* in = coded.data();
  const uint8_t* const end = in + coded.size();
  Window window;
  for (;;) {
    if (end - in >= 8) {
      window.word |= ~load_big_endian(in) >> window.bits;
      in += (63 - window.bits) >> 3;
      window.bits |= 56;
    } else {
      const size_t left = static_cast<size_t>(end - in);
      window.word |= load_last(end, left, coded.size()) >> window.bits;
      const size_t taken = std::min<size_t>(left, (64 - window.bits) >> 3);
      in += taken;
      window.bits += static_cast<uint32_t>(8 * taken);
      if (in == end) break;
    }
    if (window.step(sink)) [[likely]]
      continue;
    if (window.bits < kLongestCode) continue;
    const LongCode code = find_long_code(window.word);
    if (code.symbol == kEos) return &kEosInString;
    sink->put(static_cast<char>(code.symbol));
    window.word <<= code.length;
    window.bits -= code.length;
  }
  while (window.bits >= Window::kStepBits && window.step(sink)) {
  }
  return decode_tail(window.word, window.bits, sink);
}

}  // namespace

HuffmanDecoded huffman_decode(std::span<const uint8_t> coded, char* out) {
  Writer writer{out};
  const Rule* rule = decode(coded, &writer);
  return {static_cast<size_t>(writer.out - out), rule};
}

HuffmanDecoded huffman_measure(std::span<const uint8_t> coded) {
  Counter counter;
  const Rule* rule = decode(coded, &counter);
  return {counter.size, rule};
}

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace
