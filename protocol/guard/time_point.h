#ifndef HEADRACE_PROTOCOL_GUARD_TIME_POINT_H_
#define HEADRACE_PROTOCOL_GUARD_TIME_POINT_H_

#include <chrono>

namespace headrace {

// Time is what the caller says it is: the core reads no clock.
using TimePoint = std::chrono::steady_clock::time_point;

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_GUARD_TIME_POINT_H_
