#ifndef HEADRACE_PROTOCOL_MESSAGE_CONTENT_TYPE_H_
#define HEADRACE_PROTOCOL_MESSAGE_CONTENT_TYPE_H_

#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <string_view>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Octets of a body that detect_content_type() looks at (WHATWG MIME Sniffing: the resource header;
// of its 1,445 octets the first 512 decide in practice, and they are what servers look at).
inline constexpr size_t kSniffedOctets = 512;

// The media type of a body by its first octets: the patterns of the WHATWG's MIME Sniffing
// standard, §6 and §7, in their order. Always a valid media type, "application/octet-stream" when
// nothing else fits; an empty body is text. Static storage.
std::string_view detect_content_type(gsl::span<const uint8_t> body);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_CONTENT_TYPE_H_
