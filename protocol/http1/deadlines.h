#ifndef HEADRACE_PROTOCOL_HTTP1_DEADLINES_H_
#define HEADRACE_PROTOCOL_HTTP1_DEADLINES_H_

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "headrace/memory/abi.h"
#include "headrace/protocol/guard/limits.h"
#include "headrace/protocol/guard/time_point.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// The deadlines of a connection, in order of precedence.
enum class Deadline : uint8_t {
  kFirst,    // the first octet of the first message
  kSection,  // the rest of a header or trailer section, or of a chunk's line
  kContent,  // the next octets of a request's content
  kAnswer,   // octets of a response that is due
  kOutput,   // the transport takes output
  kIdle,     // the next request
  kAge,
  kAgeGrace,
};
inline constexpr size_t kDeadlines = 8;

// The times at which the deadlines pass. A disabled one never runs.
class Deadlines {
 public:
  // `seed` makes Limits::connection_age up to a tenth longer or shorter; 0 leaves it exact.
  Deadlines(const Limits& limits, uint64_t seed, TimePoint now);

  void start(Deadline deadline, TimePoint now) {
    if (is_enabled(deadline)) at_[index(deadline)] = now + timeouts_[index(deadline)];
  }
  // Starts it at the next told(), and until then as if that were `now`.
  void start_when_told(Deadline deadline, TimePoint now) {
    if (!is_enabled(deadline)) return;
    start(deadline, now);
    inexact_ |= static_cast<uint8_t>(1u << index(deadline));
  }
  // Starts it unless it runs.
  void keep_running(Deadline deadline, TimePoint now) {
    if (!runs(deadline)) start(deadline, now);
  }
  void stop(Deadline deadline) { at_[index(deadline)] = TimePoint::max(); }
  // Starts it unless it runs, or stops it.
  void set(Deadline deadline, bool runs, TimePoint now) {
    if (runs) return keep_running(deadline, now);
    stop(deadline);
  }
  bool runs(Deadline deadline) const { return at_[index(deadline)] != TimePoint::max(); }

  bool is_enabled(Deadline deadline) const { return timeouts_[index(deadline)].count() > 0; }

  // Sets the present time. Called before anything starts at that time.
  void told(TimePoint now) {
    if (inexact_ != 0) start_inexact(now);
  }
  // Whether told() is to be called soon.
  bool wants_time() const { return inexact_ != 0; }

  TimePoint next() const { return *std::min_element(at_.begin(), at_.end()); }
  bool has_passed(Deadline deadline, TimePoint now) const { return now >= at_[index(deadline)]; }
  // In milliseconds: the limit, and the time that had passed at `now`.
  LimitHit hit(Limit limit, Deadline deadline, TimePoint now) const;

 private:
  static size_t index(Deadline deadline) { return static_cast<size_t>(deadline); }
  void start_inexact(TimePoint now);

  std::array<std::chrono::milliseconds, kDeadlines> timeouts_;
  std::array<TimePoint, kDeadlines> at_;
  uint8_t inexact_ = 0;  // a bit for each that start_when_told() has started
  static_assert(kDeadlines <= 8);
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_DEADLINES_H_
