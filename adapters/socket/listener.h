#ifndef HEADRACE_ADAPTERS_SOCKET_LISTENER_H_
#define HEADRACE_ADAPTERS_SOCKET_LISTENER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "headrace/adapters/socket/status.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::adapters {

// Opens `count` non-blocking sockets that listen on the same TCP address, one for each loop. The
// kernel distributes the connections between them (SO_REUSEPORT), so that loops share no socket.
// `address` is a host name or an IPv4 or IPv6 literal; port 0 selects a free port. It is an error
// if another socket listens on the address, even one that allows sharing. The error is
// NotFoundError if the name does not exist, otherwise UnavailableError.
StatusOr<std::vector<UniqueFd>> listen_on(const std::string& address, uint16_t port, int count);

// The authority of a URL with the address that a socket is bound to: "127.0.0.1:8080",
// "[::1]:8080".
std::string local_authority(const UniqueFd& socket);

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_SOCKET_LISTENER_H_
