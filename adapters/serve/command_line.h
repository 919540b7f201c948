#ifndef HEADRACE_ADAPTERS_SERVE_COMMAND_LINE_H_
#define HEADRACE_ADAPTERS_SERVE_COMMAND_LINE_H_

#include <absl/status/statusor.h>

#include <gsl/span>
#include <string>

namespace headrace::serve {

enum class CommandLine { kRun, kHelp };

// Sets abseil's flags from the arguments (without the program's name): --flag=value, --flag value,
// --flag and --noflag for a bool. What is wrong comes back as one line, where abseil's own parser
// would print several and exit.
absl::StatusOr<CommandLine> parse_command_line(gsl::span<char* const> arguments);

// The flags that this program defines, a line each, with their defaults.
std::string describe_flags();

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_COMMAND_LINE_H_
