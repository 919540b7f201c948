#ifndef HEADRACE_ADAPTERS_SOCKET_CLIENT_ID_H_
#define HEADRACE_ADAPTERS_SOCKET_CLIENT_ID_H_

#include <array>
#include <cstdint>

namespace headrace::adapters {

// The client of a connection, for sharing between clients: its IPv4 address, mapped to IPv6 (RFC
// 4291 §2.5.5.2), or the /64 of its IPv6 address, because a host usually has a whole one.
using ClientId = std::array<uint8_t, 16>;

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_SOCKET_CLIENT_ID_H_
