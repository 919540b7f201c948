#ifndef HEADRACE_HPACK_REPRESENTATION_H_
#define HEADRACE_HPACK_REPRESENTATION_H_

#include <cstdint>
#include <string_view>

#include "headrace/hpack/integer.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

// Writers of the representations of RFC 7541 §6. Each returns the end of its output.

// §6.1
inline uint8_t* write_indexed(uint8_t* out, uint32_t index) {
  return write_integer(out, index, 7, 0x80);
}

// §6.3
inline uint8_t* write_size_update(uint8_t* out, uint32_t max_size) {
  return write_integer(out, max_size, 5, 0x20);
}

// §6.2: a literal begins with the index of its name, or with 0 and the name as a string. The value
// follows as a string.
enum class Literal : uint8_t {
  kNeverIndexed,         // §6.2.3
  kWithoutIndexing,      // §6.2.2
  kIncrementalIndexing,  // §6.2.1
};
inline uint8_t* write_literal(uint8_t* out, Literal literal, uint32_t name_index) {
  if (literal == Literal::kIncrementalIndexing) return write_integer(out, name_index, 6, 0x40);
  return write_integer(out, name_index, 4, literal == Literal::kNeverIndexed ? 0x10 : 0x00);
}

// §5.2: writes a string in the shorter coding. May overwrite up to kHuffmanEncodeSlack octets
// behind it.
uint8_t* write_string(uint8_t* out, std::string_view text);
uint8_t* write_plain_string(uint8_t* out, std::string_view text);

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_REPRESENTATION_H_
