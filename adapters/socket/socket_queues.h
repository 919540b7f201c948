#ifndef HEADRACE_ADAPTERS_SOCKET_SOCKET_QUEUES_H_
#define HEADRACE_ADAPTERS_SOCKET_SOCKET_QUEUES_H_

#include <cstddef>

#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::adapters {

// The octets that the system holds for a stream socket; 0 if it does not report them.

// Octets that have arrived and were not read.
size_t bytes_unread(const UniqueFd& socket);
// Octets that were written and not acknowledged by the peer's system.
size_t bytes_in_flight(const UniqueFd& socket);
// Octets of the system's memory that both use or reserve, which is more than their octets. 0 if
// both are empty.
size_t queue_memory(const UniqueFd& socket);

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_SOCKET_SOCKET_QUEUES_H_
