#ifndef HEADRACE_POSIX_H_
#define HEADRACE_POSIX_H_

#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "headrace/memory/abi.h"
#include "headrace/memory/const_buffer.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Output as an array for writev() and sendmsg(): the same memory, no copy. It has at most IOV_MAX
// elements, because they fail above; the rest of the output follows when these were sent().
//
//   const auto output = to_iovec(connection.pending_output());
//   if (ssize_t n = writev(socket, output.data(), output.size()); n > 0) connection.sent(n);
inline std::span<const iovec> to_iovec(
    std::span<const ConstBuffer> output HEADRACE_LIFETIME_BOUND) {
  static_assert(sizeof(ConstBuffer) == sizeof(iovec) && alignof(ConstBuffer) == alignof(iovec));
  static_assert(offsetof(ConstBuffer, data) == offsetof(iovec, iov_base) &&
                sizeof(ConstBuffer::data) == sizeof(iovec::iov_base));
  static_assert(offsetof(ConstBuffer, size) == offsetof(iovec, iov_len) &&
                sizeof(ConstBuffer::size) == sizeof(iovec::iov_len));
  return {reinterpret_cast<const iovec*>(output.data()), std::min<size_t>(output.size(), IOV_MAX)};
}

// Writes the connection's output to a non-blocking socket, until all is written or the socket takes
// no more: poll_events() has POLLOUT then. Raises no SIGPIPE. False if the transport is lost, with
// the reason in errno: a client reads what has come before, until recv() returns 0 or fails; then
// call end_of_input(), or destroy the connection.
inline bool write_output(int socket, Connection& connection, TimePoint now) {
  while (connection.wants_output()) {
    const std::span<const iovec> output = to_iovec(connection.pending_output());
    if (output.empty()) break;  // a BodySource has nothing yet
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(output.data());
    message.msg_iovlen = output.size();
    const ssize_t size = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    connection.sent(static_cast<size_t>(size), now);
  }
  return true;
}

// The events that poll(2) is to wait for on the connection's socket.
inline short poll_events(const Connection& connection) {
  return static_cast<short>((connection.wants_input() ? POLLIN : 0) |
                            (connection.wants_output() ? POLLOUT : 0));
}

// The milliseconds for which poll(2) may wait until next_deadline(): rounded up, so that it does
// not wake just before it, and at most a day.
inline int poll_timeout(TimePoint deadline, TimePoint now) {
  constexpr std::chrono::milliseconds kMost = std::chrono::hours(24);
  if (deadline <= now) return 0;
  if (deadline - now >= kMost) return static_cast<int>(kMost.count());
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(deadline - now).count());
}

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_POSIX_H_
