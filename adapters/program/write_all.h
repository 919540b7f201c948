#ifndef HEADRACE_ADAPTERS_PROGRAM_WRITE_ALL_H_
#define HEADRACE_ADAPTERS_PROGRAM_WRITE_ALL_H_

#include <string_view>

namespace headrace::program {

// Writes the whole text, and waits for the reader if the descriptor is non-blocking. False if it
// cannot be written; errno has the reason.
bool write_all(int descriptor, std::string_view text);

}  // namespace headrace::program

#endif  // HEADRACE_ADAPTERS_PROGRAM_WRITE_ALL_H_
