#ifndef HEADRACE_FIELD_SAME_TEXT_H_
#define HEADRACE_FIELD_SAME_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "headrace/field/octet_block.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace internal {
template <typename Word>
[[gnu::always_inline]] inline bool same_ends(const char* a, const char* b, size_t size) {
  Word words[4];
  std::memcpy(&words[0], a, sizeof(Word));
  std::memcpy(&words[1], b, sizeof(Word));
  std::memcpy(&words[2], a + size - sizeof(Word), sizeof(Word));
  std::memcpy(&words[3], b + size - sizeof(Word), sizeof(Word));
  return ((words[0] ^ words[1]) | (words[2] ^ words[3])) == 0;
}
[[gnu::always_inline]] inline bool same_block(const char* a, const char* b) {
#if HEADRACE_OCTET_BLOCKS
  OctetBlock blocks[2];
  std::memcpy(&blocks[0], a, sizeof(OctetBlock));
  std::memcpy(&blocks[1], b, sizeof(OctetBlock));
  return all_ones(_mm_cmpeq_epi8(blocks[0], blocks[1]));
#else
  return same_ends<uint64_t>(a, b, 16);
#endif
}
}  // namespace internal

// Whether `size` octets are the same, without a call: compares words, the last of which overlap the
// ones before.
[[gnu::always_inline]] inline bool same_octets(const char* a, const char* b, size_t size) {
  if (size >= 16) {
    for (size_t i = 0; i + 16 < size; i += 16) {
      if (!internal::same_block(a + i, b + i)) return false;
    }
    return internal::same_block(a + size - 16, b + size - 16);
  }
  if (size >= 8) return internal::same_ends<uint64_t>(a, b, size);
  if (size >= 4) return internal::same_ends<uint32_t>(a, b, size);
  if (size >= 2) return internal::same_ends<uint16_t>(a, b, size);
  return size == 0 || *a == *b;
}

// a == b.
inline bool same_text(std::string_view a, std::string_view b) {
  return a.size() == b.size() && same_octets(a.data(), b.data(), a.size());
}

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_FIELD_SAME_TEXT_H_
