#include "headrace/hpack/integer.h"

#include "headrace/hpack/rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

const uint8_t* read_integer_rest(const uint8_t* in, const uint8_t* end, uint32_t prefix,
                                 uint32_t* value, const Rule** rule) {
  uint64_t sum = prefix;
  for (int shift = 0; shift < 35; shift += 7) {
    if (in == end) {
      *rule = &kIntegerTruncated;
      return nullptr;
    }
    const uint8_t octet = *in++;
    sum += static_cast<uint64_t>(octet & 0x7f) << shift;
    if (octet < 0x80) {
      if (sum > UINT32_MAX) break;
      *value = static_cast<uint32_t>(sum);
      return in;
    }
  }
  *rule = &kIntegerTooLarge;
  return nullptr;
}

uint8_t* write_integer_rest(uint8_t* out, uint32_t value, uint32_t prefix) {
  value -= prefix;
  for (; value >= 0x80; value >>= 7) *out++ = static_cast<uint8_t>(0x80 | value);
  *out++ = static_cast<uint8_t>(value);
  return out;
}

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace
