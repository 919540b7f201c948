#ifndef HEADRACE_ADAPTERS_LOOP_SESSION_H_
#define HEADRACE_ADAPTERS_LOOP_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <memory>

#include "headrace/adapters/loop/handler.h"
#include "headrace/adapters/loop/loop_options.h"
#include "headrace/adapters/loop/loop_statistics.h"
#include "headrace/adapters/loop/work_budget.h"
#include "headrace/adapters/loop/yield_order.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::adapters {

// One connection between its transport and its handler: everything that an adapter does with a
// connection except the I/O itself. An adapter reads when wants_input(), writes output(), reports
// what came of it, and acts on phase(). No call reads a clock or touches the OS.
class Session {
 public:
  enum class Phase : uint8_t {
    kOpen,
    kLingering,  // all is written: send FIN, and read (to discard) until EOF and the release of
                 // what was sent, or the deadline
    kClosed,     // close the transport and destroy the session
  };

  // The references must outlive the session, but for `connection`.
  Session(Role role, const Options& connection, const LoopOptions& options, Service& service,
          Driver& driver, LoopStatistics& statistics, WorkBudget& budget, TimePoint now);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // --- What came in.

  // The transport delivered bytes.
  void receive(gsl::span<const uint8_t> bytes, TimePoint now);
  // The peer will send nothing more (FIN). It may still read: what can be sent is sent first.
  void end_of_input(TimePoint now);
  // The transport broke: reset, or any error. Nothing can be sent any more.
  void fail(TimePoint now);
  // Commands were given outside of the handler, or has_work() in another turn.
  void attend(TimePoint now);
  // deadline() has passed. `in_flight`: octets that the system was given and that have not arrived
  // yet, as far as it knows.
  void expire(TimePoint now, size_t in_flight);

  // --- What goes out.

  // The bytes to write next; they stay as they are until sent().
  gsl::span<const ConstBuffer> output(size_t max_bytes = 64 * 1024) {
    return connection_.pending_output(max_bytes);
  }
  // The transport took `size` bytes of output().
  void sent(size_t size, TimePoint now);
  // Whether output waits for the transport, and how many octets of it are made: the write timeout
  // runs until it takes some.
  void output_waits(bool waits, size_t size, TimePoint now);
  // The storage of the first `size` octets that were sent is not read any more. Only where the
  // connection's Options::explicit_release is set: for a transport that sends without a copy.
  void released(size_t size, TimePoint now);

  // --- Ending it.

  // Open streams finish, then the connection closes (RFC 9113 §6.8).
  void shutdown(TimePoint now);
  // At once: streams are reset, and what the handler holds for them is given up.
  void terminate(ErrorCode error, TimePoint now);

  // --- What the adapter looks at after each of these.

  bool wants_input() const;
  bool wants_output() const { return phase_ == Phase::kOpen && connection_.wants_output(); }
  Phase phase() const { return phase_; }
  // When to call expire().
  TimePoint deadline() const;
  // The write timeout has passed, and the peer was given up.
  bool has_stuck() const { return stuck_; }
  // There was more than this turn's work: call attend() in the next one. No input is wanted
  // meanwhile.
  bool has_work() const { return phase_ == Phase::kOpen && connection_.has_events(); }

  // For YieldOrder: the connection's standing, and a number that changes when a request comes, or
  // octets of a body either way. PINGs are no progress.
  YieldOrder::Standing standing() const;
  uint64_t progress() const;
  uint32_t open_streams() const { return connection_.open_streams(); }

  // Adds what the connection's counters grew by to the loop's. Once a turn is enough.
  void publish_statistics();
  // What it counted for in LoopOptions::memory then; and no more, since it is about to be
  // destroyed.
  size_t memory() const { return memory_; }
  // Octets that the system's queues of the socket take up, and output that it was given so far.
  // They are counted with the rest.
  void set_socket_memory(size_t size) { socket_memory_ = size; }
  size_t socket_memory() const { return socket_memory_; }
  uint64_t bytes_sent() const { return connection_.statistics().bytes_sent; }
  void discount_memory();

 private:
  static constexpr size_t kUnknown = static_cast<size_t>(-1);
  enum class Extent : uint8_t { kThisTurn, kAll };
  void dispatch(EventRange&& events, Extent extent = Extent::kThisTurn);
  void look_at_output(TimePoint now, size_t in_flight);
  void conclude(TimePoint now);
  void watch_idle(TimePoint now);
  TimePoint write_deadline() const;

  const LoopOptions& options_;
  const bool explicit_release_;
  LoopStatistics& statistics_;
  std::unique_ptr<Handler> handler_;  // destroyed after connection_, which may point into it
  Connection connection_;
  Statistics published_;
  WorkBudget& budget_;
  WorkBudget::Part work_;
  TimePoint blocked_since_ = TimePoint::max();  // output waits, and nothing of it moves
  TimePoint looked_at_ = TimePoint::min();      // when in_flight_ was asked for meanwhile
  TimePoint linger_until_ = TimePoint::max();
  TimePoint trim_at_ = TimePoint::max();
  size_t in_flight_ = kUnknown;  // when it was looked at last, blocked or lingering
  size_t memory_ = 0;
  size_t socket_memory_ = 0;
  size_t published_socket_memory_ = 0;
  size_t waiting_ = 0;  // octets of output that are made and not sent
  size_t held_ = 0;     // octets sent and not released()
  Phase phase_ = Phase::kOpen;
  bool throttled_ = false;    // the connection holds input back until replies are out
  bool input_ended_ = false;  // the peer sent FIN
  bool stuck_ = false;        // for longer than the write timeout
  bool end_told_ = false;     // the connection knows
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_SESSION_H_
