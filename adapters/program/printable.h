#ifndef HEADRACE_ADAPTERS_PROGRAM_PRINTABLE_H_
#define HEADRACE_ADAPTERS_PROGRAM_PRINTABLE_H_

#include <string>
#include <string_view>

namespace headrace::program {

// A peer's text: everything but printable ASCII as \xNN, since what a peer says must not drive a
// terminal.
std::string printable(std::string_view text);

// A line of a program's own, which may quote the command line, the environment or a peer: control
// characters, those that change a text's direction, and what is not UTF-8, as \xNN. All that a
// program prints for people goes through here, so nothing that was not thought of drives a
// terminal.
std::string escape_controls(std::string_view line);

}  // namespace headrace::program

#endif  // HEADRACE_ADAPTERS_PROGRAM_PRINTABLE_H_
