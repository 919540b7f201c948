#ifndef HEADRACE_ADAPTERS_PROGRAM_ENVIRONMENT_H_
#define HEADRACE_ADAPTERS_PROGRAM_ENVIRONMENT_H_

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>

#include "headrace/memory/allocation.h"

namespace headrace::program {

// The value of a boolean environment variable: true for 1, on, true, yes and an empty text, false
// for 0, off, false and no, without regard to case. Nothing for any other text.
std::optional<bool> parse_switch(std::string_view text);

// The allocation mode for --allocation=`name`, "reuse" or "fresh". HEADRACE_REUSE_FRAMES=0 in the
// environment (or any false value of parse_switch()) overrides the flag with fresh, for operators
// of deployed programs. A value that is not boolean is an error.
absl::StatusOr<Allocation> read_allocation(const std::string& name);

// A path relative to the user's directory, which `bazel run`, because it starts a program in
// another one, gives in BUILD_WORKING_DIRECTORY. "" and "-" are unchanged.
std::string from_users_directory(const std::string& path);

}  // namespace headrace::program

#endif  // HEADRACE_ADAPTERS_PROGRAM_ENVIRONMENT_H_
