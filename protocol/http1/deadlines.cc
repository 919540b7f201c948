#include "headrace/protocol/http1/deadlines.h"

#include "headrace/protocol/guard/connection_age.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

namespace {

// There is no PING to ask with, so its interval and the time for its answer are added up.
std::chrono::milliseconds answer_timeout(const Limits& limits) {
  const bool enabled = limits.keepalive_interval.count() > 0;
  return enabled ? limits.keepalive_interval + limits.keepalive_timeout
                 : std::chrono::milliseconds(0);
}

}  // namespace

Deadlines::Deadlines(const Limits& limits, uint64_t seed, TimePoint now)
    : timeouts_{limits.preface_timeout,
                limits.field_block_timeout,
                limits.content_timeout,
                answer_timeout(limits),
                limits.stream_stall_timeout,
                limits.idle_timeout,
                varied_age(limits.connection_age, seed),
                limits.connection_age_grace} {
  at_.fill(TimePoint::max());
  start(Deadline::kFirst, now);
  start(Deadline::kAge, now);
}

void Deadlines::start_inexact(TimePoint now) {
  for (size_t i = 0; i < kDeadlines; ++i) {
    const auto deadline = static_cast<Deadline>(i);
    if ((inexact_ >> i & 1) != 0 && runs(deadline)) start(deadline, now);
  }
  inexact_ = 0;
}

LimitHit Deadlines::hit(Limit limit, Deadline deadline, TimePoint now) const {
  const auto late =
      std::chrono::duration_cast<std::chrono::milliseconds>(now - at_[index(deadline)]);
  const auto allowed = static_cast<uint64_t>(timeouts_[index(deadline)].count());
  return {limit, allowed, allowed + static_cast<uint64_t>(late.count())};
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
