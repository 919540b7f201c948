#include "headrace/adapters/socket/socket_queues.h"

#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace headrace::adapters {

size_t bytes_unread(const UniqueFd& socket) {
  int bytes = 0;
  return ioctl(socket.get(), SIOCINQ, &bytes) == 0 ? static_cast<size_t>(bytes) : 0;
}

size_t bytes_in_flight(const UniqueFd& socket) {
  int bytes = 0;
  return ioctl(socket.get(), SIOCOUTQ, &bytes) == 0 ? static_cast<size_t>(bytes) : 0;
}

size_t queue_memory(const UniqueFd& socket) {
  // Signed, as the system has them: what it has reserved ahead falls below zero for moments.
  std::array<int32_t, SK_MEMINFO_VARS> memory{};
  socklen_t size = sizeof(memory);
  if (getsockopt(socket.get(), SOL_SOCKET, SO_MEMINFO, memory.data(), &size) != 0) return 0;
  const auto octets = [&](size_t which) {
    return static_cast<size_t>(std::max(memory[which], int32_t{0}));
  };
  const size_t queued = octets(SK_MEMINFO_WMEM_QUEUED) + octets(SK_MEMINFO_RMEM_ALLOC);
  return queued == 0 ? 0 : queued + octets(SK_MEMINFO_FWD_ALLOC);
}

}  // namespace headrace::adapters
