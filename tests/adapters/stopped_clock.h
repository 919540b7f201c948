#ifndef HEADRACE_TESTS_ADAPTERS_STOPPED_CLOCK_H_
#define HEADRACE_TESTS_ADAPTERS_STOPPED_CLOCK_H_

#include <chrono>

namespace headrace::adapters {

// While one lives std::chrono::steady_clock stands still in the whole program, but for advance(). A
// deadline then passes because the test has got so far, and not because the machine is busy.
// (What waits in the system waits as ever; system_clock goes on.)
class StoppedClock {
 public:
  StoppedClock();
  ~StoppedClock();
  StoppedClock(const StoppedClock&) = delete;
  StoppedClock& operator=(const StoppedClock&) = delete;

  void advance(std::chrono::nanoseconds by);
};

}  // namespace headrace::adapters

#endif  // HEADRACE_TESTS_ADAPTERS_STOPPED_CLOCK_H_
