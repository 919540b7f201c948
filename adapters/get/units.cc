#include "headrace/adapters/get/units.h"

#include <array>
#include <cstdio>

namespace headrace::get {

std::string format_size(uint64_t octets) {
  if (octets < 1024) return std::to_string(octets) + " B";
  constexpr std::array<const char*, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(octets) / 1024;
  size_t unit = 0;
  // 1023.95 would be written 1024.0
  while (value >= 1023.95 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  char text[40];
  std::snprintf(text, sizeof(text), "%.1f %s", value, kUnits[unit]);
  return text;
}

std::string format_duration(std::chrono::nanoseconds duration) {
  const double milliseconds = std::chrono::duration<double, std::milli>(duration).count();
  char text[40];
  if (milliseconds < 1) {
    std::snprintf(text, sizeof(text), "%.3f ms", milliseconds);
  } else if (milliseconds < 99.95) {
    std::snprintf(text, sizeof(text), "%.1f ms", milliseconds);
  } else if (milliseconds < 999.5) {
    std::snprintf(text, sizeof(text), "%.0f ms", milliseconds);
  } else if (milliseconds < 59'995) {
    std::snprintf(text, sizeof(text), "%.2f s", milliseconds / 1000);
  } else {
    const auto seconds = static_cast<long long>(milliseconds / 1000 + 0.5);
    std::snprintf(text, sizeof(text), "%lld:%02lld min", seconds / 60, seconds % 60);
  }
  return text;
}

}  // namespace headrace::get
