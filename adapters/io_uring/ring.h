#ifndef HEADRACE_ADAPTERS_IO_URING_RING_H_
#define HEADRACE_ADAPTERS_IO_URING_RING_H_

#include <absl/status/statusor.h>
#include <liburing.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>

#include "headrace/adapters/loop/retries.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::adapters {

// What a failed call of io_uring's means, in one line. `error`: an errno value.
absl::Status io_uring_error(int error);

// One io_uring: its submission and completion queue.
//
// Set up for one thread that submits and waits (IORING_SETUP_SINGLE_ISSUER), and whose completions
// are made while it waits (IORING_SETUP_DEFER_TASKRUN), so they come in batches and interrupt
// nothing. The thread is the one that waits first.
class Ring {
 public:
  // An error says in one line why this system has no io_uring for us: none can be made, or it may
  // not be used. `kernel_thread`: submissions are taken by a thread of the kernel
  // (IORING_SETUP_SQPOLL), which needs a CPU for itself.
  static absl::StatusOr<std::unique_ptr<Ring>> create(bool kernel_thread);
  ~Ring() { io_uring_queue_exit(&ring_); }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // Notes a submission, which carries `user_data`; the caller fills in the rest
  // (io_uring_prep_...(), before it sets anything else). It goes to the kernel with the next
  // wait(), and never before: so nothing completes while completions are looked at.
  template <typename Prepare>
  void submit(uint64_t user_data, Prepare prepare) {
    io_uring_sqe* entry = next_entry();
    prepare(entry);
    io_uring_sqe_set_data64(entry, user_data);
  }
  // There is something to hand over, or a failure to tell: wait() should not be put off.
  bool has_unsubmitted() const {
    return !failure_.ok() || !excess_.empty() || io_uring_sq_ready(&ring_) > 0;
  }

  // Hands the submissions to the kernel and waits for a completion, at most for `timeout`
  // (nanoseconds::max(): for ever). One system call for each full queue of submissions. Where the
  // kernel is short of memory it returns after a moment, and goes on the next time. An error, in
  // one line, is for good: the system takes no more submissions from this thread.
  absl::Status wait(std::chrono::nanoseconds timeout);
  // Hands the completions that the last wait() has found to `look(const io_uring_cqe&)`.
  template <typename Look>
  void for_each_completion(Look look) {
    const unsigned ready = io_uring_cq_ready(&ring_);  // more may come from a thread of the kernel
    unsigned head;
    unsigned count = 0;
    io_uring_cqe* completion;
    io_uring_for_each_cqe(&ring_, head, completion) {
      if (count == ready) break;
      look(*completion);
      ++count;
    }
    io_uring_cq_advance(&ring_, count);
  }

  // Readable when wait() would find completions. Costs something from the first call on.
  int descriptor();
  // For what is registered with it.
  io_uring* get() { return &ring_; }

 private:
  explicit Ring(const io_uring& ring) : ring_(ring) {}
  io_uring_sqe* next_entry();
  bool enable();
  bool queue_excess();
  int hand_over();
  int hand_over_and_wait(std::chrono::nanoseconds timeout);
  absl::Status conclude(int result);

  io_uring ring_;
  std::deque<io_uring_sqe> excess_;  // submissions for which the queue had no room
  Retries retries_;
  absl::Status failure_;
  UniqueFd signal_;  // an eventfd, once somebody has asked for descriptor()
  bool enabled_ = false;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_IO_URING_RING_H_
