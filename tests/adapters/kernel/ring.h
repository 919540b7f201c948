#ifndef HEADRACE_TESTS_ADAPTERS_KERNEL_RING_H_
#define HEADRACE_TESTS_ADAPTERS_KERNEL_RING_H_

#include <liburing.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "tests/adapters/kernel/kernel.h"

namespace headrace::simulation {

// io_uring of the simulated kernel: what stands behind the queues of an `io_uring`. Operations
// complete early (while they are submitted), late, in any order, several in a turn, cancelled or
// not. It reads the memory that operations refer to until they have completed, and writes into the
// buffers that it was given, so AddressSanitizer sees whatever is freed too early.
class Ring {
 public:
  // `entries` submissions fit into its queue.
  Ring(Kernel& kernel, unsigned entries, io_uring* user);
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  void enable() { enabled_ = true; }
  void register_buffers(io_uring_buf_ring* buffers, unsigned count);
  void unregister_buffers() { buffers_ = nullptr; }

  // Results as io_uring_enter() has them. `user`: the queues, which may have moved. `waits`: for a
  // completion, until then at most.
  int enter(const io_uring& user, bool waits, int64_t until);
  // The same without handing anything over.
  void get_events() { complete_ready(); }

  // Something is under way for it that refers to memory of the connection's, or its descriptor.
  bool works_on(const Socket& socket) const;

 private:
  struct Operation {
    void shorten(size_t size);

    io_uring_sqe entry;
    std::shared_ptr<Socket> socket;
    int fd;
    std::vector<iovec> pieces = {};  // of a send: what it refers to
    std::string bytes = {};          // of a send, as they were when it was submitted
    int told = 0;                    // of a poll: what it has told of
    bool cancelled = false;          // its next completion is the last
    bool sent = false;               // without a copy: the bytes are still looked at
  };
  static constexpr unsigned kCompletions = 16;

  int submit(unsigned noted);
  void issue(const io_uring_sqe& entry);
  void cancel(const io_uring_sqe& entry);
  void complete_ready();
  bool is_ready(const Operation& operation) const;
  // True: it was the last completion.
  bool complete(Operation& operation);
  static int hang_up_of(const Socket& socket);
  bool complete_poll(Operation& operation);
  bool complete_accept(Operation& operation);
  bool complete_receive(Operation& operation);
  bool complete_send(Operation& operation);
  bool end(const Operation& operation, int result, uint32_t flags = 0);
  bool go_on(const Operation& operation, int result, uint32_t flags = 0);
  void push(uint64_t user_data, int result, uint32_t flags);
  void flush();
  static std::string bytes_of(const Operation& operation);

  Kernel& kernel_;
  bool enabled_ = false;
  std::deque<Operation> operations_;
  std::deque<io_uring_cqe> overflown_;
  io_uring_buf_ring* buffers_ = nullptr;
  unsigned buffers_mask_ = 0;
  uint16_t buffers_taken_ = 0;
  // The queues, which the other side sees.
  std::vector<io_uring_sqe> submissions_;
  unsigned submission_head_ = 0, submission_tail_ = 0, submission_flags_ = 0;
  std::array<io_uring_cqe, kCompletions> completions_{};
  unsigned completion_head_ = 0, completion_tail_ = 0, completion_flags_ = 0;
  int fd_;
};

}  // namespace headrace::simulation

#endif  // HEADRACE_TESTS_ADAPTERS_KERNEL_RING_H_
