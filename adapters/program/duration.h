#ifndef HEADRACE_ADAPTERS_PROGRAM_DURATION_H_
#define HEADRACE_ADAPTERS_PROGRAM_DURATION_H_

#include <absl/strings/string_view.h>

#include <chrono>
#include <string>

namespace headrace::program {

// A duration as the value of a flag: "30s", "500ms", "2m", "1h", or a number of seconds; at most a
// year.
struct Duration {
  std::chrono::milliseconds value;
};

// Used by ABSL_FLAG.
bool AbslParseFlag(absl::string_view text, Duration* duration, std::string* error);
std::string AbslUnparseFlag(const Duration& duration);

}  // namespace headrace::program

#endif  // HEADRACE_ADAPTERS_PROGRAM_DURATION_H_
