#ifndef HEADRACE_ADAPTERS_PROGRAM_COMMAND_LINE_H_
#define HEADRACE_ADAPTERS_PROGRAM_COMMAND_LINE_H_

#include <absl/status/statusor.h>

#include <gsl/span>
#include <string>
#include <string_view>
#include <vector>

namespace headrace::program {

// An option of a program in addition to its abseil flags, or a letter for one of these.
struct Option {
  char letter;                                 // -n as a short name of --requests
  std::string_view name;                       // "requests"
  std::vector<std::string>* values = nullptr;  // not a flag: collects the values of each use
  std::string_view help = {};                  // of an option that is not a flag
};

struct CommandLine {
  bool help = false;                   // --help or -h, behind which no argument was parsed
  bool version = false;                // --version, likewise
  std::vector<std::string> arguments;  // those that are not options
};

// Sets abseil's flags and the lists of `options` from the arguments (without the program's name).
// Accepts --flag=value, --flag value, --flag and --noflag for a bool, with "-" for "_" in names;
// -n value, -nvalue and -vI for letters; -flag if `f` is not a letter of an option. "--" ends the
// options. An error is one line; abseil's own parser would print several and exit.
absl::StatusOr<CommandLine> parse_command_line(gsl::span<char* const> arguments,
                                               gsl::span<const Option> options = {});

// The line that --version prints: "get (Headrace) 0.1.0".
std::string version_text(std::string_view program);

// The help text of this program's flags and `options`, in the order of their names, with defaults.
std::string describe_flags(gsl::span<const Option> options = {});

}  // namespace headrace::program

#endif  // HEADRACE_ADAPTERS_PROGRAM_COMMAND_LINE_H_
