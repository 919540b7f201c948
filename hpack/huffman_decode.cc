#include <algorithm>
#include <bit>
#include <cstring>

#include "hpack/huffman.h"
#include "hpack/huffman_code.h"
#include "hpack/rules.h"

namespace headrace::inline HEADRACE_ABI {
namespace hpack {
namespace {

// The decoder looks at the *inverted* input, left-justified in a 64-bit word with zeros behind it:
// what follows the end of the input then reads as ones, the beginning of EOS, and a word of zero
// means that nothing but padding is left.

// One look-up decodes up to two symbols: eleven bits cover every code of text that is not exotic,
// and most pairs of the short ones.
constexpr int kLookupBits = 11;
struct Lookup {
  char symbols[2];
  uint8_t bits;   // of all its symbols
  uint8_t count;  // 0: the code is longer than eleven bits
};

constexpr std::array<Lookup, 1 << kLookupBits> make_lookups() {
  constexpr uint32_t kAll = (1 << kLookupBits) - 1;
  std::array<Lookup, 1 << kLookupBits> lookups{};
  for (size_t symbol = 0; symbol < kEos; ++symbol) {
    const HuffmanCode code = kHuffmanCodes[symbol];
    if (code.length > kLookupBits) continue;
    const uint32_t rest = kLookupBits - code.length;
    for (uint32_t tail = 0; tail < (1u << rest); ++tail) {
      lookups[~(code.bits << rest | tail) & kAll] = {
          {static_cast<char>(symbol), 0}, static_cast<uint8_t>(code.length), 1};
    }
  }
  std::array<Lookup, 1 << kLookupBits> pairs = lookups;
  for (uint32_t index = 0; index <= kAll; ++index) {
    const Lookup first = lookups[index];
    if (first.count == 0) continue;
    const Lookup second = lookups[(index << first.bits) & kAll];
    if (second.count == 0 || first.bits + second.bits > kLookupBits) continue;
    pairs[index] = {
        {first.symbols[0], second.symbols[0]}, static_cast<uint8_t>(first.bits + second.bits), 2};
  }
  return pairs;
}
constexpr std::array<Lookup, 1 << kLookupBits> kLookups = make_lookups();

// The long codes, by length: those of one length lie below `limit` (left-justified in 30 bits).
struct LongCodes {
  uint32_t limit;
  uint32_t first;         // the lowest code of this length, left-justified
  uint16_t first_symbol;  // its place in kLongSymbols
  uint8_t length;
};
constexpr size_t kLongLengths = 15;
struct LongTable {
  std::array<LongCodes, kLongLengths> lengths{};
  std::array<uint16_t, kHuffmanSymbols> symbols{};
};

constexpr LongTable make_long_table() {
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
  while (code >= row->limit) ++row;  // ends at the last row: no code is above EOS
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

// Where the decoded text goes: to memory, or nowhere.
struct Writer {
  char* out;
  void put(const Lookup& lookup) {
    std::memcpy(out, lookup.symbols, 2);
    out += lookup.count;
  }
  void put(char symbol) { *out++ = symbol; }
};
struct Counter {
  size_t size = 0;
  void put(const Lookup& lookup) { size += lookup.count; }
  void put(char) { ++size; }
};

// The end of the input: `bits` bits of the inverted `word` are left, zeros follow them.
template <typename Sink>
const Rule* decode_tail(uint64_t word, int bits, Sink* sink) {
  while (word != 0) {
    const Lookup& lookup = kLookups[word >> (64 - kLookupBits)];
    int length = lookup.bits;
    if (lookup.count != 0) {
      sink->put(lookup);
    } else {
      const LongCode code = find_long_code(word);
      if (code.symbol == kEos) return &kEosInString;
      length = code.length;
      sink->put(static_cast<char>(code.symbol));
    }
    // A code that ends behind the input has a zero in it (only EOS has none), and so has the
    // padding.
    if (length > bits) return &kPaddingNotEos;
    bits -= length;
    word <<= length;
  }
  if (bits >= kLongestCode) return &kEosInString;
  return bits >= 8 ? &kPaddingTooLong : nullptr;
}

template <typename Sink>
const Rule* decode(gsl::span<const uint8_t> coded, Sink* sink) {
  const uint8_t* in = coded.data();
  const uint8_t* const end = in + coded.size();
  uint64_t word = 0;
  int bits = 0;
  for (;;) {
    if (end - in >= 8) {
      // Fills up to 56 bits or more; those beyond `bits` are right as well and are read again.
      word |= ~load_big_endian(in) >> bits;
      in += (63 - bits) >> 3;
      bits |= 56;
    } else {
      const size_t left = static_cast<size_t>(end - in);
      word |= load_last(end, left, coded.size()) >> bits;
      const size_t taken = std::min(left, static_cast<size_t>(64 - bits) >> 3);
      in += taken;
      bits += static_cast<int>(8 * taken);
      if (in == end) return decode_tail(word, bits, sink);
    }
    // 56 bits are there at least: five look-ups.
    for (int i = 0; i < 5; ++i) {
      const Lookup& lookup = kLookups[word >> (64 - kLookupBits)];
      if (lookup.count == 0) {
        if (bits < kLongestCode) break;
        const LongCode code = find_long_code(word);
        if (code.symbol == kEos) return &kEosInString;
        sink->put(static_cast<char>(code.symbol));
        word <<= code.length;
        bits -= code.length;
        break;
      }
      sink->put(lookup);
      word <<= lookup.bits;
      bits -= lookup.bits;
    }
  }
}

}  // namespace

HuffmanDecoded huffman_decode(gsl::span<const uint8_t> coded, char* out) {
  Writer writer{out};
  const Rule* rule = decode(coded, &writer);
  return {static_cast<size_t>(writer.out - out), rule};
}

HuffmanDecoded huffman_measure(gsl::span<const uint8_t> coded) {
  Counter counter;
  const Rule* rule = decode(coded, &counter);
  return {counter.size, rule};
}

}  // namespace hpack
}  // namespace headrace::inline HEADRACE_ABI
