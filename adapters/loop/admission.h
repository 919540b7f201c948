#ifndef HEADRACE_ADAPTERS_LOOP_ADMISSION_H_
#define HEADRACE_ADAPTERS_LOOP_ADMISSION_H_

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "headrace/protocol/interface/options.h"

namespace headrace::adapters {

// Decides when a loop accepts connections: while fewer than its limit are open, but not for a
// moment after the system ran out of descriptors or memory. The pause is needed because a listening
// socket with a waiting connection stays readable, so a loop that went on watching it would spin.
class Admission {
 public:
  explicit Admission(size_t max_connections) : max_connections_(max_connections) {}

  // How many more connections may be accepted.
  size_t room(size_t open_connections, TimePoint now) const {
    return is_paused(now) ? 0 : max_connections_ - std::min(max_connections_, open_connections);
  }
  bool is_paused(TimePoint now) const { return now < paused_until_; }
  // accept() failed for lack of descriptors or memory.
  void pause(TimePoint now) { paused_until_ = now + kPause; }
  // The end of the pause; TimePoint::max() if there is none.
  TimePoint resumes_at(TimePoint now) const {
    return paused_until_ > now ? paused_until_ : TimePoint::max();
  }

 private:
  static constexpr std::chrono::milliseconds kPause{100};

  size_t max_connections_;
  TimePoint paused_until_ = TimePoint::min();
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_ADMISSION_H_
