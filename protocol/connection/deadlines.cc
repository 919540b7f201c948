#include <algorithm>

#include "protocol/connection/connection.h"

// Everything that is timed. Time is what the caller says it is.

namespace headrace::inline HEADRACE_ABI {

TimePoint Connection::deadline_after(std::chrono::milliseconds timeout) const {
  return timeout.count() == 0 ? TimePoint::max() : now_ + timeout;
}

// The peer has given a sign of life, or one that was kept is read now.
void Connection::note_input(TimePoint now) {
  last_input_ = now;
  keepalive_asked_ = false;
  // The acknowledgement waits in line behind what the peer was already sending.
  if (!settings_in_flight_.empty()) restart_settings_deadline(now);
}

void Connection::restart_settings_deadline(TimePoint now) {
  auto timeout = options_.limits.settings_ack_timeout;
  settings_deadline_ = timeout.count() == 0 ? TimePoint::max() : now + timeout;
}

// A deadline that has passed, in milliseconds.
LimitHit Connection::timeout_hit(Limit limit, std::chrono::milliseconds timeout,
                                 TimePoint deadline) const {
  const auto late = std::chrono::duration_cast<std::chrono::milliseconds>(now_ - deadline);
  return {limit, static_cast<uint64_t>(timeout.count()),
          static_cast<uint64_t>((timeout + late).count())};
}

// No frame is to blame.
ErrorDetail Connection::timeout_error(ErrorCode code, const Rule& rule, const LimitHit& reached) {
  ErrorDetail error = limit_error(code, rule, reached);
  error.frame = std::nullopt;
  error.stream_id = 0;
  return error;
}

TimePoint Connection::idle_deadline() const {
  bool idle = streams_.size() == 0 && !going_away_.shutting_down();
  auto timeout = options_.limits.idle_timeout;
  return idle && timeout.count() > 0 ? idle_since_ + timeout : TimePoint::max();
}

TimePoint Connection::next_deadline() const {
  const EntryGuard::Entry entry(guard_, "Connection::next_deadline()");
  if (phase_ != Phase::kOpen) return TimePoint::max();
  return std::min({preface_deadline_, block_deadline_, settings_deadline_, shutdown_deadline_,
                   idle_deadline(), keepalive_deadline(), stall_deadline(), age_deadline_});
}

// A stream is open and the peer has been silent: ask. It has been asked: it may take so long.
TimePoint Connection::keepalive_deadline() const {
  const Limits& limits = options_.limits;
  if (limits.keepalive_interval.count() == 0 || streams_.size() == 0) return TimePoint::max();
  if (!keepalive_asked_) return last_input_ + limits.keepalive_interval;
  return limits.keepalive_timeout.count() == 0 ? TimePoint::max()
                                               : keepalive_asked_at_ + limits.keepalive_timeout;
}

void Connection::check_keepalive() {
  static constexpr Rule kAlive = {"RFC 9113 §6.7", "a peer that is there answers a PING"};
  if (keepalive_asked_) {
    return fail(
        timeout_error(ErrorCode::kProtocolError, kAlive,
                      timeout_hit(Limit::kKeepaliveTimeout, options_.limits.keepalive_timeout,
                                  keepalive_deadline())));
  }
  keepalive_asked_ = true;
  keepalive_asked_at_ = now_;
  send_ping(kKeepalivePing, PingPurpose::kKeepalive);
}

// The stream has something to send from now on.
void Connection::watch_stall(Stream* stream) {
  stream->waiting_since = now_;
  stalled_since_ = std::min(stalled_since_, now_);
}

std::chrono::milliseconds Connection::stall_timeout() const {
  const Limits& limits = options_.limits;
  const bool pressed = pressed_ || ledger_.live() >= ledger_.budget() - ledger_.budget() / 4;
  return pressed ? limits.stream_stall_timeout_under_pressure : limits.stream_stall_timeout;
}

// Never after a stream's own, so that sending costs nothing here: when it has come all streams are
// looked at.
TimePoint Connection::stall_deadline() const {
  if (stalled_since_ == TimePoint::max()) return TimePoint::max();
  const auto timeout = stall_timeout();
  return timeout.count() == 0 ? TimePoint::max() : stalled_since_ + timeout;
}

void Connection::check_stalled_streams() {
  static constexpr Rule kTaken = {"limits.h stream_stall_timeout",
                                  "a peer takes what it has asked for in time"};
  const auto timeout = stall_timeout();
  stalled_since_ = TimePoint::max();
  const bool connection_blocked = send_window_.available(kInitialWindow) <= 0;
  for (Stream *stream = streams_.oldest(), *next; stream != nullptr; stream = next) {
    next = StreamTable::next(stream);
    if (!SendQueue::contains(stream)) continue;
    // What waits for our own output or for its turn is not the peer's fault: the connection's
    // window is shut since it let through the last DATA, of whichever stream.
    TimePoint since = stream->waiting_since;
    if (!stream->window_blocked) since = connection_blocked ? std::max(since, data_cut_at_) : now_;
    if (since + timeout > now_) {
      stalled_since_ = std::min(stalled_since_, since);
      continue;
    }
    StreamError error{
        timeout_error(ErrorCode::kCancel, kTaken,
                      timeout_hit(Limit::kStreamStallTimeout, timeout, since + timeout))};
    error.stream_id = stream->id;
    fail_stream(error);
  }
}

void Connection::check_deadlines() {
  static constexpr Rule kPrefaceInTime = {"limits.h preface_timeout",
                                          "the peer's preface and SETTINGS come in time"};
  static constexpr Rule kBlockInTime = {"limits.h field_block_timeout",
                                        "a field block is finished in time"};
  static constexpr Rule kSettingsInTime = {"RFC 9113 §6.5.3",
                                           "SETTINGS are acknowledged in a reasonable time"};
  if (phase_ != Phase::kOpen) return;
  const Limits& limits = options_.limits;
  if (now_ >= preface_deadline_) {
    fail(timeout_error(
        ErrorCode::kProtocolError, kPrefaceInTime,
        timeout_hit(Limit::kPrefaceTimeout, limits.preface_timeout, preface_deadline_)));
  } else if (now_ >= block_deadline_) {
    fail(timeout_error(
        ErrorCode::kEnhanceYourCalm, kBlockInTime,
        timeout_hit(Limit::kFieldBlockTimeout, limits.field_block_timeout, block_deadline_)));
  } else if (now_ >= settings_deadline_) {
    fail(timeout_error(
        ErrorCode::kSettingsTimeout, kSettingsInTime,
        timeout_hit(Limit::kSettingsAckTimeout, limits.settings_ack_timeout, settings_deadline_)));
  } else {
    if (now_ >= stall_deadline()) check_stalled_streams();
    if (now_ >= shutdown_deadline_) finish_shutdown();
    if (now_ >= keepalive_deadline()) {
      check_keepalive();
    } else if (now_ >= idle_deadline()) {
      hit(timeout_hit(Limit::kIdleTimeout, limits.idle_timeout, idle_deadline()));
      begin_shutdown("idle");
    } else if (now_ >= age_deadline_) {
      hit(timeout_hit(Limit::kConnectionAge, limits.connection_age, age_deadline_));
      age_deadline_ = TimePoint::max();
      begin_shutdown("age");
    }
  }
}

}  // namespace headrace::inline HEADRACE_ABI
