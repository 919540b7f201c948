#ifndef HEADRACE_PROTOCOL_HTTP2_DEADLINES_H_
#define HEADRACE_PROTOCOL_HTTP2_DEADLINES_H_

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "headrace/protocol/guard/limits.h"
#include "headrace/protocol/guard/time_point.h"

namespace headrace {

// The deadlines of a connection, in order of precedence: if several have passed, the first one
// decides.
enum class Deadline : uint8_t {
  kPreface,          // the peer's preface and SETTINGS (RFC 9113 §3.4)
  kFieldBlock,       // the rest of a field block
  kSettingsAck,      // the acknowledgement of our SETTINGS (§6.5.3)
  kStall,            // DATA that the peer's windows do not allow to be sent
  kShutdownPing,     // the answer to the PING of a graceful shutdown (§6.8)
  kKeepaliveAnswer,  // any sign of life after a keepalive PING was sent
  kKeepalive,        // the next keepalive PING
  kIdle,
  kAge,
  kAgeGrace,  // the end of streams that are open after kAge
};
inline constexpr size_t kDeadlines = 10;

// The state of other parts that some deadlines depend on.
struct Situation {
  bool has_streams = false;
  bool shutting_down = false;
  bool pressed = false;                        // memory is short
  bool holds_input = false;                    // input is not read until output has been sent
  TimePoint stalled_since = TimePoint::max();  // since when streams are stalled; a lower bound
  TimePoint data_left = TimePoint::min();      // when the transport last took DATA
};

// The deadlines of a connection. A deadline for an answer of the peer starts when the frame that
// requests it was sent. It is extended when the transport takes octets while others wait, because
// only the peer's reading can have made room for them. It is not extended by a transport that takes
// no octets, nor by one that has room for all, because these may not reach the peer.
class Deadlines {
 public:
  // `seed` varies connection_age by up to a tenth; 0 leaves it unchanged.
  Deadlines(const Limits& limits, uint64_t seed, TimePoint now);

  void start(Deadline deadline, TimePoint now) { ask(deadline, 0, now); }
  // Starts a deadline for the answer to a frame that ends at `end_offset` of the output.
  void ask(Deadline deadline, uint64_t end_offset, TimePoint now) {
    set(deadline, now, end_offset, /*inexact=*/false);
    if (end_offset != 0) asking_ = true;
    const auto allowed = timeout(deadline, {});
    if (allowed.count() > 0) earliest_ = std::min(earliest_, now + allowed);
  }
  void stop(Deadline deadline) { set(deadline, TimePoint::max(), 0, /*inexact=*/false); }
  bool runs(Deadline deadline) const { return began_at(deadline) != TimePoint::max(); }

  // Octets of the peer were received, or kept ones are read now.
  void received(TimePoint now);
  // The connection is used, so its idle time starts anew.
  void used(TimePoint now) { began_at(Deadline::kIdle) = now; }
  // The first stream was opened. The peer's silence before does not count, because it had no reason
  // to send.
  void began(TimePoint now) {
    if (runs(Deadline::kKeepalive) && !limits_.keepalive_while_idle) {
      start(Deadline::kKeepalive, now);
    }
  }
  // The transport has taken the output up to `offset`. `more`: octets wait behind it. If not
  // `exact`, it was at `now` or later, at most at the time of the next told().
  void sent(uint64_t offset, bool more, TimePoint now, bool exact);
  // Sets the present time.
  void told(TimePoint now) {
    if (wants_time_) start_inexact(now);
  }
  // Whether told() is to be called soon, because frames were sent at an inexact time.
  bool wants_time() const { return wants_time_; }
  // When the transport last took octets while others waited.
  TimePoint moved() const { return moved_; }

  // Whether no deadline can have passed, in any Situation with this `stalled_since`. Cheap, and
  // true most times. If it is false, next() decides, and look_again() makes the bound that this
  // compares with exact again.
  bool none_has_passed(TimePoint now, TimePoint stalled_since) const {
    if (now >= earliest_) return false;
    return stalled_since == TimePoint::max() || now < stalled_since + shortest_stall_;
  }
  void look_again();
  // When a deadline passes, and the next one; TimePoint::max() if none runs.
  TimePoint at(Deadline deadline, const Situation& situation) const;
  TimePoint next(const Situation& situation) const;
  // Zero if the deadline is disabled.
  std::chrono::milliseconds timeout(Deadline deadline, const Situation& situation) const;

 private:
  // The deadlines for an answer of the peer, by the place of what is known of the frame that asks.
  static constexpr Deadline kQuestions[] = {Deadline::kPreface, Deadline::kSettingsAck,
                                            Deadline::kShutdownPing, Deadline::kKeepaliveAnswer};
  static constexpr size_t kQuestionCount = 4;
  // kQuestionCount: it is none.
  static constexpr size_t question_of(Deadline deadline) {
    size_t i = 0;
    while (i < kQuestionCount && kQuestions[i] != deadline) ++i;
    return i;
  }

  void leave(uint64_t offset, TimePoint now, bool exact);
  void start_inexact(TimePoint now);
  TimePoint& began_at(Deadline deadline) { return began_[static_cast<size_t>(deadline)]; }
  TimePoint began_at(Deadline deadline) const { return began_[static_cast<size_t>(deadline)]; }
  // `leaves_at`, `inexact`: of a question.
  void set(Deadline deadline, TimePoint now, uint64_t leaves_at, bool inexact) {
    began_at(deadline) = now;
    const size_t question = question_of(deadline);
    if (question == kQuestionCount) return;
    leaves_at_[question] = leaves_at;
    const auto bit = static_cast<uint8_t>(1u << question);
    inexact_ = static_cast<uint8_t>(inexact ? inexact_ | bit : inexact_ & ~bit);
  }
  TimePoint since(Deadline deadline, const Situation& situation) const;

  const Limits& limits_;
  const std::chrono::milliseconds age_;
  std::array<TimePoint, kDeadlines> began_;  // max() if it does not run
  // The end of the requesting frame in the output; 0 after it was sent.
  std::array<uint64_t, kQuestionCount> leaves_at_{};
  uint8_t inexact_ = 0;  // a bit for each that may have been sent later than it began
  bool moved_inexact_ = false;
  bool wants_time_ = false;
  bool asking_ = false;  // a requesting frame may not have left
  TimePoint moved_;
  const std::chrono::milliseconds shortest_stall_;  // of those that are not disabled
  TimePoint earliest_ = TimePoint::max();           // no deadline with a clock passes before
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_DEADLINES_H_
