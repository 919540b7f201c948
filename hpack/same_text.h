#ifndef HEADRACE_HPACK_SAME_TEXT_H_
#define HEADRACE_HPACK_SAME_TEXT_H_

#include <cstdint>
#include <cstring>
#include <string_view>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

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

// a == b, without a call for text of up to 16 octets, as most field names are: compares two words
// that overlap.
inline bool same_text(std::string_view a, std::string_view b) {
  const size_t size = a.size();
  if (size != b.size()) return false;
  if (size > 16) return std::memcmp(a.data(), b.data(), size) == 0;
  if (size >= 8) return internal::same_ends<uint64_t>(a.data(), b.data(), size);
  if (size >= 4) return internal::same_ends<uint32_t>(a.data(), b.data(), size);
  if (size >= 2) return internal::same_ends<uint16_t>(a.data(), b.data(), size);
  return size == 0 || a[0] == b[0];
}

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_SAME_TEXT_H_
