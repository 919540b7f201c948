#ifndef HEADRACE_PROTOCOL_HTTP2_BUDGETS_H_
#define HEADRACE_PROTOCOL_HTTP2_BUDGETS_H_

#include <optional>

#include "headrace/protocol/guard/limits.h"
#include "headrace/protocol/guard/time_point.h"
#include "headrace/protocol/guard/token_bucket.h"

namespace headrace {

// How much work a peer may cause for nothing (RFC 9113 §10.5): frames without use, and requests
// that are reset before they are answered. Each has a burst and a rate at which it refills.
class Budgets {
 public:
  Budgets(const Limits& limits, TimePoint now)
      : resets_(limits.reset_burst, limits.resets_per_second, now),
        useless_frames_(limits.useless_burst, limits.useless_per_second, now) {}

  // Each counts one. Returns the limit if it was one too many.
  [[nodiscard]] std::optional<LimitHit> take_useless_frame(TimePoint now) {
    return take(&useless_frames_, Limit::kUselessBurst, now);
  }
  [[nodiscard]] std::optional<LimitHit> take_reset(TimePoint now) {
    return take(&resets_, Limit::kResetBurst, now);
  }

 private:
  static std::optional<LimitHit> take(TokenBucket* bucket, Limit limit, TimePoint now) {
    if (bucket->take(now)) return std::nullopt;
    const uint64_t burst = bucket->burst();
    return LimitHit{limit, burst, burst + 1};
  }

  TokenBucket resets_;
  TokenBucket useless_frames_;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_BUDGETS_H_
