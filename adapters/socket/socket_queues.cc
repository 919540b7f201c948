#include "headrace/adapters/socket/socket_queues.h"

#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

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
  std::array<uint32_t, SK_MEMINFO_VARS> memory{};
  socklen_t size = sizeof(memory);
  if (getsockopt(socket.get(), SOL_SOCKET, SO_MEMINFO, memory.data(), &size) != 0) return 0;
  const size_t queued = size_t{memory[SK_MEMINFO_WMEM_QUEUED]} + memory[SK_MEMINFO_RMEM_ALLOC];
  return queued == 0 ? 0 : queued + memory[SK_MEMINFO_FWD_ALLOC];
}

}  // namespace headrace::adapters
