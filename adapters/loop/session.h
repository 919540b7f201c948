#ifndef HEADRACE_ADAPTERS_LOOP_SESSION_H_
#define HEADRACE_ADAPTERS_LOOP_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "headrace/adapters/loop/eviction_order.h"
#include "headrace/adapters/loop/handler.h"
#include "headrace/adapters/loop/loop_options.h"
#include "headrace/adapters/loop/loop_statistics.h"
#include "headrace/adapters/loop/secure_channel.h"
#include "headrace/adapters/loop/secured.h"
#include "headrace/adapters/loop/work_budget.h"
#include "headrace/protocol/connection/connection.h"
#include "headrace/protocol/interface/record_sink.h"

namespace headrace::adapters {

// Connects one connection with its transport and its handler: all work of an adapter except the I/O
// itself. The adapter reads while wants_input(), writes output(), reports the results, and acts on
// phase(). No function reads a clock or makes a system call.
class Session {
 public:
  enum class Phase : uint8_t {
    kOpen,
    kLingering,  // all output is written: send FIN, then read and discard until EOF and the release
                 // of the output, or until the deadline
    kClosed,     // close the transport and destroy the session
  };

  // All references except `connection` must outlive the session. `channel`: null for cleartext;
  // otherwise the connection is made, and the service asked for a handler, when its handshake is
  // complete.
  Session(Role role, const Options& connection, const LoopOptions& options, Service& service,
          Driver& driver, LoopStatistics& statistics, WorkBudget& budget, TimePoint now,
          std::unique_ptr<SecureChannel> channel = nullptr);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // --- Input.

  // The transport delivered bytes.
  void receive(std::span<const uint8_t> bytes, TimePoint now);
  // The peer will send no more (FIN). It may still read, so the remaining output is sent first.
  void end_of_input(TimePoint now);
  // The transport failed (a reset, or any error), so no more can be sent.
  void fail(TimePoint now);
  // The same behind all input that was received. A client's connection looks at that first.
  // `sending`: output() is in use, and the result follows.
  void fail_input(bool sending, TimePoint now);
  // The transport takes no more octets. A client's connection looks at all that has come first: the
  // adapter reads on to the end, or an error. `ended`: the peer's end had come before (EPIPE).
  void fail_output(bool ended, TimePoint now);
  // Both directions are closed while no input is wanted. What a server does for such a peer is in
  // vain; what has come for a client can still be read, when it wants it.
  void hang_up(TimePoint now) {
    if (role_ == Role::kServer || phase_ != Phase::kOpen) fail(now);
  }
  // To be called after commands outside of the handler, and if has_work() was true in another turn.
  void attend(TimePoint now);
  // deadline() has passed. `in_flight`: octets that the system has taken and the peer's system has
  // not acknowledged.
  void expire(TimePoint now, size_t in_flight);

  // --- Output.

  // The bytes to write next, which do not change until sent().
  std::span<const ConstBuffer> output(size_t max_bytes = 64 * 1024) {
    return secured_ == nullptr ? connection_->pending_output(max_bytes) : encrypt(max_bytes);
  }
  // The transport took `size` bytes of output().
  void sent(size_t size, TimePoint now);
  // Sets whether output waits for the transport, and the octets of it. The write timeout runs while
  // it waits, until the transport takes some.
  void output_waits(bool waits, size_t size, TimePoint now);
  // The transport no longer reads the memory of the first `size` octets that were sent and not
  // released yet. Only with Options::explicit_release, for a transport that sends without a copy.
  void released(size_t size, TimePoint now);

  // --- The end.

  // Closes the connection when its open streams have ended (RFC 9113 §6.8).
  void shutdown(TimePoint now);
  // Closes the connection at once: resets the streams.
  void terminate(ErrorCode error, TimePoint now);

  // --- State, for the adapter to check after each of these calls.

  bool wants_input() const;
  bool wants_output() const {
    if (phase_ != Phase::kOpen || lost_) return false;
    return secured_ == nullptr ? connection_->wants_output() : encrypted_wants_output();
  }
  Phase phase() const { return phase_; }
  // When to call expire().
  TimePoint deadline() const;
  // Whether the connection was dropped because the write timeout has passed.
  bool has_stuck() const { return stuck_; }
  // Whether the transport has failed, though its input is still read.
  bool has_failed() const { return lost_; }
  // Whether the transport is to be reset (Connection::should_reset()), once kClosed.
  bool should_reset() const { return connection_ && connection_->should_reset(); }
  // Whether events are left for the next turn, because this turn's budget is spent: call attend()
  // then. No input is wanted meanwhile.
  bool has_work() const {
    return phase_ == Phase::kOpen &&
           ((connection_ && connection_->has_events()) || keeps_ciphertext());
  }

