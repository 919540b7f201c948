#ifndef HEADRACE_ADAPTERS_GET_PROGRESS_H_
#define HEADRACE_ADAPTERS_GET_PROGRESS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace headrace::get {

// The progress of all transfers together.
struct ProgressState {
  size_t done = 0;                        // requests
  size_t total = 1;                       // 0: until a time has passed
  uint64_t octets = 0;                    // of bodies, in both directions
  std::optional<uint64_t> expected = {};  // the final value of `octets`, if it is known
  std::chrono::steady_clock::duration elapsed{};
};

// One line of at most `width` columns: "[=====>     ]  43 %  43.0 MiB of 100.0 MiB  21.5 MiB/s
// 2.65 s left". Parts that do not fit are left out, from the right.
std::string render_progress(const ProgressState& state, size_t width);

// When to draw: not for short transfers, and not more often than is readable.
class ProgressClock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kFirst{1000};
  static constexpr std::chrono::milliseconds kInterval{100};

  explicit ProgressClock(TimePoint start) : next_(start + kFirst) {}

  TimePoint next() const { return next_; }
  // Whether it is time to draw; if so, sets the next time.
  bool is_due(TimePoint now);

 private:
  TimePoint next_;
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_PROGRESS_H_
