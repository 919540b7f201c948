#include "headrace/adapters/program/environment.h"

#include <absl/strings/ascii.h>

#include <cstdlib>
#include <string_view>

namespace headrace::program {
namespace {

constexpr char kReuseFrames[] = "HEADRACE_REUSE_FRAMES";

}  // namespace

std::optional<bool> parse_switch(std::string_view text) {
  const std::string word = absl::AsciiStrToLower(std::string(text));
  for (const char* on : {"", "1", "on", "true", "yes"}) {
    if (word == on) return true;
  }
  for (const char* off : {"0", "off", "false", "no"}) {
    if (word == off) return false;
  }
  return std::nullopt;
}

absl::StatusOr<Allocation> read_allocation(const std::string& name) {
  if (name != "reuse" && name != "fresh") {
    return absl::InvalidArgumentError("--allocation must be reuse or fresh, not '" + name + "'");
  }
  const char* text = std::getenv(kReuseFrames);
  const std::optional<bool> reuse = text == nullptr ? true : parse_switch(text);
  if (!reuse) {
    return absl::InvalidArgumentError(std::string(kReuseFrames) +
                                      " in the environment must be 0, 1, on, off, true, false, yes "
                                      "or no, not '" +
                                      text + "'");
  }
  return !*reuse || name == "fresh" ? Allocation::kFresh : Allocation::kReuse;
}

std::string from_users_directory(const std::string& path) {
  const char* directory = std::getenv("BUILD_WORKING_DIRECTORY");
  if (directory == nullptr || path.empty() || path == "-" || path.front() == '/') return path;
  return std::string(directory) + "/" + path;
}

}  // namespace headrace::program