  // For EvictionOrder: the connection's activity, and its progress, which grows with requests and
  // with octets of bodies in both directions. PINGs are no progress.
  EvictionOrder::Activity activity() const;
  uint64_t progress() const;
  uint32_t open_streams() const { return connection_ ? connection_->open_streams() : 0; }

  // Adds the growth of the connection's counters to the loop's. Once a turn is enough.
  void publish_statistics();
  // The octets that the session counts for in LoopOptions::memory since publish_statistics().
  size_t memory() const { return memory_; }
  // The octets of the system's memory in the socket's queues, which count, too.
  void set_socket_memory(size_t size) { socket_memory_ = size; }
  size_t socket_memory() const { return socket_memory_; }
  // Octets that the transport took.
  uint64_t bytes_sent() const {
    return secured_ == nullptr ? connection_->statistics().bytes_sent : secured_->sent;
  }
  // What encrypts the connection; null if nothing does.
  const SecureChannel* channel() const {
    return secured_ == nullptr ? nullptr : secured_->channel.get();
  }
  // Removes its memory from the loop's statistics. To be called before it is destroyed.
  void discount_memory();

 private:
  static constexpr size_t kUnknown = static_cast<size_t>(-1);
  Options with_record(Options options);
  enum class Extent : uint8_t { kThisTurn, kAll };
  void dispatch(EventRange&& events, Extent extent = Extent::kThisTurn);
  void look_at_output(TimePoint now, size_t in_flight);
  void conclude(TimePoint now);
  bool all_read() const;
  bool ended_in_order() const;
  bool expects_input() const;
  void drop_replies(TimePoint now);
  void watch_idle(TimePoint now);
  TimePoint write_deadline() const;
  void linger(TimePoint now);

  // Of an encrypted connection (session_security.cc).
  void decrypt(std::span<const uint8_t> ciphertext, TimePoint now);
  void decrypt_kept(TimePoint now);
  void read_channel(TimePoint now);
  void open_connection(TimePoint now);
  std::span<const ConstBuffer> encrypt(size_t max_bytes);
  bool encrypted_wants_output() const;
  void encrypted_sent(size_t size, TimePoint now);
  bool conclude_channel(TimePoint now);
  void report_failed_handshake();
  bool keeps_ciphertext() const { return secured_ != nullptr && !secured_->kept.empty(); }

  const Role role_;
  const LoopOptions& options_;
  const bool explicit_release_;
  LoopStatistics& statistics_;
  const std::unique_ptr<Secured> secured_;  // null for cleartext
  std::unique_ptr<Handler> handler_;        // destroyed after connection_, which may point into it
  std::unique_ptr<RecordSink> record_;      // likewise
  std::optional<Connection> connection_;    // none during a handshake
  Statistics published_;
  WorkBudget& budget_;
  WorkBudget::Part work_;
  TimePoint blocked_since_ = TimePoint::max();  // since when output waits without progress
  TimePoint looked_at_ = TimePoint::min();      // when in_flight_ was last updated meanwhile
  TimePoint linger_until_ = TimePoint::max();
  TimePoint trim_at_ = TimePoint::max();
  size_t in_flight_ = kUnknown;  // at looked_at_, while blocked or lingering
  size_t memory_ = 0;
  size_t socket_memory_ = 0;
  size_t published_socket_memory_ = 0;
  size_t waiting_ = 0;  // octets of output that wait for the transport
  size_t held_ = 0;     // octets sent and not released()
  Phase phase_ = Phase::kOpen;
  bool throttled_ = false;    // the connection does not read until its replies have been sent
  bool input_ended_ = false;  // the peer sent FIN
  bool lost_ = false;         // the transport has failed; its input is not looked at whole
  bool ended_ = false;        // FIN, and not a failure, is the end of the input
  bool stuck_ = false;        // blocked for longer than the write timeout
  bool end_told_ = false;     // end_of_input() of the connection was called
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_SESSION_H_
