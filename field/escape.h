#ifndef HEADRACE_FIELD_ESCAPE_H_
#define HEADRACE_FIELD_ESCAPE_H_

#include <string>
#include <string_view>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Appends text of a peer's, which may hold anything, to a line: octets that are not printable
// ASCII, and backslashes, as "\x0a". So there is no line break, and no escape sequence of a
// terminal's.
void append_escaped(std::string_view received, std::string* line);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_FIELD_ESCAPE_H_
