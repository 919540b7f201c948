#ifndef HEADRACE_PROTOCOL_MESSAGE_TRAILER_NAMES_H_
#define HEADRACE_PROTOCOL_MESSAGE_TRAILER_NAMES_H_

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// RFC 9110 §6.5.1: whether a field may stand in a trailer section. Not those of framing, routing,
// request modifiers, authentication and the content's format, because a recipient that merges them
// into the head would read another message. The name is in lower case.
bool may_be_trailer(const Field& field);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_TRAILER_NAMES_H_
