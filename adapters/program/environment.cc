#include "adapters/program/environment.h"

#include <cstdlib>
#include <string_view>

namespace headrace::program {

absl::StatusOr<Allocation> read_allocation(const std::string& name) {
  if (name != "reuse" && name != "fresh") {
    return absl::InvalidArgumentError("--allocation is reuse or fresh, not '" + name + "'");
  }
  const char* reuse = std::getenv("HEADRACE_REUSE_FRAMES");
  const bool switched_off = reuse != nullptr && std::string_view(reuse) == "0";
  return switched_off || name == "fresh" ? Allocation::kFresh : Allocation::kReuse;
}

std::string from_users_directory(const std::string& path) {
  const char* directory = std::getenv("BUILD_WORKING_DIRECTORY");
  if (directory == nullptr || path.empty() || path == "-" || path.front() == '/') return path;
  return std::string(directory) + "/" + path;
}

}  // namespace headrace::program
