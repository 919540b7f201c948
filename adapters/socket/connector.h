#ifndef HEADRACE_ADAPTERS_SOCKET_CONNECTOR_H_
#define HEADRACE_ADAPTERS_SOCKET_CONNECTOR_H_

#include <absl/status/statusor.h>

#include "headrace/adapters/socket/address.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::adapters {

// A non-blocking TCP socket that is connecting to an address, or is connected already. What comes
// of it is told by the loop that it is given to. An error: it failed at once.
absl::StatusOr<UniqueFd> start_connecting(const SocketAddress& address);

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_SOCKET_CONNECTOR_H_
