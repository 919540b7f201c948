#ifndef HEADRACE_ADAPTERS_SERVE_BYTE_RANGE_H_
#define HEADRACE_ADAPTERS_SERVE_BYTE_RANGE_H_

#include <cstdint>
#include <string_view>

namespace headrace::serve {

// The part of a representation that a range request asks for (RFC 9110 §14.1.2).
struct ByteRange {
  enum class Kind : uint8_t {
    kWhole,          // 200: not supported (another unit, several ranges), malformed, or no content
    kPart,           // 206: `size` octets from `first` on
    kUnsatisfiable,  // 416: the range begins behind the end
  };
  Kind kind = Kind::kWhole;
  uint64_t first = 0;
  uint64_t size = 0;
};

// Parses the value of a `range` field for a representation of `total` octets. A list of several
// ranges is ignored, as RFC 9110 §14.2 allows.
ByteRange parse_byte_range(std::string_view value, uint64_t total);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_BYTE_RANGE_H_
