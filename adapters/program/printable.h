#ifndef HEADRACE_ADAPTERS_PROGRAM_PRINTABLE_H_
#define HEADRACE_ADAPTERS_PROGRAM_PRINTABLE_H_

#include <string>
#include <string_view>

namespace headrace::program {

// Escapes a peer's text: all octets but printable ASCII become \xNN, because a peer must not
// control a terminal.
std::string printable(std::string_view text);

// Escapes a line of the program's, which may quote the command line, the environment or a peer:
// control characters, characters that change the direction of text, and octets that are not UTF-8
// become \xNN. All text that a program prints for people is escaped here.
std::string escape_controls(std::string_view line);

}  // namespace headrace::program

#endif  // HEADRACE_ADAPTERS_PROGRAM_PRINTABLE_H_
