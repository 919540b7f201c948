#ifndef HEADRACE_PROTOCOL_GUARD_TIME_POINT_H_
#define HEADRACE_PROTOCOL_GUARD_TIME_POINT_H_

#include <chrono>

namespace headrace {

// Time is an argument of the caller's, because the core reads no clock.
using TimePoint = std::chrono::steady_clock::time_point;

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_GUARD_TIME_POINT_H_
