#ifndef HEADRACE_ADAPTERS_IO_URING_COMPLETION_H_
#define HEADRACE_ADAPTERS_IO_URING_COMPLETION_H_

#include <liburing.h>

#include <cstdint>

// From Linux 6.2; liburing 2.3 does not name them.
#ifndef IORING_SEND_ZC_REPORT_USAGE
#define IORING_SEND_ZC_REPORT_USAGE (1U << 3)
#define IORING_NOTIF_USAGE_ZC_COPIED (1U << 31)
#endif

namespace headrace::adapters {

// What an IoUringLoop asks the system for.
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

// A completion, and what it is of: its user_data is the connection's slot, the send's number (24
// bits) and the operation.
class Completion {
 public:
  explicit Completion(const io_uring_cqe& entry)
      : result_(entry.res), flags_(entry.flags), user_data_(entry.user_data) {}

  static uint64_t user_data(Operation operation, uint32_t slot = 0, uint32_t send = 0) {
    return uint64_t{slot} << 32 | uint64_t{send & 0xffffff} << 8 | static_cast<uint8_t>(operation);
  }

  Operation operation() const { return static_cast<Operation>(user_data_ & 0xff); }
  uint32_t slot() const { return static_cast<uint32_t>(user_data_ >> 32); }
  uint32_t send() const { return static_cast<uint32_t>(user_data_ >> 8) & 0xffffff; }

  int result() const { return result_; }                           // or an errno value below zero
  bool more() const { return (flags_ & IORING_CQE_F_MORE) != 0; }  // another one will follow
  bool has_buffer() const { return (flags_ & IORING_CQE_F_BUFFER) != 0; }
  uint16_t buffer() const { return static_cast<uint16_t>(flags_ >> IORING_CQE_BUFFER_SHIFT); }

  // The second completion of a zero-copy send: its bytes are not read any more.
  bool is_release() const { return (flags_ & IORING_CQE_F_NOTIF) != 0; }
  bool was_copied() const {
    return (static_cast<uint32_t>(result_) & IORING_NOTIF_USAGE_ZC_COPIED) != 0;
  }
  // The operation is not under way any more, but for the release.
  bool is_last() const { return operation() == Operation::kSend ? !is_release() : !more(); }

 private:
  int result_;
  uint32_t flags_;
  uint64_t user_data_;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_IO_URING_COMPLETION_H_
