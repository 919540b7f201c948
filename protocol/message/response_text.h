#ifndef HEADRACE_PROTOCOL_MESSAGE_RESPONSE_TEXT_H_
#define HEADRACE_PROTOCOL_MESSAGE_RESPONSE_TEXT_H_

#include <cstddef>

#include "headrace/memory/abi.h"
#include "headrace/protocol/message/response_head.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A response's head as HTTP/1.x writes it (RFC 9112 §4, §5): the status line, the field lines, an
// empty line. `head` was completed for the same version, kHttp10 or kHttp11, and its status is one.
// Whatever the fields hold, the text is one head and not two: of pseudo-header fields only the
// status is written, fields whose name is none are not written, CR, LF and NUL in a value become
// spaces (RFC 9110 §5.5), and white space at its edges goes.

// An upper bound, in octets, of what write_response_text() writes.
size_t max_response_text_size(const OutgoingHead& head);
// Returns where the text ends.
[[nodiscard]] char* write_response_text(const OutgoingHead& head, HttpVersion version, char* out);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_RESPONSE_TEXT_H_
