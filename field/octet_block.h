#ifndef HEADRACE_FIELD_OCTET_BLOCK_H_
#define HEADRACE_FIELD_OCTET_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "headrace/memory/abi.h"

// Operations on sixteen octets of text at once, for processors with SSE2 (every x86-64). For others
// HEADRACE_OCTET_BLOCKS is 0 and this header defines nothing else; its users have a portable way.
#if defined(__SSE2__)
#define HEADRACE_OCTET_BLOCKS 1
#include <emmintrin.h>
#else
#define HEADRACE_OCTET_BLOCKS 0
#endif

#if HEADRACE_OCTET_BLOCKS
namespace headrace {
HEADRACE_ABI_BEGIN

using OctetBlock = __m128i;

inline OctetBlock all_octets(uint8_t value) { return _mm_set1_epi8(static_cast<char>(value)); }

// 0xff in the place of each octet from `low` to `high`, 0 in the others.
inline OctetBlock octets_between(OctetBlock block, uint8_t low, uint8_t high) {
  // Shifted so that `low` becomes the least signed number, because SSE2 compares signed ones only.
  const auto bias = static_cast<uint8_t>(0x80 - low);
  return _mm_cmpgt_epi8(all_octets(static_cast<uint8_t>(bias + high + 1)),
                        _mm_add_epi8(block, all_octets(bias)));
}

inline bool all_ones(OctetBlock block) { return _mm_movemask_epi8(block) == 0xffff; }
inline bool all_zeros(OctetBlock block) { return _mm_movemask_epi8(block) == 0; }

// Calls look(OctetBlock) with blocks that together contain all octets of `text`, some of them more
// than once, and no others. Not called for an empty text.
template <typename Look>
inline void for_each_octet_block(std::string_view text, Look look) {
  const auto load = [](const char* from, auto word) {
    std::memcpy(&word, from, sizeof(word));
    return word;
  };
  const char* const begin = text.data();
  const size_t size = text.size();
  const char* const end = begin + size;
  if (size >= 16) {
    for (const char* at = begin; end - at > 16; at += 16) look(load(at, OctetBlock{}));
    look(load(end - 16, OctetBlock{}));
  } else if (size >= 8) {
    look(_mm_set_epi64x(load(begin, int64_t{}), load(end - 8, int64_t{})));
  } else if (size >= 4) {
    const int32_t first = load(begin, int32_t{});
    const int32_t last = load(end - 4, int32_t{});
    look(_mm_set_epi32(first, last, first, last));
  } else if (size > 0) {
    const auto octet = [begin](size_t i) { return uint32_t{static_cast<uint8_t>(begin[i])}; };
    const uint32_t word = octet(0) | octet(size / 2) << 8 | octet(size - 1) << 16 | octet(0) << 24;
    look(_mm_set1_epi32(static_cast<int32_t>(word)));
  }
}

HEADRACE_ABI_END
}  // namespace headrace
#endif  // HEADRACE_OCTET_BLOCKS

#endif  // HEADRACE_FIELD_OCTET_BLOCK_H_
