#include "adapters/serve/command_line.h"

#include <absl/flags/commandlineflag.h>
#include <absl/flags/reflection.h>

#include <map>
#include <string_view>

namespace headrace::serve {
namespace {

absl::Status mistake(std::string_view text, std::string_view what) {
  std::string message(text);
  message.append(what);
  return absl::InvalidArgumentError(message);
}

absl::CommandLineFlag* find_flag(std::string_view name) {
  return absl::FindCommandLineFlag(std::string(name));
}

// The first line of abseil's complaint.
absl::Status set_flag(absl::CommandLineFlag& flag, const std::string& value) {
  std::string error;
  if (flag.ParseFrom(value, &error)) return absl::OkStatus();
  return mistake("", std::string_view(error).substr(0, error.find('\n')));
}

}  // namespace

absl::StatusOr<CommandLine> parse_command_line(gsl::span<char* const> arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument(arguments[i]);
    if (argument == "--help" || argument == "-h") return CommandLine::kHelp;
    if (!argument.starts_with('-') || argument == "-") {
      return mistake("unexpected argument ", argument);
    }
    std::string_view name = argument.substr(argument.starts_with("--") ? 2 : 1);
    const size_t equals = name.find('=');
    const bool has_value = equals != std::string_view::npos;
    std::string value(has_value ? name.substr(equals + 1) : std::string_view());
    name = name.substr(0, equals);

    absl::CommandLineFlag* flag = find_flag(name);
    if (flag == nullptr && !has_value && name.starts_with("no")) {
      flag = find_flag(name.substr(2));
      if (flag != nullptr && !flag->IsOfType<bool>()) flag = nullptr;
      value = "false";
    } else if (flag != nullptr && !has_value) {
      if (flag->IsOfType<bool>()) {
        value = "true";
      } else if (i + 1 < arguments.size()) {
        value = arguments[++i];
      } else {
        return mistake("a value is missing for ", argument);
      }
    }
    if (flag == nullptr) return mistake("unknown flag ", argument);
    const absl::Status set = set_flag(*flag, value);
    if (!set.ok()) return set;
  }
  return CommandLine::kRun;
}

std::string describe_flags() {
  std::map<std::string, absl::CommandLineFlag*> flags;  // in the order of their names
  for (const auto& [name, flag] : absl::GetAllFlags()) flags.emplace(std::string(name), flag);
  std::string text;
  for (const auto& [name, flag] : flags) {
    text.append("  --").append(name).append("=").append(flag->DefaultValue()).append("\n      ");
    text.append(flag->Help()).append("\n");
  }
  return text;
}

}  // namespace headrace::serve
