#include "headrace/adapters/program/duration.h"

#include <charconv>
#include <cstdint>
#include <string_view>

namespace headrace::program {

bool AbslParseFlag(absl::string_view text, Duration* duration, std::string* error) {
  *error = "a duration is a number followed by ms, s, m or h";
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [unit_begin, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc() || !(number >= 0)) return false;
  const std::string_view unit(unit_begin, static_cast<size_t>(end - unit_begin));
  double milliseconds = 0;
  if (unit == "ms") milliseconds = 1;
  if (unit == "s" || unit.empty()) milliseconds = 1000;
  if (unit == "m") milliseconds = 60'000;
  if (unit == "h") milliseconds = 3'600'000;
  constexpr double kLongest = 3.2e10;  // a year
  if (milliseconds == 0 || number * milliseconds > kLongest) return false;
  duration->value = std::chrono::milliseconds(static_cast<int64_t>(number * milliseconds));
  return true;
}

std::string AbslUnparseFlag(const Duration& duration) {
  const int64_t count = duration.value.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + "s" : std::to_string(count) + "ms";
}

}  // namespace headrace::program
