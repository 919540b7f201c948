#ifndef HEADRACE_ADAPTERS_IO_URING_RING_H_
#define HEADRACE_ADAPTERS_IO_URING_RING_H_

#include <liburing.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>

#include "headrace/adapters/loop/retries.h"
#include "headrace/adapters/socket/status.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::adapters {

// Describes a failed call of io_uring in one line. `error`: an errno value.
Status io_uring_error(int error);

// One io_uring: its submission queue and its completion queue.
//
// Set up for one thread that submits and waits (IORING_SETUP_SINGLE_ISSUER), and for completions
// during the wait (IORING_SETUP_DEFER_TASKRUN), so that they come in batches without interrupts.
// The thread is the one that first calls wait().
class Ring {
 public:
  // The error, in one line, is that io_uring does not exist on this system or is not permitted.
  // `kernel_thread`: a thread of the kernel takes the submissions (IORING_SETUP_SQPOLL), which
  // occupies a CPU.
  static StatusOr<std::unique_ptr<Ring>> create(bool kernel_thread);
  ~Ring() { io_uring_queue_exit(&ring_); }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // Queues a submission with `user_data`; `prepare` sets the rest (io_uring_prep_...() first). It
  // is submitted with the next wait(), never before, so that no operation completes during
  // for_each_completion().
  template <typename Prepare>
  void submit(uint64_t user_data, Prepare prepare) {
    io_uring_sqe* entry = next_entry();
    prepare(entry);
    io_uring_sqe_set_data64(entry, user_data);
  }
  // Whether there are submissions, or a failure to report, so that wait() should be called soon.
  bool has_unsubmitted() const {
    return !failure_.ok() || !excess_.empty() || io_uring_sq_ready(&ring_) > 0;
  }

  // Submits to the kernel and waits for a completion, at most for `timeout` (without limit if
  // nanoseconds::max()). Makes one system call for each full queue of submissions. If the kernel is
  // short of memory it returns after a moment and continues the next time. An error, in one line,
  // is permanent: the system takes no more submissions from this thread.
  Status wait(std::chrono::nanoseconds timeout);
  // Calls `look(const io_uring_cqe&)` for the completions of the last wait().
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

  // Readable when wait() would find completions. The first call makes an eventfd, which slows down
  // completions.
  int descriptor();
  // For registrations.
  io_uring* get() { return &ring_; }

 private:
  explicit Ring(const io_uring& ring) : ring_(ring) {}
  io_uring_sqe* next_entry();
  bool enable();
  bool queue_excess();
  int hand_over();
  int hand_over_and_wait(std::chrono::nanoseconds timeout);
  Status conclude(int result);

  io_uring ring_;
  std::deque<io_uring_sqe> excess_;  // submissions for which the queue had no room
  Retries retries_;
  Status failure_;
  UniqueFd signal_;  // an eventfd, after the first call of descriptor()
  bool enabled_ = false;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_IO_URING_RING_H_
