#ifndef HEADRACE_ADAPTERS_GET_UNITS_H_
#define HEADRACE_ADAPTERS_GET_UNITS_H_

#include <chrono>
#include <cstdint>
#include <string>

namespace headrace::get {

// "0 B", "999 B", "1.5 KiB", "23.0 MiB", "1.0 GiB".
std::string format_size(uint64_t octets);
// "0.012 ms", "3.4 ms", "250 ms", "1.25 s", "2:05 min".
std::string format_duration(std::chrono::nanoseconds duration);

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_UNITS_H_
