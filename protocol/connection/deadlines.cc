#include <algorithm>

#include "protocol/connection/connection.h"

// Everything that is timed. Time is what the caller says it is.

namespace headrace::inline HEADRACE_ABI {

TimePoint Connection::deadline_after(std::chrono::milliseconds timeout) const {
  return timeout.count() == 0 ? TimePoint::max() : now_ + timeout;
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
                   idle_deadline()});
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
    too_late(ErrorCode::kProtocolError, kPrefaceInTime);
  } else if (now_ >= block_deadline_) {
    too_late(ErrorCode::kEnhanceYourCalm, kBlockInTime);
  } else if (now_ >= settings_deadline_) {
    too_late(ErrorCode::kSettingsTimeout, kSettingsInTime);
  } else if (now_ >= shutdown_deadline_) {
    finish_shutdown();
  } else if (now_ >= idle_deadline()) {
    begin_shutdown();
  }
}

}  // namespace headrace::inline HEADRACE_ABI
