#ifndef HEADRACE_PROTOCOL_HTTP1_OCTET_CLASSES_H_
#define HEADRACE_PROTOCOL_HTTP1_OCTET_CLASSES_H_

#include "headrace/field/octet_block.h"
#include "headrace/memory/abi.h"

#if HEADRACE_OCTET_BLOCKS
#include <cstring>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// Classes of octets, sixteen at once: each function returns a block that is not 0 in the place of
// the octets of its class.

inline OctetBlock load_octets(const char* from) {
  OctetBlock block;
  std::memcpy(&block, from, sizeof(block));
  return block;
}

// Control characters other than HTAB.
inline OctetBlock controls_of(OctetBlock block) {
  const OctetBlock low = _mm_cmpeq_epi8(_mm_min_epu8(block, all_octets(0x1f)), block);
  return _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(block, all_octets('\t')), low),
                      _mm_cmpeq_epi8(block, all_octets(0x7f)));
}

// All but visible ASCII.
inline OctetBlock invisible_of(OctetBlock block) {
  // As signed numbers: up to 0x20, which includes all above 0x7f; and 0x7f itself.
  return _mm_or_si128(_mm_cmplt_epi8(block, all_octets(0x21)),
                      _mm_cmpeq_epi8(block, all_octets(0x7f)));
}

// Letters, digits and hyphens, of which nearly all tokens consist.
inline OctetBlock usual_of(OctetBlock block) {
  const OctetBlock letters = octets_between(_mm_or_si128(block, all_octets(0x20)), 'a', 'z');
  return _mm_or_si128(_mm_or_si128(letters, octets_between(block, '0', '9')),
                      _mm_cmpeq_epi8(block, all_octets('-')));
}

// All others.
inline OctetBlock unusual_of(OctetBlock block) {
  return _mm_cmpeq_epi8(usual_of(block), _mm_setzero_si128());
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
#endif  // HEADRACE_OCTET_BLOCKS

#endif  // HEADRACE_PROTOCOL_HTTP1_OCTET_CLASSES_H_
