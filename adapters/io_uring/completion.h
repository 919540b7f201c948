#ifndef HEADRACE_ADAPTERS_IO_URING_COMPLETION_H_
#define HEADRACE_ADAPTERS_IO_URING_COMPLETION_H_

#include <liburing.h>
#include <poll.h>

#include <cerrno>
#include <cstdint>

#include "headrace/adapters/loop/connection_id.h"

// From Linux 6.2; liburing 2.3 does not name them.
#ifndef IORING_SEND_ZC_REPORT_USAGE
#define IORING_SEND_ZC_REPORT_USAGE (1U << 3)
#define IORING_NOTIF_USAGE_ZC_COPIED (1U << 31)
#endif

namespace headrace::adapters {

static_assert(ConnectionId::kBits <= 44);

// The operations that an IoUringLoop submits.
enum class Operation : uint8_t {
  // Of the loop.
  kWakeup,
  kAccept,
  kCancelAccept,
  // Of a connection.
  kConnect,
  kReceive,
  kSend,
  kHangup,
  kCancel,
};

// A completion. Its user_data is the connection's id, the number of a zero-copy send (16 bits) and
// the operation (4 bits).
class Completion {
 public:
  explicit Completion(const io_uring_cqe& entry)
      : result_(entry.res), flags_(entry.flags), user_data_(entry.user_data) {}

  static uint64_t user_data(Operation operation, ConnectionId id = {}, uint16_t send = 0) {
    return id.value() << 20 | uint64_t{send} << 4 | static_cast<uint8_t>(operation);
  }

  Operation operation() const { return static_cast<Operation>(user_data_ & 0xf); }
  ConnectionId id() const { return ConnectionId::from(user_data_ >> 20); }
  uint16_t send() const { return static_cast<uint16_t>(user_data_ >> 4); }

  int result() const { return result_; }                           // or a negative errno value
  bool more() const { return (flags_ & IORING_CQE_F_MORE) != 0; }  // another one will follow
  bool has_buffer() const { return (flags_ & IORING_CQE_F_BUFFER) != 0; }
  uint16_t buffer() const { return static_cast<uint16_t>(flags_ >> IORING_CQE_BUFFER_SHIFT); }

  // For a cancellation: whether the operation to be cancelled has completed or will.
  bool has_cancelled() const { return result_ >= 0 || result_ == -ENOENT || result_ == -EALREADY; }
  // For a watch: whether both directions are closed. (A poll always tells of the peer's end, too:
  // POLLRDHUP.)
  bool hung_up() const { return result_ > 0 && (result_ & (POLLHUP | POLLERR)) != 0; }
  // Whether this is the second completion of a zero-copy send: its bytes are no longer read.
  bool is_release() const { return (flags_ & IORING_CQE_F_NOTIF) != 0; }
  bool was_copied() const {
    return (static_cast<uint32_t>(result_) & IORING_NOTIF_USAGE_ZC_COPIED) != 0;
  }
  // Whether the operation has ended, except for the release.
  bool is_last() const { return operation() == Operation::kSend ? !is_release() : !more(); }

 private:
  int result_;
  uint32_t flags_;
  uint64_t user_data_;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_IO_URING_COMPLETION_H_
