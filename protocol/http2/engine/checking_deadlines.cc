#include "headrace/protocol/http2/engine/checking_deadlines.h"

#include <chrono>

namespace headrace {
HEADRACE_ABI_BEGIN

void CheckingDeadlines::note_input(TimePoint now) const {
  deadlines().received(now);
  // The rest of a field block was not late while its input was not read.
  if (reads_kept_input() && deadlines().runs(Deadline::kFieldBlock)) {
    deadlines().start(Deadline::kFieldBlock, now);
  }
}

Situation CheckingDeadlines::situation() const {
  const bool pressed =
      memory_pressure() || ledger().live() >= ledger().budget() - ledger().budget() / 4;
  return {streams().size() > 0,   going_away().shutting_down(), pressed,
          outbox().holds_input(), sender().stalled_since(),     sender().data_left_at()};
}

// In milliseconds.
LimitHit CheckingDeadlines::timeout_hit(Limit limit, Deadline deadline) const {
  const Situation present = situation();
  const auto timeout = deadlines().timeout(deadline, present);
  const auto late = std::chrono::duration_cast<std::chrono::milliseconds>(
      now() - deadlines().at(deadline, present));
  return {limit, static_cast<uint64_t>(timeout.count()),
          static_cast<uint64_t>((timeout + late).count())};
}

void CheckingDeadlines::fail_late(Deadline deadline, ErrorCode code, Limit limit,
                                  const Rule& rule) const {
  ending().fail(ending().limit_error(Cause::none(), code, rule, timeout_hit(limit, deadline)));
}

// Called when the lower bound of all streams' stall deadlines has passed; sending does not update
// it.
void CheckingDeadlines::check_stalled_streams() const {
  static constexpr Rule kTaken = {"limits.h stream_stall_timeout",
                                  "the peer takes a stream's DATA within stream_stall_timeout"};
  const auto timeout = deadlines().timeout(Deadline::kStall, situation());
  const auto milliseconds = [](TimePoint::duration time) {
    return static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
  };
  sender().for_each_stalled(
      streams().oldest(), timeout, deadlines().moved(), now(),
      [&](Stream* stream, TimePoint since) {
        StreamError error = ending().limit_error(
            Cause::none(), ErrorCode::kCancel, kTaken,
            {Limit::kStreamStallTimeout, milliseconds(timeout), milliseconds(now() - since)});
        error.stream_id = stream->id;
        ending().fail_stream(error);
      });
}

void CheckingDeadlines::check_deadlines() const {
  static constexpr Rule kPrefaceInTime = {"limits.h preface_timeout",
                                          "the peer's preface and SETTINGS come in time"};
  static constexpr Rule kBlockInTime = {"limits.h field_block_timeout",
                                        "a field block is finished in time"};
  static constexpr Rule kSettingsInTime = {"RFC 9113 §6.5.3",
                                           "SETTINGS are acknowledged in a reasonable time"};
  static constexpr Rule kAlive = {"RFC 9113 §6.7",
                                  "the peer answers a keepalive PING within keepalive_timeout"};
  static constexpr Rule kOldEnds = {"limits.h connection_age_grace",
                                    "the streams of a connection that is too old end in time"};
  if (!life().is_open() || deadlines().none_has_passed(now(), sender().stalled_since())) return;
  if (now() < deadlines().next(situation())) return deadlines().look_again();
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
  if (!life().is_open()) return;
  if (passed(Deadline::kShutdownPing)) ending().finish_shutdown();
  if (passed(Deadline::kKeepaliveAnswer)) {
    return fail_late(Deadline::kKeepaliveAnswer, ErrorCode::kProtocolError,
                     Limit::kKeepaliveTimeout, kAlive);
  }
  if (passed(Deadline::kKeepalive)) {
    writing_frames().send_ping(kKeepalivePing, PingPurpose::kKeepalive);
    deadlines().ask(Deadline::kKeepaliveAnswer, outbox().end_offset(), now());
  } else if (passed(Deadline::kIdle)) {
    reports().hit(timeout_hit(Limit::kIdleTimeout, Deadline::kIdle));
    ending().begin_shutdown("idle");
  } else if (passed(Deadline::kAge)) {
    reports().hit(timeout_hit(Limit::kConnectionAge, Deadline::kAge));
    deadlines().stop(Deadline::kAge);
    deadlines().start(Deadline::kAgeGrace, now());
    ending().begin_shutdown("age");
  } else if (passed(Deadline::kAgeGrace)) {
    fail_late(Deadline::kAgeGrace, ErrorCode::kNoError, Limit::kConnectionAgeGrace, kOldEnds);
  }
}

HEADRACE_ABI_END
}  // namespace headrace
