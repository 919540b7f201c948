#include "headrace/adapters/socket/listener.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "headrace/adapters/socket/address.h"

namespace headrace::adapters {
namespace {

// The length of the listen queue, which the kernel limits to net.core.somaxconn.
constexpr int kBacklog = 4096;

Status failure(std::string_view what, std::string_view why) {
  std::string message(what);
  message.append(": ").append(why);
  return Status::unavailable(message);
}

StatusOr<UniqueFd> listen_once(const SocketAddress& address, bool share) {
  UniqueFd socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return failure("socket", std::strerror(errno));
  const int on = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (share) setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  if (bind(socket.get(), address.get(), address.size()) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    const int error = errno;
    return failure("cannot listen on " + address.authority(), std::strerror(error));
  }
  return socket;
}

}  // namespace

StatusOr<std::vector<UniqueFd>> listen_on(const std::string& address, uint16_t port, int count) {
  const StatusOr<std::vector<SocketAddress>> found = resolve(address, port);
  if (!found.ok()) return found.status();

  // The first socket is opened without sharing, so that the kernel reports another server there.
  StatusOr<UniqueFd> exclusive = listen_once(found->front(), false);
  if (!exclusive.ok()) return exclusive.status();
  std::vector<UniqueFd> sockets;
  if (count == 1) {
    sockets.push_back(std::move(*exclusive));
    return sockets;
  }
  const SocketAddress where = SocketAddress::local(*exclusive);  // with the selected port
  if (where.family() == AF_UNSPEC) return failure("getsockname", std::strerror(errno));
  exclusive->reset();
  for (int i = 0; i < count; ++i) {
    StatusOr<UniqueFd> shared = listen_once(where, true);
    if (!shared.ok()) return shared.status();
    sockets.push_back(std::move(*shared));
  }
  return sockets;
}

std::string local_authority(const UniqueFd& socket) {
  return SocketAddress::local(socket).authority();
}

}  // namespace headrace::adapters
