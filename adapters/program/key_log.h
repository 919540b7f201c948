#ifndef HEADRACE_ADAPTERS_PROGRAM_KEY_LOG_H_
#define HEADRACE_ADAPTERS_PROGRAM_KEY_LOG_H_

#include <absl/status/statusor.h>

#include <functional>
#include <string_view>

namespace headrace::program {

// A function for tls::Options::key_log. It appends to the file that SSLKEYLOGFILE in the
// environment names, as browsers and curl do, so that a debugging user can read the connections of
// the program. Empty without that variable. An error is one line.
absl::StatusOr<std::function<void(std::string_view)>> key_log_of_environment();

}  // namespace headrace::program

#endif  // HEADRACE_ADAPTERS_PROGRAM_KEY_LOG_H_
