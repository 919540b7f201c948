#ifndef HEADRACE_PROTOCOL_CONNECTION_MEMORY_BOUND_H_
#define HEADRACE_PROTOCOL_CONNECTION_MEMORY_BOUND_H_

#include <cstddef>

#include "headrace/memory/abi.h"
#include "headrace/protocol/connection/options.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// What a connection with these options can come to by anything that its peer does: octets of heap,
// and of the Connection itself. (An allocator's own overhead comes on top.)
//
// Not in it is what the application decides: its bodies and what send_data() buffers, field blocks
// and DATA of its own on their way out (Limits::output_backlog), requests that wait, events that it
// keeps.
size_t max_bytes(const Options& options);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_CONNECTION_MEMORY_BOUND_H_
