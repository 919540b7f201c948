#ifndef HEADRACE_HPACK_INTEGER_H_
#define HEADRACE_HPACK_INTEGER_H_

#include <cstddef>
#include <cstdint>

#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

// RFC 7541 §5.1. An integer has at most 32 bits and at most five octets behind its prefix, so
// endless zeros (0x80 0x80 ...) are refused, too.
constexpr size_t kMaxIntegerSize = 6;

// Reads the octets behind a prefix of all ones, whose value is `prefix`. Returns their end, or null
// if they break `*rule`.
const uint8_t* read_integer_rest(const uint8_t* in, const uint8_t* end, uint32_t prefix,
                                 uint32_t* value, const Rule** rule);

// Reads an integer whose prefix is the lower `prefix_bits` bits of *in. Requires in < end. Returns
// the end of the integer, or null if it breaks `*rule`.
inline const uint8_t* read_integer(const uint8_t* in, const uint8_t* end, int prefix_bits,
                                   uint32_t* value, const Rule** rule) {
  const uint32_t largest = (1u << prefix_bits) - 1;
  *value = *in & largest;
  if (*value < largest) return in + 1;
  return read_integer_rest(in + 1, end, largest, value, rule);
}

// Writes the octets of `value` behind a prefix of all ones, whose value is `prefix`.
uint8_t* write_integer_rest(uint8_t* out, uint32_t value, uint32_t prefix);

// Writes an integer of at most kMaxIntegerSize octets. `first`: the bits in front of the prefix.
inline uint8_t* write_integer(uint8_t* out, uint32_t value, int prefix_bits, uint8_t first) {
  const uint32_t largest = (1u << prefix_bits) - 1;
  if (value < largest) {
    *out = static_cast<uint8_t>(first | value);
    return out + 1;
  }
  *out = static_cast<uint8_t>(first | largest);
  return write_integer_rest(out + 1, value, largest);
}

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_INTEGER_H_
