#ifndef HEADRACE_ADAPTERS_IO_URING_IO_URING_LOOP_H_
#define HEADRACE_ADAPTERS_IO_URING_IO_URING_LOOP_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "headrace/adapters/io_uring/buffer_ring.h"
#include "headrace/adapters/io_uring/completion.h"
#include "headrace/adapters/io_uring/io_uring_options.h"
#include "headrace/adapters/io_uring/ring.h"
#include "headrace/adapters/io_uring/ring_record.h"
#include "headrace/adapters/loop/loop.h"
#include "headrace/adapters/loop/output_buffers.h"
#include "headrace/adapters/loop/retries.h"
#include "headrace/adapters/socket/status.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::adapters {

// A loop that moves bytes with io_uring(7): the loop submits sends and receives, and the system
// reports their completion.
//
// Each connection has one pending receive (multishot, into shared buffers) and at most one send,
// whose bytes the connection does not change until it has completed. The operations of a turn are
// submitted with the wait of the next one, so a turn is one system call for any number of
// connections.
class IoUringLoop final : public Loop {
 public:
  // `service` makes the handlers of accepted connections and must outlive the loop. It may be null
  // if none are accepted. If io_uring cannot be used, the error gives the reason in one line.
  static StatusOr<std::unique_ptr<IoUringLoop>> create(const LoopOptions& options, Service* service,
                                                       const IoUringOptions& io_uring_options = {});
  ~IoUringLoop() override;

  int descriptor() override { return ring_->descriptor(); }

 private:
  IoUringLoop(const LoopOptions& options, Service* service, const IoUringOptions& io_uring_options,
              UniqueFd wakeup, std::unique_ptr<Ring> ring, std::unique_ptr<BufferRing> input);

  std::unique_ptr<ConnectionRecord> make_record(UniqueFd socket) override;
  TimePoint wait(std::chrono::nanoseconds timeout) override;
  bool watch_listener(bool watch) override;
  void close_listener(UniqueFd listener) override;
  void watch_connecting(ConnectionRecord& record) override;
  void retry(ConnectionRecord& record, TimePoint now) override;
  void read_ahead(ConnectionRecord& record, TimePoint now) override;
  void write(ConnectionRecord& record, TimePoint now) override;
  void watch(ConnectionRecord& record) override;
  void close(ConnectionRecord& record) override;
  bool is_idle() const override;
  bool has_unsubmitted() const override { return ring_->has_unsubmitted() || !newcomers_.empty(); }

  void ask_for_newcomers(TimePoint now);
  void cancel_accepts();
  void complete(const Completion& completion, TimePoint now);
  static void wait_on(const UniqueFd& socket, bool wait);
  void watch_wakeup();
  void on_wakeup(const Completion& completion);
  void on_accepted(const Completion& completion, TimePoint now);
  void on_received(RingRecord& record, const Completion& completion, TimePoint now);
  void on_sent(RingRecord& record, const Completion& completion, TimePoint now);
  void on_released(RingRecord& record, const Completion& completion, TimePoint now);
  void on_hangup(RingRecord& record, const Completion& completion, TimePoint now);
  void on_connected(RingRecord& record, const Completion& completion, TimePoint now);
  void on_cancelled(RingRecord& record, const Completion& completion, TimePoint now);
  void on_accept_cancelled(const Completion& completion);

  template <typename Prepare>
  void submit_accept(Prepare prepare);
  template <typename Prepare>
  void submit(Operation operation, Prepare prepare);
  template <typename Prepare>
  void submit(RingRecord& record, Operation operation, Prepare prepare, uint16_t send = 0);
  void touch(RingRecord& record);
  void settle_touched(TimePoint now);
  void start_parked(TimePoint now);
  void cancel_operations(RingRecord& record);
  void destroy_if_done(RingRecord& record);

  std::unique_ptr<OutputBuffers> take_buffers(std::span<const ConstBuffer> output);

  const IoUringOptions io_uring_options_;
  std::unique_ptr<Ring> ring_;
  std::unique_ptr<BufferRing> input_;
  RingList newcomers_;  // new connections, which write only after their first receive was tried
  RingList touched_;    // to be settled after this turn's completions
  RingList starved_;    // likewise, but first, because they found no buffer for input
  RingList closing_;    // closed by the loop, with operations that have not ended
  std::vector<std::unique_ptr<OutputBuffers>> spare_buffers_;
  std::deque<UniqueFd> parked_;  // accepted above the limit; they wait as in the listen queue
  Retries retries_;              // of operations without a connection
  UniqueFd former_listener_;     // kept while accepts refer to it
  size_t accepts_ = 0;           // pending ones
  bool accepts_all_ = false;     // whether the pending accept is multishot
  bool accept_wanted_ = false;
};

template <typename Prepare>
void IoUringLoop::submit(Operation operation, Prepare prepare) {
  ring_->submit(Completion::user_data(operation), prepare);
}

template <typename Prepare>
void IoUringLoop::submit(RingRecord& record, Operation operation, Prepare prepare, uint16_t send) {
  ++record.operations;
  ring_->submit(Completion::user_data(operation, record.id, send), prepare);
}

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_IO_URING_IO_URING_LOOP_H_
