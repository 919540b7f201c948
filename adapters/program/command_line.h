#ifndef HEADRACE_ADAPTERS_PROGRAM_COMMAND_LINE_H_
#define HEADRACE_ADAPTERS_PROGRAM_COMMAND_LINE_H_

#include <absl/status/statusor.h>

#include <gsl/span>
#include <string>
#include <string_view>
#include <vector>

namespace headrace::program {

// What a program knows besides its abseil flags.
struct Option {
  char letter;                                 // -n as another name of --requests
  std::string_view name;                       // "requests"
  std::vector<std::string>* values = nullptr;  // no flag: it may be given often, and collects here
  std::string_view help = {};                  // where it is no flag
};

struct CommandLine {
  bool help = false;                   // --help or -h: nothing behind it was looked at
  std::vector<std::string> arguments;  // those that are no options
};

// Sets abseil's flags, and the lists of `options`, from the arguments (without the program's name):
// --flag=value, --flag value, --flag and --noflag for a bool, with "-" for "_" in names; -n value,
// -nvalue and -vI for letters, -flag where `f` is no letter of an option. "--" ends them. What is
// wrong comes back as one line, where abseil's own parser would print several and exit.
absl::StatusOr<CommandLine> parse_command_line(gsl::span<char* const> arguments,
                                               gsl::span<const Option> options = {});

// The flags that this program defines and the options, in the order of their names, with defaults.
std::string describe_flags(gsl::span<const Option> options = {});

}  // namespace headrace::program

#endif  // HEADRACE_ADAPTERS_PROGRAM_COMMAND_LINE_H_
