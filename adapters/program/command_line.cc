#include "headrace/adapters/program/command_line.h"

#include <absl/flags/commandlineflag.h>
#include <absl/flags/reflection.h>

#include <algorithm>
#include <gsl/span>
#include <map>
#include <optional>
#include <utility>

#include "headrace/version.h"

namespace headrace::program {
namespace {

absl::Status mistake(std::string_view text, std::string_view what) {
  std::string message(text);
  message.append(what);
  return absl::InvalidArgumentError(message);
}

absl::CommandLineFlag* find_flag(std::string_view name) {
  std::string known(name);
  std::replace(known.begin(), known.end(), '-', '_');
  return absl::FindCommandLineFlag(known);
}

// The bool flag that "noprogress" or "no-progress" sets to false.
absl::CommandLineFlag* find_negated(std::string_view name) {
  if (!name.starts_with("no")) return nullptr;
  name.remove_prefix(2);
  if (name.starts_with('-') || name.starts_with('_')) name.remove_prefix(1);
  absl::CommandLineFlag* flag = find_flag(name);
  return flag != nullptr && flag->IsOfType<bool>() ? flag : nullptr;
}

// `typed`: the name that the user gave, which messages name. Abseil's message names the flag even
// if a letter was given, so only its part about the value is used.
absl::Status set_flag(absl::CommandLineFlag& flag, const std::string& typed,
                      const std::string& value) {
  std::string error;
  if (flag.ParseFrom(value, &error)) return absl::OkStatus();
  std::string message = "'" + value + "' is not a value for " + typed;
  const std::string known = "specified for flag '" + std::string(flag.Name()) + "'; ";
  const size_t detail = error.rfind(known);
  if (detail != std::string::npos) {
    message.append(": ").append(error.substr(detail + known.size()));
  }
  return mistake(message, "");
}

// `text` in indented lines of at most 80 columns.
std::string wrap(std::string_view text) {
  constexpr size_t kWidth = 74;
  std::string lines;
  while (!text.empty()) {
    size_t size = text.size();
    if (size > kWidth) {
      const size_t space = text.rfind(' ', kWidth);
      size = std::min(space == std::string_view::npos ? text.find(' ') : space, size);
    }
    lines.append("      ").append(text.substr(0, size)).append("\n");
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return lines;
}

class Parser {
 public:
  Parser(gsl::span<char* const> arguments, gsl::span<const Option> options)
      : arguments_(arguments), options_(options) {}

  absl::StatusOr<CommandLine> parse() {
    while (at_ < arguments_.size()) {
      const std::string_view argument(arguments_[at_++]);
      if (argument == "--help" || argument == "-h") {
        result_.help = true;
        break;
      }
      if (argument == "--version") {
        result_.version = true;
        break;
      }
      if (argument == "--") {
        while (at_ < arguments_.size()) result_.arguments.emplace_back(arguments_[at_++]);
      } else if (!argument.starts_with('-') || argument == "-") {
        result_.arguments.emplace_back(argument);
      } else {
        const bool letters = argument[1] != '-' && find_letter(argument[1]) != nullptr;
        const absl::Status set = letters ? take_letters(argument) : take_flag(argument);
        if (!set.ok()) return set;
      }
    }
    return std::move(result_);
  }

 private:
  const Option* find_letter(char letter) const {
    const auto found = std::ranges::find(options_, letter, &Option::letter);
    return found == options_.end() ? nullptr : &*found;
  }
  const Option* find_list(std::string_view name) const {
    const auto found = std::ranges::find_if(options_, [&](const Option& option) {
      return option.values != nullptr && option.name == name;
    });
    return found == options_.end() ? nullptr : &*found;
  }

  std::optional<std::string> next() {
    if (at_ == arguments_.size()) return std::nullopt;
    return arguments_[at_++];
  }

  // -v, -vI, -n5, -n 5.
  absl::Status take_letters(std::string_view argument) {
    for (size_t i = 1; i < argument.size(); ++i) {
      const std::string name{'-', argument[i]};
      const Option* option = find_letter(argument[i]);
      if (option == nullptr) return mistake("unknown option ", name);
      absl::CommandLineFlag* flag = option->values == nullptr ? find_flag(option->name) : nullptr;
      if (flag != nullptr && flag->IsOfType<bool>()) {
        const absl::Status set = set_flag(*flag, name, "true");
        if (!set.ok()) return set;
        continue;
      }
      std::optional<std::string> value(argument.substr(i + 1));
      if (value->empty()) value = next();
      if (!value) return mistake("a value is missing for ", name);
      return set(flag, option, name, std::move(*value));
    }
    return absl::OkStatus();
  }

  absl::Status take_flag(std::string_view argument) {
    std::string_view name = argument.substr(argument.starts_with("--") ? 2 : 1);
    const size_t equals = name.find('=');
    std::optional<std::string> value;
    if (equals != std::string_view::npos) value = name.substr(equals + 1);
    name = name.substr(0, equals);

    const Option* list = find_list(name);
    absl::CommandLineFlag* flag = list == nullptr ? find_flag(name) : nullptr;
    if (list == nullptr && flag == nullptr && !value) {
      flag = find_negated(name);
      value = "false";
    }
    if (list == nullptr && flag == nullptr) return mistake("unknown flag ", argument);
    if (!value) value = flag != nullptr && flag->IsOfType<bool>() ? "true" : next();
    if (!value) return mistake("a value is missing for ", argument);
    const std::string typed(argument.substr(0, argument.find('=')));
    return set(flag, list, typed, std::move(*value));
  }

  static absl::Status set(absl::CommandLineFlag* flag, const Option* list, const std::string& typed,
                          std::string value) {
    if (flag != nullptr) return set_flag(*flag, typed, value);
    list->values->push_back(std::move(value));
    return absl::OkStatus();
  }

  gsl::span<char* const> arguments_;
  gsl::span<const Option> options_;
  size_t at_ = 0;
  CommandLine result_;
};

}  // namespace

absl::StatusOr<CommandLine> parse_command_line(gsl::span<char* const> arguments,
                                               gsl::span<const Option> options) {
  return Parser(arguments, options).parse();
}

std::string version_text(std::string_view program) {
  return std::string(program) + " (Headrace) " HEADRACE_VERSION_STRING "\n";
}

std::string describe_flags(gsl::span<const Option> options) {
  std::map<std::string, std::string> described;  // by name
  for (const auto& [name, flag] : absl::GetAllFlags()) {
    const std::string known(name);
    described[known] = "--" + known + "=" + flag->DefaultValue() + "\n" + wrap(flag->Help());
  }
  for (const Option& option : options) {
    std::string& text = described[std::string(option.name)];
    if (option.values != nullptr) {
      text.append("--").append(option.name).append("=...\n").append(wrap(option.help));
    }
    text.insert(0, std::string{'-', option.letter, ',', ' '});
  }
  described["help"] = "-h, --help\n      Print this text.\n";
  described["version"] = "--version\n      Print the version.\n";
  std::string text;
  for (const auto& [name, description] : described) text.append("  ").append(description);
  return text;
}

}  // namespace headrace::program
