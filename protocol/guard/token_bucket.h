#ifndef HEADRACE_PROTOCOL_GUARD_TOKEN_BUCKET_H_
#define HEADRACE_PROTOCOL_GUARD_TOKEN_BUCKET_H_

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace headrace {

// A budget that refills with (injected) time: a burst, then a rate.
class TokenBucket {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  TokenBucket(uint32_t burst, uint32_t per_second, TimePoint now)
      : burst_(burst), per_second_(per_second), tokens_(burst), refilled_(now) {}

  // Takes one token. False: none is left.
  [[nodiscard]] bool take(TimePoint now) {
    if (tokens_ == 0) refill(now);
    if (tokens_ == 0) return false;
    --tokens_;
    return true;
  }

  uint32_t burst() const { return burst_; }

 private:
  // Only when the bucket is empty, so that a busy connection does no arithmetic on time.
  void refill(TimePoint now) {
    if (per_second_ == 0 || now <= refilled_) return;
    auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - refilled_);
    auto grown =
        std::min<uint64_t>(burst_, static_cast<uint64_t>(elapsed.count()) * per_second_ / 1000);
    if (grown == 0) return;
    tokens_ = static_cast<uint32_t>(grown);
    refilled_ = now;
  }

  uint32_t burst_;
  uint32_t per_second_;
  uint32_t tokens_;
  TimePoint refilled_;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_GUARD_TOKEN_BUCKET_H_
