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

// The PINGs of ours that wait for their answer (RFC 9113 §6.7): what each was for, and how long its
// round trip took from when it had left.
class Pings {
 public:
  struct Answer {
    PingPurpose purpose;
    std::chrono::steady_clock::duration round_trip;
  };

  // So many wait.
  size_t size() const { return waiting_.size(); }
  // A PING was queued; its last octet is at `end_offset` of the output. For a keepalive any input
  // is answer enough, so one that the peer has not answered is forgotten with the next: a peer that
  // never answers any would have them gather.
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
  // The oldest PING with these octets is answered. Nothing: there is none.
  std::optional<Answer> answered(uint64_t opaque, TimePoint now) {
    const auto ping = std::find_if(waiting_.begin(), waiting_.end(),
                                   [opaque](const Waiting& sent) { return sent.opaque == opaque; });
    if (ping == waiting_.end()) return std::nullopt;
    const Answer answer{ping->purpose, now - ping->since};
    // (An answer may be here before its sender knows that the PING has left.)
    if (static_cast<size_t>(ping - waiting_.begin()) < left_) --left_;
    waiting_.erase(ping);
    return answer;
  }

 private:
  struct Waiting {
    uint64_t opaque;
    uint64_t end_offset;
    TimePoint since;  // it has left; until then, since it was queued
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
  size_t left_ = 0;               // so many of them have left
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_PINGS_H_
