#ifndef HEADRACE_PROTOCOL_HTTP1_PLAIN_FIELD_H_
#define HEADRACE_PROTOCOL_HTTP1_PLAIN_FIELD_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "headrace/field/known_names.h"
#include "headrace/memory/abi.h"
#include "headrace/protocol/http1/octet_classes.h"
#include "headrace/protocol/http1/octet_scan.h"

#if HEADRACE_OCTET_BLOCKS
namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// The two parts of a field line of the form that nearly all have: a name of at most 32 letters,
// digits and hyphens with the colon behind it, and a value that ends with CR LF. They read to
// `end`, in front of which seventeen octets can be read. A line that is not of this form may be
// valid.

// A place for each octet of a block.
constexpr uint32_t kWholeBlock = 0xffff;

// The size of the name at `at`, which is copied to `lower` in lower case; or 0. An octet follows
// the colon behind it.
inline size_t read_plain_name(const char* at, const char* end, char (&lower)[KnownName::kMaxSize]) {
  for (size_t begin = 0;; at += 16) {
    const OctetBlock block = load_octets(at);
    // (Digits and the hyphen have that bit already.)
    const OctetBlock lowered = _mm_or_si128(block, all_octets(0x20));
    std::memcpy(lower + begin, &lowered, sizeof(lowered));
    const auto usual = static_cast<uint32_t>(_mm_movemask_epi8(usual_of(block)));
    if (usual == kWholeBlock) {
      begin += 16;
      if (begin == sizeof(lower) || end - at <= 32) return 0;
      continue;
    }
    const auto size = static_cast<uint32_t>(std::countr_zero(usual ^ kWholeBlock));
    return at[size] == ':' ? begin + size : 0;
  }
}

// The CR behind the value at `at`, with its LF, or null.
inline const char* find_plain_end(const char* at, const char* end) {
  // The place of each octet that is no control character, nor HTAB or an octet above 0x7e.
  const auto usual_at = [](const char* from) {
    const OctetBlock shifted = _mm_add_epi8(load_octets(from), all_octets(1));
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpgt_epi8(shifted, all_octets(0x20))));
  };
  const char* const last = end - 17;  // an octet follows the block
  uint32_t usual = kWholeBlock;
  while (at <= last && (usual = usual_at(at)) == kWholeBlock) at += 16;
  if (at > last) {
    const auto read_before = static_cast<uint32_t>(at - last);
    if (read_before > 15) return nullptr;
    usual = usual_at(last) >> read_before | (kWholeBlock << (16 - read_before) & kWholeBlock);
    if (usual == kWholeBlock) return nullptr;
  }
  at += static_cast<uint32_t>(std::countr_zero(usual ^ kWholeBlock));
  if (at[0] == '\r') [[likely]]
    return at[1] == '\n' ? at : nullptr;
  at = find_control(at, end);
  return end - at >= 2 && at[0] == '\r' && at[1] == '\n' ? at : nullptr;
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
#endif  // HEADRACE_OCTET_BLOCKS

#endif  // HEADRACE_PROTOCOL_HTTP1_PLAIN_FIELD_H_
