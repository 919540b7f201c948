#include <algorithm>

#include "headrace/protocol/connection/engine.h"

// What follows when time has passed. Which deadlines run, and since when, is Deadlines' affair.

namespace headrace {
HEADRACE_ABI_BEGIN

// The peer has given a sign of life, or one that was kept is read now.
void Engine::note_input(TimePoint now) {
  deadlines_.received(now);
  // What is missing of a field block was not late while we did not read.
  if (reads_kept_input() && deadlines_.runs(Deadline::kFieldBlock)) {
    deadlines_.start(Deadline::kFieldBlock, now);
  }
}

Situation Engine::situation() const {
  const bool pressed = pressed_ || ledger_.live() >= ledger_.budget() - ledger_.budget() / 4;
  return {streams_.size() > 0, going_away_.shutting_down(), pressed,
          holds_input(),       sender_.stalled_since(),     sender_.data_left_at()};
}

TimePoint Engine::next_deadline() const {
  if (events_wait() || deadlines_.wants_time()) return now_;
  return phase_ == Phase::kOpen ? deadlines_.next(situation()) : TimePoint::max();
}

// A deadline that has passed, in milliseconds.
LimitHit Engine::timeout_hit(Limit limit, Deadline deadline) const {
  const Situation now = situation();
  const auto timeout = deadlines_.timeout(deadline, now);
  const auto late =
      std::chrono::duration_cast<std::chrono::milliseconds>(now_ - deadlines_.at(deadline, now));
  return {limit, static_cast<uint64_t>(timeout.count()),
          static_cast<uint64_t>((timeout + late).count())};
}

void Engine::fail_late(Deadline deadline, ErrorCode code, Limit limit, const Rule& rule) {
  fail(limit_error(Cause::none(), code, rule, timeout_hit(limit, deadline)));
}

// When the lower bound of all streams' deadlines has passed: sending does not update it.
void Engine::check_stalled_streams() {
  static constexpr Rule kTaken = {"limits.h stream_stall_timeout",
                                  "a peer takes what it has asked for in time"};
  const auto timeout = deadlines_.timeout(Deadline::kStall, situation());
  const auto milliseconds = [](TimePoint::duration time) {
    return static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
  };
  sender_.for_each_stalled(
      streams_.oldest(), timeout, deadlines_.moved(), now_, [&](Stream* stream, TimePoint since) {
        StreamError error = limit_error(
            Cause::none(), ErrorCode::kCancel, kTaken,
            {Limit::kStreamStallTimeout, milliseconds(timeout), milliseconds(now_ - since)});
        error.stream_id = stream->id;
        fail_stream(error);
      });
}

void Engine::check_deadlines() {
  static constexpr Rule kPrefaceInTime = {"limits.h preface_timeout",
                                          "the peer's preface and SETTINGS come in time"};
  static constexpr Rule kBlockInTime = {"limits.h field_block_timeout",
                                        "a field block is finished in time"};
  static constexpr Rule kSettingsInTime = {"RFC 9113 §6.5.3",
                                           "SETTINGS are acknowledged in a reasonable time"};
  static constexpr Rule kAlive = {"RFC 9113 §6.7", "a peer that is there answers a PING"};
  static constexpr Rule kOldEnds = {"limits.h connection_age_grace",
                                    "the streams of a connection that is too old end in time"};
  if (phase_ != Phase::kOpen || now_ < deadlines_.next(situation())) return;
  if (passed(Deadline::kPreface)) {
    return fail_late(Deadline::kPreface, ErrorCode::kProtocolError, Limit::kPrefaceTimeout,
                     kPrefaceInTime);
  }
  if (passed(Deadline::kFieldBlock)) {
    return fail_late(Deadline::kFieldBlock, ErrorCode::kEnhanceYourCalm, Limit::kFieldBlockTimeout,
                     kBlockInTime);
  }
  if (passed(Deadline::kSettingsAck)) {
    return fail_late(Deadline::kSettingsAck, ErrorCode::kSettingsTimeout,
                     Limit::kSettingsAckTimeout, kSettingsInTime);
  }
  if (passed(Deadline::kStall)) check_stalled_streams();
  if (phase_ != Phase::kOpen) return;
  if (passed(Deadline::kShutdownPing)) finish_shutdown();
  if (passed(Deadline::kKeepaliveAnswer)) {
    return fail_late(Deadline::kKeepaliveAnswer, ErrorCode::kProtocolError,
                     Limit::kKeepaliveTimeout, kAlive);
  }
  if (passed(Deadline::kKeepalive)) {
    send_ping(kKeepalivePing, PingPurpose::kKeepalive);
    deadlines_.ask(Deadline::kKeepaliveAnswer, outbox_.end_offset(), now_);
  } else if (passed(Deadline::kIdle)) {
    hit(timeout_hit(Limit::kIdleTimeout, Deadline::kIdle));
    begin_shutdown("idle");
  } else if (passed(Deadline::kAge)) {
    hit(timeout_hit(Limit::kConnectionAge, Deadline::kAge));
    deadlines_.stop(Deadline::kAge);
    deadlines_.start(Deadline::kAgeGrace, now_);
    begin_shutdown("age");
  } else if (passed(Deadline::kAgeGrace)) {
    fail_late(Deadline::kAgeGrace, ErrorCode::kNoError, Limit::kConnectionAgeGrace, kOldEnds);
  }
}

HEADRACE_ABI_END
}  // namespace headrace
