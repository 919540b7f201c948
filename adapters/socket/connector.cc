#include "headrace/adapters/socket/connector.h"

#include <sys/socket.h>

#include <cerrno>

namespace headrace::adapters {

StatusOr<UniqueFd> start_connecting(const SocketAddress& address) {
  UniqueFd socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return Status::from_errno(errno, "socket");
  // A connection attempt that a signal interrupts continues (connect(2)).
  if (connect(socket.get(), address.get(), address.size()) != 0 && errno != EINPROGRESS &&
      errno != EINTR) {
    return Status::from_errno(errno, address.authority());
  }
  return socket;
}

}  // namespace headrace::adapters
