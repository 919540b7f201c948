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

TimePoint Connection::idle_deadline() const {
  bool idle = streams_.size() == 0 && shutdown_ == Shutdown::kNone;
  auto timeout = options_.limits.idle_timeout;
  return idle && timeout.count() > 0 ? idle_since_ + timeout : TimePoint::max();
}

TimePoint Connection::next_deadline() const {
  if (phase_ != Phase::kOpen) return TimePoint::max();
  return std::min({preface_deadline_, block_deadline_, settings_deadline_, shutdown_deadline_,
                   idle_deadline(), keepalive_deadline(), stall_check_});
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
    hit(Limit::kKeepaliveTimeout);
    return fail(ConnectionError{{ErrorCode::kProtocolError, &kAlive}});
  }
  keepalive_asked_ = true;
  keepalive_asked_at_ = now_;
  send_ping(kKeepalivePing, PingPurpose::kKeepalive);
}

// The stream has something to send from now on.
void Connection::watch_stall(Stream* stream) {
  stream->waiting_since = now_;
  if (stall_check_ == TimePoint::max()) {
    stall_check_ = deadline_after(options_.limits.stream_stall_timeout);
  }
}

// stall_check_ never comes after a stream's deadline, so that sending costs nothing here: when it
// has come all streams are looked at.
void Connection::check_stalled_streams() {
  static constexpr Rule kTaken = {"limits.h stream_stall_timeout",
                                  "a peer takes what it has asked for in time"};
  const auto timeout = options_.limits.stream_stall_timeout;
  stall_check_ = TimePoint::max();
  const bool connection_blocked = send_window_.available(kInitialWindow) <= 0;
  for (Stream *stream = streams_.oldest(), *next; stream != nullptr; stream = next) {
    next = StreamTable::next(stream);
    if (!SendQueue::contains(stream)) continue;
    // What waits for our own output or for its turn is not the peer's fault: the connection's
    // window is shut since it let through the last DATA, of whichever stream.
    TimePoint since = stream->waiting_since;
    if (!stream->window_blocked) since = connection_blocked ? std::max(since, data_cut_at_) : now_;
    const TimePoint deadline = since + timeout;
    if (deadline > now_) {
      stall_check_ = std::min(stall_check_, deadline);
      continue;
    }
    hit(Limit::kStreamStallTimeout);
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(now_ - since);
    fail_stream(StreamError{{ErrorCode::kCancel, &kTaken, FrameType::kData, stream->id,
                             static_cast<uint64_t>(waited.count()),
                             static_cast<uint64_t>(timeout.count())}});
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
  auto too_late = [this](ErrorCode code, const Rule& rule) {
    fail(ConnectionError{{code, &rule}});  // no frame is to blame
  };
  if (now_ >= preface_deadline_) {
    hit(Limit::kPrefaceTimeout);
    too_late(ErrorCode::kProtocolError, kPrefaceInTime);
  } else if (now_ >= block_deadline_) {
    hit(Limit::kFieldBlockTimeout);
    too_late(ErrorCode::kEnhanceYourCalm, kBlockInTime);
  } else if (now_ >= settings_deadline_) {
    hit(Limit::kSettingsAckTimeout);
    too_late(ErrorCode::kSettingsTimeout, kSettingsInTime);
  } else {
    if (now_ >= stall_check_) check_stalled_streams();
    if (now_ >= shutdown_deadline_) finish_shutdown();
    if (now_ >= keepalive_deadline()) {
      check_keepalive();
    } else if (now_ >= idle_deadline()) {
      hit(Limit::kIdleTimeout);
      begin_shutdown("idle");
    }
  }
}

}  // namespace headrace::inline HEADRACE_ABI
