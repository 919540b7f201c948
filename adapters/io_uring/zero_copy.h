#ifndef HEADRACE_ADAPTERS_IO_URING_ZERO_COPY_H_
#define HEADRACE_ADAPTERS_IO_URING_ZERO_COPY_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "headrace/adapters/io_uring/io_uring_options.h"
#include "headrace/adapters/loop/output_buffers.h"

namespace headrace::adapters {

// Which of a connection's sends go without a copy. Over loopback the kernel makes one all the same,
// at more cost, and with memory that a slow reader's socket counts in full: so a first, short send
// asks.
class ZeroCopy {
 public:
  explicit ZeroCopy(const IoUringOptions& options)
      : threshold_(options.zero_copy_threshold),
        state_(options.zero_copy_asks ? State::kUnknown : State::kWorks) {}

  // Whether this is one. It is shortened when it is the one that asks.
  bool takes(OutputBuffers* output) {
    if (threshold_ == 0 || output->size() < threshold_) return false;
    if (state_ != State::kUnknown) return state_ == State::kWorks;
    output->shorten(kQuestion);
    state_ = State::kAsked;
    return true;
  }
  // The kernel has said what it did.
  void on_release(bool was_copied) {
    if (state_ == State::kAsked) state_ = was_copied ? State::kCopies : State::kWorks;
  }
  // A send has failed for lack of it. False: that can't have been the reason.
  bool give_up() { return std::exchange(state_, State::kCopies) != State::kCopies; }

 private:
  static constexpr size_t kQuestion = 512;  // octets
  enum class State : uint8_t { kUnknown, kAsked, kWorks, kCopies };

  size_t threshold_;
  State state_;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_IO_URING_ZERO_COPY_H_
