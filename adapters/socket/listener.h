#ifndef HEADRACE_ADAPTERS_SOCKET_LISTENER_H_
#define HEADRACE_ADAPTERS_SOCKET_LISTENER_H_

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::adapters {

// Opens `count` non-blocking sockets that listen on the same TCP address: one for each loop, among
// which the kernel spreads the connections (SO_REUSEPORT), so that loops share nothing. `address`
// is a host name or an IPv4 or IPv6 literal; port 0 picks a free one. An address that somebody
// listens on already is an error, also when that one allows sharing. An error is NotFoundError when
// there is no such name, and else UnavailableError.
absl::StatusOr<std::vector<UniqueFd>> listen_on(const std::string& address, uint16_t port,
                                                int count);

// Where a socket is bound, as it stands in a URL: "127.0.0.1:8080", "[::1]:8080".
std::string local_authority(const UniqueFd& socket);

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_SOCKET_LISTENER_H_
