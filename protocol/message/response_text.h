#ifndef HEADRACE_PROTOCOL_MESSAGE_RESPONSE_TEXT_H_
#define HEADRACE_PROTOCOL_MESSAGE_RESPONSE_TEXT_H_

#include <cstddef>

#include "headrace/memory/abi.h"
#include "headrace/protocol/message/response_head.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Writes a response's head in the format of HTTP/1.x (RFC 9112 §4, §5): the status line, the field
// lines, an empty line. `head` must be completed for the same version, kHttp10 or kHttp11, and have
// a valid status. No field can break the syntax of the head: pseudo-header fields except the status
// and fields with invalid names are not written, CR, LF and NUL in a value become spaces (RFC 9110
// §5.5), and white space at its edges is removed.

// An upper bound of the output of write_response_text(), in octets.
size_t max_response_text_size(const OutgoingHead& head);
// Returns the end of the text.
[[nodiscard]] char* write_response_text(const OutgoingHead& head, HttpVersion version, char* out);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_RESPONSE_TEXT_H_
