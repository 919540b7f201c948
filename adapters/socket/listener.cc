#include "adapters/socket/listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace headrace::adapters {
namespace {

// Connections that wait to be accepted; the kernel caps it at net.core.somaxconn.
constexpr int kBacklog = 4096;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};

absl::Status failure(std::string_view what, std::string_view why) {
  std::string message(what);
  message.append(": ").append(why);
  return absl::UnavailableError(message);
}

absl::StatusOr<Address> resolve(const std::string& host, uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) return failure(host, gai_strerror(error));
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  Address address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  return address;
}

std::string authority_of(const Address& address) {
  char host[INET6_ADDRSTRLEN] = "";
  if (address.family() == AF_INET6) {
    const auto* in6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
    inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
    return "[" + std::string(host) + "]:" + std::to_string(ntohs(in6->sin6_port));
  }
  const auto* in = reinterpret_cast<const sockaddr_in*>(&address.storage);
  inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
  return std::string(host) + ":" + std::to_string(ntohs(in->sin_port));
}

absl::StatusOr<UniqueFd> listen_once(Address address, bool share) {
  UniqueFd socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return failure("socket", std::strerror(errno));
  const int on = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (share) setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  if (bind(socket.get(), address.get(), address.size) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    const int error = errno;
    return failure("cannot listen on " + authority_of(address), std::strerror(error));
  }
  return socket;
}

Address bound_address(const UniqueFd& socket) {
  Address address;
  getsockname(socket.get(), address.get(), &address.size);
  return address;
}

}  // namespace

absl::StatusOr<std::vector<UniqueFd>> listen_on(const std::string& address, uint16_t port,
                                                int count) {
  absl::StatusOr<Address> where = resolve(address, port);
  if (!where.ok()) return where.status();

  // The first is opened without sharing: only so the kernel tells us of another server there.
  absl::StatusOr<UniqueFd> exclusive = listen_once(*where, false);
  if (!exclusive.ok()) return exclusive.status();
  std::vector<UniqueFd> sockets;
  if (count == 1) {
    sockets.push_back(std::move(*exclusive));
    return sockets;
  }
  *where = bound_address(*exclusive);  // the port that was picked
  exclusive->reset();
  for (int i = 0; i < count; ++i) {
    absl::StatusOr<UniqueFd> shared = listen_once(*where, true);
    if (!shared.ok()) return shared.status();
    sockets.push_back(std::move(*shared));
  }
  return sockets;
}

std::string local_authority(const UniqueFd& socket) { return authority_of(bound_address(socket)); }

}  // namespace headrace::adapters
