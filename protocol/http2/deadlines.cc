#include "headrace/protocol/http2/deadlines.h"

#include <algorithm>

#include "headrace/protocol/guard/connection_age.h"

namespace headrace {
namespace {

// Zero is disabled, which is the longest.
std::chrono::milliseconds shorter(std::chrono::milliseconds a, std::chrono::milliseconds b) {
  if (a.count() == 0 || b.count() == 0) return std::max(a, b);
  return std::min(a, b);
}

}  // namespace

Deadlines::Deadlines(const Limits& limits, uint64_t seed, TimePoint now)
    : limits_(limits),
      age_(varied_age(limits.connection_age, seed)),
      moved_(now),
      shortest_stall_(
          shorter(limits.stream_stall_timeout, limits.stream_stall_timeout_under_pressure)) {
  began_.fill(TimePoint::max());
  start(Deadline::kPreface, now);
  if (limits.keepalive_interval.count() > 0) start(Deadline::kKeepalive, now);
  start(Deadline::kIdle, now);
  if (age_.count() > 0) start(Deadline::kAge, now);
}

// Extends the deadline for SETTINGS, because the acknowledgement may be queued behind this input.
void Deadlines::received(TimePoint now) {
  if (runs(Deadline::kKeepalive)) start(Deadline::kKeepalive, now);
  stop(Deadline::kKeepaliveAnswer);
  if (runs(Deadline::kSettingsAck)) began_at(Deadline::kSettingsAck) = now;
}

void Deadlines::sent(uint64_t offset, bool more, TimePoint now, bool exact) {
  if (asking_) leave(offset, now, exact);
  if (!more) return;
  moved_ = now;
  moved_inexact_ = !exact;
  if (exact) return;
  for (Deadline deadline : kQuestions) wants_time_ |= runs(deadline);
}

void Deadlines::leave(uint64_t offset, TimePoint now, bool exact) {
  asking_ = false;
  for (size_t i = 0; i < kQuestionCount; ++i) {
    if (leaves_at_[i] == 0) continue;
    if (leaves_at_[i] > offset) {
      asking_ = true;
    } else {
      set(kQuestions[i], now, 0, !exact);
      wants_time_ |= !exact;
    }
  }
}

// Deadlines that started at an inexact time start now. How long nobody had told the time before is
// no lateness of the peer's.
void Deadlines::start_inexact(TimePoint now) {
  wants_time_ = false;
  for (size_t i = 0; i < kQuestionCount; ++i) {
    if ((inexact_ >> i & 1) != 0) began_at(kQuestions[i]) = now;
  }
  inexact_ = 0;
  if (moved_inexact_) moved_ = now;
  moved_inexact_ = false;
}

std::chrono::milliseconds Deadlines::timeout(Deadline deadline, const Situation& situation) const {
  switch (deadline) {
    case Deadline::kPreface:
      return limits_.preface_timeout;
    case Deadline::kFieldBlock:
      return limits_.field_block_timeout;
    case Deadline::kSettingsAck:
      return limits_.settings_ack_timeout;
    case Deadline::kStall:
      return situation.pressed ? limits_.stream_stall_timeout_under_pressure
                               : limits_.stream_stall_timeout;
    case Deadline::kShutdownPing:
      return limits_.shutdown_ping_timeout;
    case Deadline::kKeepaliveAnswer:
      return limits_.keepalive_timeout;
    case Deadline::kKeepalive:
      return limits_.keepalive_interval;
    case Deadline::kIdle:
      return limits_.idle_timeout;
    case Deadline::kAge:
      return age_;
    case Deadline::kAgeGrace:
      return limits_.connection_age_grace;
  }
  return {};
}

TimePoint Deadlines::since(Deadline deadline, const Situation& situation) const {
  const TimePoint own = began_at(deadline);
  if (deadline == Deadline::kStall) return situation.stalled_since;
  if (own == TimePoint::max()) return TimePoint::max();
  switch (deadline) {
    case Deadline::kFieldBlock:
      // The peer is not late while we do not read its input.
      return situation.holds_input ? std::max(own, moved_) : own;
    case Deadline::kPreface:
    case Deadline::kSettingsAck:
    case Deadline::kKeepaliveAnswer:
      return std::max(own, moved_);
    case Deadline::kShutdownPing:
      // Not extended after the PING was sent, because only the final GOAWAY depends on it.
      return leaves_at_[question_of(deadline)] == 0 ? own : std::max(own, moved_);
    case Deadline::kKeepalive: {
      const bool wanted = situation.has_streams || limits_.keepalive_while_idle;
      return wanted && !runs(Deadline::kKeepaliveAnswer) ? own : TimePoint::max();
    }
    case Deadline::kIdle: {
      const bool idle = !situation.has_streams && !situation.shutting_down;
      // Not moved_, because sending our own keepalive PING is not a use of the connection.
      return idle ? std::max(own, situation.data_left) : TimePoint::max();
    }
    default:
      return own;
  }
}

TimePoint Deadlines::at(Deadline deadline, const Situation& situation) const {
  const TimePoint begun = since(deadline, situation);
  if (begun == TimePoint::max()) return begun;
  const auto allowed = timeout(deadline, situation);
  return allowed.count() == 0 ? TimePoint::max() : begun + allowed;
}

void Deadlines::look_again() {
  earliest_ = TimePoint::max();
  for (size_t i = 0; i < kDeadlines; ++i) {
    const auto allowed = timeout(static_cast<Deadline>(i), {});
    if (began_[i] == TimePoint::max() || allowed.count() == 0) continue;
    earliest_ = std::min(earliest_, began_[i] + allowed);
  }
}

TimePoint Deadlines::next(const Situation& situation) const {
  // kStall has no clock, because its state is that of the streams.
  TimePoint next = at(Deadline::kStall, situation);
  for (size_t i = 0; i < kDeadlines; ++i) {
    if (began_[i] == TimePoint::max()) continue;
    next = std::min(next, at(static_cast<Deadline>(i), situation));
  }
  return next;
}

}  // namespace headrace
