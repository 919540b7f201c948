#ifndef HEADRACE_FIELD_SAME_TEXT_H_
#define HEADRACE_FIELD_SAME_TEXT_H_

#include <cstdint>
#include <cstring>
#include <string_view>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace internal {
template <typename Word>
bool same_ends(const char* a, const char* b, size_t size) {
  Word words[4];
  std::memcpy(&words[0], a, sizeof(Word));
  std::memcpy(&words[1], b, sizeof(Word));
  std::memcpy(&words[2], a + size - sizeof(Word), sizeof(Word));
  std::memcpy(&words[3], b + size - sizeof(Word), sizeof(Word));
  return ((words[0] ^ words[1]) | (words[2] ^ words[3])) == 0;
}
}  // namespace internal

// a == b, without a call: compares words, the last of which overlap the ones before.
inline bool same_text(std::string_view a, std::string_view b) {
  const size_t size = a.size();
  if (size != b.size()) return false;
  if (size > 16) {
    for (size_t i = 0; i + 16 < size; i += 16) {
      if (!internal::same_ends<uint64_t>(a.data() + i, b.data() + i, 16)) return false;
    }
    return internal::same_ends<uint64_t>(a.data() + size - 16, b.data() + size - 16, 16);
  }
  if (size >= 8) return internal::same_ends<uint64_t>(a.data(), b.data(), size);
  if (size >= 4) return internal::same_ends<uint32_t>(a.data(), b.data(), size);
  if (size >= 2) return internal::same_ends<uint16_t>(a.data(), b.data(), size);
  return size == 0 || a[0] == b[0];
}

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_FIELD_SAME_TEXT_H_
