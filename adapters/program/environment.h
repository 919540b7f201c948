#ifndef HEADRACE_ADAPTERS_PROGRAM_ENVIRONMENT_H_
#define HEADRACE_ADAPTERS_PROGRAM_ENVIRONMENT_H_

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>

#include "headrace/memory/allocation.h"

namespace headrace::program {

// What an environment variable that switches something says, in any case: 1, on, true, yes, or
// nothing at all; 0, off, false, no. Nullopt: something else.
std::optional<bool> parse_switch(std::string_view text);

// What --allocation=`name` asks for: "reuse" or "fresh". HEADRACE_REUSE_FRAMES=0 in the environment
// (or "off", as parse_switch() has it) means fresh, whatever the flag says: it is there for the
// operator of a deployed program. One that is neither on nor off is an error.
absl::StatusOr<Allocation> read_allocation(const std::string& name);

// A path as the user meant it: `bazel run` starts a program elsewhere, and says where the user is.
// "" and "-" stay as they are.
std::string from_users_directory(const std::string& path);

}  // namespace headrace::program

#endif  // HEADRACE_ADAPTERS_PROGRAM_ENVIRONMENT_H_
