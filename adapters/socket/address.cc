#include "headrace/adapters/socket/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace headrace::adapters {

SocketAddress::SocketAddress(const sockaddr* address, socklen_t size) : size_(size) {
  std::memcpy(&storage_, address, size);
}

SocketAddress SocketAddress::local(const UniqueFd& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  getsockname(socket.get(), reinterpret_cast<sockaddr*>(&storage), &size);
  return SocketAddress(reinterpret_cast<const sockaddr*>(&storage), size);
}

SocketAddress SocketAddress::remote(const UniqueFd& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  if (getpeername(socket.get(), reinterpret_cast<sockaddr*>(&storage), &size) != 0) storage = {};
  return SocketAddress(reinterpret_cast<const sockaddr*>(&storage),
                       std::min<socklen_t>(size, sizeof(storage)));
}

bool SocketAddress::is_loopback() const {
  constexpr uint8_t kLoopbackNet = 127;
  if (family() == AF_UNIX) return true;
  if (family() == AF_INET) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(&storage_);
    return ntohl(in->sin_addr.s_addr) >> 24 == kLoopbackNet;
  }
  if (family() != AF_INET6) return false;
  const in6_addr& address = reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&address)) return address.s6_addr[12] == kLoopbackNet;
  return IN6_IS_ADDR_LOOPBACK(&address);
}

std::optional<ClientId> SocketAddress::client_id() const {
  constexpr size_t kPrefix = 8;  // octets of a /64
  constexpr size_t kMapped = 12;
  ClientId id{};
  if (family() == AF_INET6) {
    const in6_addr& address = reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_addr;
    const bool mapped = IN6_IS_ADDR_V4MAPPED(&address);
    std::memcpy(id.data(), address.s6_addr, mapped ? id.size() : kPrefix);
    return id;
  }
  if (family() != AF_INET) return std::nullopt;
  const in_addr& address = reinterpret_cast<const sockaddr_in*>(&storage_)->sin_addr;
  id[kMapped - 2] = id[kMapped - 1] = 0xff;
  std::memcpy(id.data() + kMapped, &address, sizeof(address));
  return id;
}

std::string SocketAddress::authority() const {
  char host[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET6) {
    const auto* in6 = reinterpret_cast<const sockaddr_in6*>(&storage_);
    inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
    return "[" + std::string(host) + "]:" + std::to_string(ntohs(in6->sin6_port));
  }
  const auto* in = reinterpret_cast<const sockaddr_in*>(&storage_);
  inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
  return std::string(host) + ":" + std::to_string(ntohs(in->sin_port));
}

std::optional<ClientId> parse_client_id(const std::string& address) {
  sockaddr_in in{};
  in.sin_family = AF_INET;
  if (inet_pton(AF_INET, address.c_str(), &in.sin_addr) == 1) {
    return SocketAddress(reinterpret_cast<const sockaddr*>(&in), sizeof(in)).client_id();
  }
  sockaddr_in6 in6{};
  in6.sin6_family = AF_INET6;
  if (inet_pton(AF_INET6, address.c_str(), &in6.sin6_addr) != 1) return std::nullopt;
  return SocketAddress(reinterpret_cast<const sockaddr*>(&in6), sizeof(in6)).client_id();
}

StatusOr<std::vector<SocketAddress>> resolve(const std::string& host, uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) {
    const int system_error = errno;
    std::string reason = host + ": ";
    reason.append(error == EAI_SYSTEM ? std::strerror(system_error) : gai_strerror(error));
    const bool unknown = error == EAI_NONAME || error == EAI_NODATA || error == EAI_ADDRFAMILY;
    return unknown ? Status::not_found(reason) : Status::unavailable(reason);
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    addresses.emplace_back(at->ai_addr, at->ai_addrlen);
  }
  return addresses;
}

}  // namespace headrace::adapters
