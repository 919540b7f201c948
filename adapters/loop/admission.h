#ifndef HEADRACE_ADAPTERS_LOOP_ADMISSION_H_
#define HEADRACE_ADAPTERS_LOOP_ADMISSION_H_

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "headrace/protocol/connection/options.h"

namespace headrace::adapters {

// When a loop accepts connections: while fewer than its limit are open, and not for a moment after
// the system had no descriptor or memory for another. A listening socket with someone waiting stays
// readable, so a loop that did not stop watching it then would spin.
class Admission {
 public:
  explicit Admission(size_t max_connections) : max_connections_(max_connections) {}

  // How many more may come in.
  size_t room(size_t open_connections, TimePoint now) const {
    return is_paused(now) ? 0 : max_connections_ - std::min(max_connections_, open_connections);
  }
  bool is_paused(TimePoint now) const { return now < paused_until_; }
  // accept() failed for lack of descriptors or memory.
  void pause(TimePoint now) { paused_until_ = now + kPause; }
  // When a pause ends; TimePoint::max() when there is none.
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
