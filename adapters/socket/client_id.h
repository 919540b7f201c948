#ifndef HEADRACE_ADAPTERS_SOCKET_CLIENT_ID_H_
#define HEADRACE_ADAPTERS_SOCKET_CLIENT_ID_H_

#include <array>
#include <cstdint>

namespace headrace::adapters {

// Whom a connection is from, for sharing between clients: its IPv4 address as one of IPv6 (RFC 4291
// §2.5.5.2), or the /64 of its IPv6 address, since a host has all of one.
using ClientId = std::array<uint8_t, 16>;

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_SOCKET_CLIENT_ID_H_
