#include "headrace/protocol/http2/deadlines.h"

#include <algorithm>

#include "headrace/protocol/guard/connection_age.h"

namespace headrace {
namespace {

// The deadlines for an answer of the peer.
constexpr Deadline kQuestions[] = {Deadline::kPreface, Deadline::kSettingsAck,
                                   Deadline::kShutdownPing, Deadline::kKeepaliveAnswer};

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
  start(Deadline::kPreface, now);
  if (limits.keepalive_interval.count() > 0) start(Deadline::kKeepalive, now);
  start(Deadline::kIdle, now);
  if (age_.count() > 0) start(Deadline::kAge, now);
}

// Extends the deadline for SETTINGS, because the acknowledgement may be queued behind this input.
void Deadlines::received(TimePoint now) {
  if (runs(Deadline::kKeepalive)) start(Deadline::kKeepalive, now);
  stop(Deadline::kKeepaliveAnswer);
  Clock& settings = clock(Deadline::kSettingsAck);
  if (settings.since != TimePoint::max()) settings.since = now;
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
  for (Deadline deadline : kQuestions) {
    Clock& question = clock(deadline);
    if (question.leaves_at == 0) continue;
    if (question.leaves_at > offset) {
      asking_ = true;
    } else {
      question = {now, 0, !exact};
      wants_time_ |= !exact;
    }
  }
}

// Deadlines that started at an inexact time start now, unless one of them has passed already.
void Deadlines::start_inexact(TimePoint now) {
  wants_time_ = false;
  bool late = false;
  for (Deadline deadline : kQuestions) late |= runs(deadline) && now >= at(deadline, {});
  for (Deadline deadline : kQuestions) {
    Clock& question = clock(deadline);
    if (question.inexact && !late) question.since = now;
    question.inexact = false;
  }
  if (moved_inexact_ && !late) moved_ = now;
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
  const Clock& own = clock(deadline);
  if (deadline == Deadline::kStall) return situation.stalled_since;
  if (own.since == TimePoint::max()) return TimePoint::max();
  switch (deadline) {
    case Deadline::kFieldBlock:
      // The peer is not late while we do not read its input.
      return situation.holds_input ? std::max(own.since, moved_) : own.since;
    case Deadline::kPreface:
    case Deadline::kSettingsAck:
    case Deadline::kKeepaliveAnswer:
      return std::max(own.since, moved_);
    case Deadline::kShutdownPing:
      // Not extended after the PING was sent, because only the final GOAWAY depends on it.
      return own.leaves_at == 0 ? own.since : std::max(own.since, moved_);
    case Deadline::kKeepalive: {
      const bool wanted = situation.has_streams || limits_.keepalive_while_idle;
      return wanted && !runs(Deadline::kKeepaliveAnswer) ? own.since : TimePoint::max();
    }
    case Deadline::kIdle: {
      const bool idle = !situation.has_streams && !situation.shutting_down;
      // Not moved_, because sending our own keepalive PING is not a use of the connection.
      return idle ? std::max(own.since, situation.data_left) : TimePoint::max();
    }
    default:
      return own.since;
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
    if (clocks_[i].since == TimePoint::max() || allowed.count() == 0) continue;
    earliest_ = std::min(earliest_, clocks_[i].since + allowed);
  }
}

TimePoint Deadlines::next(const Situation& situation) const {
  // kStall has no clock, because its state is that of the streams.
  TimePoint next = at(Deadline::kStall, situation);
  for (size_t i = 0; i < kDeadlines; ++i) {
    if (clocks_[i].since == TimePoint::max()) continue;
    next = std::min(next, at(static_cast<Deadline>(i), situation));
  }
  return next;
}

}  // namespace headrace
