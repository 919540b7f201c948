#ifndef HEADRACE_ADAPTERS_IO_URING_IO_URING_LOOP_H_
#define HEADRACE_ADAPTERS_IO_URING_IO_URING_LOOP_H_

#include <absl/status/statusor.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "adapters/io_uring/buffer_ring.h"
#include "adapters/io_uring/completion.h"
#include "adapters/io_uring/io_uring_options.h"
#include "adapters/io_uring/ring.h"
#include "adapters/io_uring/ring_peer.h"
#include "adapters/loop/loop.h"
#include "adapters/loop/output_buffers.h"
#include "adapters/socket/unique_fd.h"

namespace headrace::adapters {

// A loop that moves bytes with io_uring(7): the loop says what is to be sent and received, and the
// system says what has been.
//
// Each connection has one receive standing (multishot, into shared buffers) and at most one send
// under way, whose bytes the connection leaves as they are until it is completed. What a turn has
// begun goes to the system with the wait of the next one: a turn is one system call, however many
// connections took part in it.
class IoUringLoop final : public Loop {
 public:
  // `service` makes the handlers of accepted connections, and must outlive the loop. It may be null
  // where none are. Where io_uring cannot be used, the error says why in one line.
  static absl::StatusOr<std::unique_ptr<IoUringLoop>> create(
      const LoopOptions& options, Service* service, const IoUringOptions& io_uring_options = {});
  ~IoUringLoop() override;

  int descriptor() override { return ring_->descriptor(); }

 private:
  IoUringLoop(const LoopOptions& options, Service* service, const IoUringOptions& io_uring_options,
              UniqueFd wakeup, std::unique_ptr<Ring> ring, std::unique_ptr<BufferRing> input);

  std::unique_ptr<Peer> make_peer(UniqueFd socket) override;
  TimePoint wait(std::chrono::nanoseconds timeout) override;
  void watch_listener(bool watch) override;
  void watch_connecting(Peer& peer) override;
  void read_ahead(Peer& peer, TimePoint now) override;
  void write(Peer& peer, TimePoint now) override;
  void watch(Peer& peer) override;
  void close(std::unique_ptr<Peer> peer) override;
  bool is_idle() const override;
  bool has_unsubmitted() const override { return ring_->has_unsubmitted() || !newcomers_.empty(); }

  void ask_for_newcomers(TimePoint now);
  void cancel_accepts();
  void complete(const Completion& completion, TimePoint now);
  void on_wakeup(const Completion& completion);
  void on_accepted(const Completion& completion, TimePoint now);
  void on_received(RingPeer& peer, const Completion& completion, TimePoint now);
  void on_sent(RingPeer& peer, const Completion& completion, TimePoint now);
  void on_released(RingPeer& peer, const Completion& completion, TimePoint now);
  void on_hangup(RingPeer& peer, const Completion& completion, TimePoint now);

  template <typename Prepare>
  void submit_accept(Prepare prepare);
  template <typename Prepare>
  void submit(Operation operation, Prepare prepare);
  template <typename Prepare>
  void submit(RingPeer& peer, Operation operation, Prepare prepare);
  void touch(RingPeer& peer);
  void settle_touched(TimePoint now);
  void start_parked(TimePoint now);
  void destroy_if_done(RingPeer& peer);

  std::unique_ptr<OutputBuffers> take_buffers(gsl::span<const ConstBuffer> output);

  const IoUringOptions io_uring_options_;
  std::unique_ptr<Ring> ring_;
  std::unique_ptr<BufferRing> input_;
  PeerSlots slots_;
  std::vector<RingPeer*> newcomers_;  // they are settled when a first receive was tried
  std::vector<RingPeer*> touched_;    // to be settled when this turn's completions are through
  std::vector<std::unique_ptr<RingPeer>> closing_;  // the system still works for them
  std::vector<std::unique_ptr<OutputBuffers>> spare_buffers_;
  std::deque<UniqueFd> parked_;  // accepted above the limit: they wait as in the listen queue
  size_t accepts_ = 0;           // under way
  bool accepts_all_ = false;     // one that goes on and on
  bool starved_ = false;         // some of those touched found no buffer for input
  bool accept_wanted_ = false;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_IO_URING_IO_URING_LOOP_H_
