#ifndef HEADRACE_ADAPTERS_SOCKET_ADDRESS_H_
#define HEADRACE_ADAPTERS_SOCKET_ADDRESS_H_

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "headrace/adapters/socket/client_id.h"
#include "headrace/adapters/socket/status.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::adapters {

// An IPv4 or IPv6 address with its port, or the address of a UNIX socket.
class SocketAddress {
 public:
  SocketAddress(const sockaddr* address, socklen_t size);
  // The address that a socket is bound to. AF_UNSPEC if that fails; errno has the reason.
  static SocketAddress local(const UniqueFd& socket);
  // The address of a socket's peer. AF_UNSPEC if it has none any more.
  static SocketAddress remote(const UniqueFd& socket);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  int family() const { return storage_.ss_family; }
  // Whether the address is on this machine for certain: 127.0.0.0/8, also within IPv6 (RFC 4291
  // §2.5.5), ::1, and UNIX sockets.
  bool is_loopback() const;
  // Nothing for addresses other than IP.
  std::optional<ClientId> client_id() const;
  // The authority of a URL with this address: "127.0.0.1:8080", "[::1]:8080".
  std::string authority() const;

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

// The client of an IPv4 or IPv6 address in text form; nothing if the text is not one.
std::optional<ClientId> parse_client_id(const std::string& address);

// The TCP addresses of a host name, or of an IPv4 or IPv6 literal, in the order in which they are
// to be tried (RFC 6724); at least one. Blocks during the DNS look-up. The error is NotFoundError
// if the name does not exist, otherwise UnavailableError.
StatusOr<std::vector<SocketAddress>> resolve(const std::string& host, uint16_t port);

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_SOCKET_ADDRESS_H_
