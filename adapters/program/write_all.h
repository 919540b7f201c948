#ifndef HEADRACE_ADAPTERS_PROGRAM_WRITE_ALL_H_
#define HEADRACE_ADAPTERS_PROGRAM_WRITE_ALL_H_

#include <string_view>

namespace headrace::program {

// Writes a text whole, and waits for the reader where the descriptor would not. False: it cannot be
// written, and errno says why.
bool write_all(int descriptor, std::string_view text);

}  // namespace headrace::program

#endif  // HEADRACE_ADAPTERS_PROGRAM_WRITE_ALL_H_
