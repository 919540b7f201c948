#ifndef HEADRACE_ADAPTERS_IO_URING_ZERO_COPY_H_
#define HEADRACE_ADAPTERS_IO_URING_ZERO_COPY_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "headrace/adapters/io_uring/io_uring_options.h"
#include "headrace/adapters/loop/output_buffers.h"

namespace headrace::adapters {

// Decides which of a connection's sends are made without a copy. Over loopback the kernel copies
// nevertheless, at more cost, and with memory that a slow reader's socket counts in full. So a
// first, short send finds out.
class ZeroCopy {
 public:
  explicit ZeroCopy(const IoUringOptions& options)
      : threshold_(options.zero_copy_threshold),
        state_(options.zero_copy_asks ? State::kUnknown : State::kWorks) {}

  // Whether to send `output` without a copy. Shortens it if it is the send that finds out.
  bool takes(OutputBuffers* output) {
    if (threshold_ == 0 || output->size() < threshold_) return false;
    if (state_ != State::kUnknown) return state_ == State::kWorks;
    output->shorten(kQuestion);
    state_ = State::kAsked;
    return true;
  }
  // The kernel has reported whether it copied.
  void on_release(bool was_copied) {
    if (state_ == State::kAsked) state_ = was_copied ? State::kCopies : State::kWorks;
  }
  // A send without a copy has failed; makes the next ones with a copy. False if they were already.
  bool give_up() { return std::exchange(state_, State::kCopies) != State::kCopies; }

 private:
  static constexpr size_t kQuestion = 512;  // octets
  enum class State : uint8_t { kUnknown, kAsked, kWorks, kCopies };

  size_t threshold_;
  State state_;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_IO_URING_ZERO_COPY_H_
