#ifndef HEADRACE_PROTOCOL_HTTP2_PINGS_H_
#define HEADRACE_PROTOCOL_HTTP2_PINGS_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "headrace/protocol/guard/time_point.h"

namespace headrace {

enum class PingPurpose : uint8_t { kApplication, kShutdown, kKeepalive, kWindow };

// The octets of our own PINGs, so that a trace shows what they are for.
inline constexpr uint64_t kShutdownPing = 0x6865616472616365;   // "headrace"
inline constexpr uint64_t kKeepalivePing = 0x6865616c6976653f;  // "healive?"
inline constexpr uint64_t kWindowPing = 0x6865696e666c6f77;     // "heinflow"

// Our PINGs that have not been answered (RFC 9113 §6.7), with the purpose of each and the time when
// it was sent, for its round-trip time.
class Pings {
 public:
  struct Answer {
    PingPurpose purpose;
    std::chrono::steady_clock::duration round_trip;
  };

  // The number of unanswered PINGs.
  size_t size() const { return waiting_.size(); }
  // A PING was queued; it ends at `end_offset` of the output. An unanswered keepalive PING is
  // forgotten when the next one is queued, because any input counts as its answer, and those of a
  // peer that never answers would accumulate.
  void asked(uint64_t opaque, PingPurpose purpose, uint64_t end_offset, TimePoint now) {
    if (purpose == PingPurpose::kKeepalive) forget(purpose);
    waiting_.push_back({opaque, end_offset, now, purpose});
  }
  // The transport has taken the output up to `offset`.
  void sent(uint64_t offset, TimePoint now) {
    while (left_ < waiting_.size() && waiting_[left_].end_offset <= offset) {
      waiting_[left_++].since = now;
    }
  }
  // The oldest PING with these octets was answered. Nothing if there is none.
  std::optional<Answer> answered(uint64_t opaque, TimePoint now) {
    const auto ping = std::find_if(waiting_.begin(), waiting_.end(),
                                   [opaque](const Waiting& sent) { return sent.opaque == opaque; });
    if (ping == waiting_.end()) return std::nullopt;
    const Answer answer{ping->purpose, now - ping->since};
    // An answer may arrive before sent() is called for the PING.
    if (static_cast<size_t>(ping - waiting_.begin()) < left_) --left_;
    waiting_.erase(ping);
    return answer;
  }

 private:
  struct Waiting {
    uint64_t opaque;
    uint64_t end_offset;
    TimePoint since;  // when it was sent or, before that, queued
    PingPurpose purpose;
  };
  void forget(PingPurpose purpose) {
    const auto ping =
        std::find_if(waiting_.begin(), waiting_.end(),
                     [purpose](const Waiting& sent) { return sent.purpose == purpose; });
    if (ping == waiting_.end()) return;
    if (static_cast<size_t>(ping - waiting_.begin()) < left_) --left_;
    waiting_.erase(ping);
  }

  std::vector<Waiting> waiting_;  // in the order in which they were queued
  size_t left_ = 0;               // the number of them that were sent
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_PINGS_H_
