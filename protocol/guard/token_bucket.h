#ifndef HEADRACE_PROTOCOL_GUARD_TOKEN_BUCKET_H_
#define HEADRACE_PROTOCOL_GUARD_TOKEN_BUCKET_H_

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace headrace {

// A token bucket: a budget of `burst` tokens that refills by `per_second`. Time is an argument.
class TokenBucket {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  TokenBucket(uint32_t burst, uint32_t per_second, TimePoint now)
      : burst_(burst), per_second_(per_second), tokens_(burst), refilled_(now) {}

  // Takes one token. False if there is none.
  [[nodiscard]] bool take(TimePoint now) {
    refill(now);
    if (tokens_ == 0) return false;
    --tokens_;
    return true;
  }

  uint32_t burst() const { return burst_; }

 private:
  // Time that is not enough for a whole token counts at the next call.
  void refill(TimePoint now) {
    if (tokens_ == burst_) refilled_ = now;  // a full bucket does not refill
    if (per_second_ == 0 || now <= refilled_) return;
    constexpr std::chrono::nanoseconds kSecond = std::chrono::seconds(1);
    const auto token = std::max(kSecond / per_second_, std::chrono::nanoseconds(1));
    const auto grown = static_cast<uint64_t>((now - refilled_) / token);
    if (grown >= burst_ - tokens_) {
      tokens_ = burst_;
      refilled_ = now;
    } else {
      tokens_ += static_cast<uint32_t>(grown);
      refilled_ += grown * token;
    }
  }

  uint32_t burst_;
  uint32_t per_second_;
  uint32_t tokens_;
  TimePoint refilled_;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_GUARD_TOKEN_BUCKET_H_
