#ifndef HEADRACE_PROTOCOL_CONNECTION_MEMORY_BOUND_H_
#define HEADRACE_PROTOCOL_CONNECTION_MEMORY_BOUND_H_

#include <cstddef>

#include "headrace/memory/abi.h"
#include "headrace/protocol/interface/options.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The most memory, in octets, that a peer can make a connection with these options use: its heap
// and the Connection itself, without the overhead of the allocator.
//
// Memory that depends on the application is not included: bodies and the buffers of send_data(),
// queued field blocks and DATA (Limits::output_backlog), queued requests, and events that it keeps.
size_t max_bytes(const Options& options);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_CONNECTION_MEMORY_BOUND_H_
