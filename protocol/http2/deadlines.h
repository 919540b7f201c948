#ifndef HEADRACE_PROTOCOL_HTTP2_DEADLINES_H_
#define HEADRACE_PROTOCOL_HTTP2_DEADLINES_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "headrace/protocol/guard/limits.h"
#include "headrace/protocol/guard/time_point.h"

namespace headrace {

// What is timed, in the order of precedence: of deadlines that have passed together the first one
// decides.
enum class Deadline : uint8_t {
  kPreface,          // the peer's preface and SETTINGS (RFC 9113 §3.4)
  kFieldBlock,       // the rest of a field block
  kSettingsAck,      // the acknowledgement of our SETTINGS (§6.5.3)
  kStall,            // DATA that the peer's windows keep back
  kShutdownPing,     // the answer to the PING of a graceful shutdown (§6.8)
  kKeepaliveAnswer,  // any sign of life once a keepalive PING has gone out
  kKeepalive,        // to ask by such a PING
  kIdle,
  kAge,
  kAgeGrace,  // streams that go on behind kAge
};
inline constexpr size_t kDeadlines = 10;

// What some deadlines depend on, of others' state.
struct Situation {
  bool has_streams = false;
  bool shutting_down = false;
  bool pressed = false;                        // memory is short
  bool holds_input = false;                    // nothing is read until output has left
  TimePoint stalled_since = TimePoint::max();  // a lower bound of what streams wait since
  TimePoint data_left = TimePoint::min();      // when the transport last took DATA
};

// The deadlines of a connection. A deadline on an answer of the peer's runs from when the frame
// that asks for it has left, and octets that the transport takes while more wait behind them are a
// sign of life: only the other end's reading can have made room for them. A transport that takes
// nothing lets every one of them pass; one that has room for everything tells nothing, as what it
// takes may go nowhere.
class Deadlines {
 public:
  // `seed`: spreads connection_age by up to a tenth, either way; 0: not at all.
  Deadlines(const Limits& limits, uint64_t seed, TimePoint now);

  void start(Deadline deadline, TimePoint now) { clock(deadline) = {now, 0, false}; }
  // The answer to a frame whose last octet is at `end_offset` of the output.
  void ask(Deadline deadline, uint64_t end_offset, TimePoint now) {
    clock(deadline) = {now, end_offset, false};
  }
  void stop(Deadline deadline) { clock(deadline) = {}; }
  bool runs(Deadline deadline) const { return clock(deadline).since != TimePoint::max(); }

  // Octets of the peer's have come, or are read now.
  void received(TimePoint now);
  // The connection is of use: it is not idle since.
  void used(TimePoint now) { clock(Deadline::kIdle).since = now; }
  // A stream is there, and there was none: silence from before is none of the peer's while it has
  // something to answer.
  void began(TimePoint now) {
    if (runs(Deadline::kKeepalive) && !limits_.keepalive_while_idle) {
      start(Deadline::kKeepalive, now);
    }
  }
  // The transport has taken the output up to `offset`; `more` waits behind it. Not `exact`: it was
  // at `now` or later, which the next told() decides.
  void sent(uint64_t offset, bool more, TimePoint now, bool exact);
  // What time it is.
  void told(TimePoint now);
  // told() is wanted, for the sake of what has left.
  bool wants_time() const { return wants_time_; }
  // When the transport last took octets behind which others waited.
  TimePoint moved() const { return moved_; }

  // TimePoint::max(): never, as things stand.
  TimePoint at(Deadline deadline, const Situation& situation) const;
  TimePoint next(const Situation& situation) const;
  // Zero: it is switched off.
  std::chrono::milliseconds timeout(Deadline deadline, const Situation& situation) const;

 private:
  struct Clock {
    TimePoint since = TimePoint::max();  // max: it does not run
    uint64_t leaves_at = 0;  // where in the output the frame ends that asks; 0: it has left
    bool inexact = false;    // `since` may have been later
  };

  Clock& clock(Deadline deadline) { return clocks_[static_cast<size_t>(deadline)]; }
  const Clock& clock(Deadline deadline) const { return clocks_[static_cast<size_t>(deadline)]; }
  TimePoint since(Deadline deadline, const Situation& situation) const;

  const Limits& limits_;
  const std::chrono::milliseconds age_;
  std::array<Clock, kDeadlines> clocks_;
  TimePoint moved_;
  bool moved_inexact_ = false;
  bool wants_time_ = false;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_DEADLINES_H_
