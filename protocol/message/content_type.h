#ifndef HEADRACE_PROTOCOL_MESSAGE_CONTENT_TYPE_H_
#define HEADRACE_PROTOCOL_MESSAGE_CONTENT_TYPE_H_

#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <string_view>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The number of octets at the beginning of a body that detect_content_type() uses. The resource
// header of the WHATWG MIME Sniffing standard has 1,445 octets, but the first 512 decide in
// practice, and other servers use as many.
inline constexpr size_t kSniffedOctets = 512;

// The media type of a body, from its first octets, by the patterns of the WHATWG's MIME Sniffing
// standard, §6 and §7, in their order. "application/octet-stream" if no pattern matches; an empty
// body is text. Static storage.
std::string_view detect_content_type(gsl::span<const uint8_t> body);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_CONTENT_TYPE_H_
