#include "tests/adapters/stopped_clock.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace headrace::adapters {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

std::atomic<int64_t> standing_at{0};  // in nanoseconds; 0: it goes

}  // namespace

StoppedClock::StoppedClock() {
  standing_at = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

StoppedClock::~StoppedClock() { standing_at = 0; }

void StoppedClock::advance(std::chrono::nanoseconds by) { standing_at += by.count(); }

}  // namespace headrace::adapters

// In place of the C library's, which steady_clock asks.
extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  using headrace::adapters::kSecond;
  const int64_t now = headrace::adapters::standing_at;
  if (clock != CLOCK_MONOTONIC || now == 0) {
    return static_cast<int>(syscall(SYS_clock_gettime, clock, time));
  }
  *time = {.tv_sec = now / kSecond, .tv_nsec = now % kSecond};
  return 0;
}
