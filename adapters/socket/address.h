#ifndef HEADRACE_ADAPTERS_SOCKET_ADDRESS_H_
#define HEADRACE_ADAPTERS_SOCKET_ADDRESS_H_

#include <absl/status/statusor.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "headrace/adapters/socket/client_id.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::adapters {

// An IPv4 or IPv6 address with its port, or that of a UNIX socket.
class SocketAddress {
 public:
  SocketAddress(const sockaddr* address, socklen_t size);
  // Where a socket is bound; of no family, with the reason in errno, when that cannot be told.
  static SocketAddress local(const UniqueFd& socket);
  // Where its peer's is; of no family when it has none any more.
  static SocketAddress remote(const UniqueFd& socket);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  int family() const { return storage_.ss_family; }
  // On this machine for certain: 127.0.0.0/8, also within IPv6 (RFC 4291 §2.5.5), ::1, UNIX
  // sockets.
  bool is_loopback() const;
  // Of an address of IP.
  std::optional<ClientId> client_id() const;
  // As it stands in a URL: "127.0.0.1:8080", "[::1]:8080".
  std::string authority() const;

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

// Of an IPv4 or IPv6 address as it is written; none where it is none.
std::optional<ClientId> parse_client_id(const std::string& address);

// The TCP addresses of a host name or of an IPv4 or IPv6 literal, at least one, in the order in
// which they are to be tried (RFC 6724). Waits for the name's servers. An error is NotFoundError
// when there is no such name, and else UnavailableError.
absl::StatusOr<std::vector<SocketAddress>> resolve(const std::string& host, uint16_t port);

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_SOCKET_ADDRESS_H_
