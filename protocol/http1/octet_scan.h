#ifndef HEADRACE_PROTOCOL_HTTP1_OCTET_SCAN_H_
#define HEADRACE_PROTOCOL_HTTP1_OCTET_SCAN_H_

#include <cstddef>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// Searches over text, sixteen octets at a time where the processor has SSE2. No octet outside of
// the text is read.

// The first control character other than HTAB (RFC 9110 §5.5), or `end`. In a valid line it is the
// CR at its end.
const char* find_control(const char* at, const char* end);

// The first octet that is not visible ASCII, or `end`: of a target (RFC 9112 §3.2), the space
// behind it.
const char* find_invisible(const char* at, const char* end);

// The same, or the first '#', which begins a fragment (RFC 3986 §3.5).
const char* find_invisible_or_fragment(const char* at, const char* end);

// The end of the token (RFC 9110 §5.6.2) at the front.
const char* skip_token(const char* at, const char* end);

// Copies `size` octets and makes letters of them lower case. `out` has room for `size`, rounded up
// to the next multiple of sixteen; `readable` octets may be read at `text`, `size` at least.
void copy_lower(const char* text, size_t size, size_t readable, char* out);

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_OCTET_SCAN_H_
