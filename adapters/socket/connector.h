#ifndef HEADRACE_ADAPTERS_SOCKET_CONNECTOR_H_
#define HEADRACE_ADAPTERS_SOCKET_CONNECTOR_H_

#include "headrace/adapters/socket/address.h"
#include "headrace/adapters/socket/status.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::adapters {

// Makes a non-blocking TCP socket that is connecting to an address, or already connected. The loop
// that it is given to reports the result. An error if it failed at once.
StatusOr<UniqueFd> start_connecting(const SocketAddress& address);

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_SOCKET_CONNECTOR_H_
