#ifndef HEADRACE_ADAPTERS_SERVE_BYTE_RANGE_H_
#define HEADRACE_ADAPTERS_SERVE_BYTE_RANGE_H_

#include <cstdint>
#include <string_view>

namespace headrace::serve {

// The part of a representation that a range request asks for (RFC 9110 §14.1.2).
struct ByteRange {
  enum class Kind : uint8_t {
    kWhole,          // no range that we serve: another unit, several ranges, or malformed; 200
    kPart,           // `size` octets from `first` on; 206
    kUnsatisfiable,  // it begins behind the end; 416
  };
  Kind kind = Kind::kWhole;
  uint64_t first = 0;
  uint64_t size = 0;
};

// Reads the value of a `range` field for a representation of `total` octets. A server may ignore a
// range it does not like (RFC 9110 §14.2), and so is a list of several answered with the whole.
ByteRange parse_byte_range(std::string_view value, uint64_t total);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_BYTE_RANGE_H_
