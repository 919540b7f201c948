// Command lines: what was understood, written in one canonical way, is understood in the same way.
#include <absl/flags/flag.h>
#include <absl/flags/reflection.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "fuzz/balanced.h"
#include "fuzz/require.h"
#include "headrace/adapters/program/command_line.h"
#include "headrace/adapters/program/duration.h"
#include "headrace/adapters/program/printable.h"

using headrace::program::Duration;

ABSL_FLAG(bool, loud, false, "A switch.");
ABSL_FLAG(uint32_t, number, 1, "A number.");
ABSL_FLAG(std::string, some_name, "", "A text.");
ABSL_FLAG(Duration, wait, {}, "A length of time.");

namespace headrace::fuzz {
namespace {

struct Understood {
  bool ok = false;
  std::string error;
  bool help = false;
  std::vector<std::string> arguments;
  std::vector<std::string> fields;
  bool loud = false;
  uint32_t number = 0;
  std::string name;
  std::chrono::milliseconds wait{};
};

bool is_same(const Understood& a, const Understood& b) {
  return a.ok == b.ok && a.arguments == b.arguments && a.fields == b.fields && a.loud == b.loud &&
         a.number == b.number && a.name == b.name && a.wait == b.wait;
}

Understood understand(std::vector<std::string> words) {
  absl::SetFlag(&FLAGS_loud, false);
  absl::SetFlag(&FLAGS_number, 1u);
  absl::SetFlag(&FLAGS_some_name, std::string());
  absl::SetFlag(&FLAGS_wait, Duration{});
  Understood result;
  const std::vector<program::Option> options = {
      {'v', "loud"}, {'n', "number"}, {'H', "header", &result.fields, "A field."}};
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  const auto parsed = program::parse_command_line(pointers, options);
  result.ok = parsed.ok();
  if (!parsed.ok()) {
    result.error = std::string(parsed.status().message());
    return result;
  }
  result.help = parsed->help;
  result.arguments = parsed->arguments;
  result.loud = absl::GetFlag(FLAGS_loud);
  result.number = absl::GetFlag(FLAGS_number);
  result.name = absl::GetFlag(FLAGS_some_name);
  result.wait = absl::GetFlag(FLAGS_wait).value;
  return result;
}

std::vector<std::string> canonical(const Understood& meant) {
  std::vector<std::string> words = {
      meant.loud ? "--loud" : "--noloud", "--number=" + std::to_string(meant.number),
      "--some-name=" + meant.name, "-wait", std::to_string(meant.wait.count()) + "ms"};
  for (const std::string& field : meant.fields) words.push_back("-H" + field);
  // An empty value cannot stand beside its letter.
  for (std::string& word : words) {
    if (word == "-H") word = "--header=";
  }
  words.push_back("--");
  words.insert(words.end(), meant.arguments.begin(), meant.arguments.end());
  return words;
}

// A slow second opinion on lengths of time, and what is written is what is read.
void check_duration(const std::string& text) {
  Duration read{};
  std::string error;
  if (!AbslParseFlag(text, &read, &error)) {
    require(!error.empty() && error.find('\n') == std::string::npos, "no line that says why");
    return;
  }
  char* unit = nullptr;
  const double number = std::strtod(text.c_str(), &unit);
  const std::string name(unit);
  const double factor = name == "ms" ? 1 : name == "m" ? 60e3 : name == "h" ? 3600e3 : 1e3;
  require(name.empty() || name == "s" || name == "ms" || name == "m" || name == "h", "no unit");
  require(std::abs(number * factor - static_cast<double>(read.value.count())) <= 1,
          "the length is another");
  require(read.value.count() >= 0 && read.value < std::chrono::hours(24 * 371), "out of bounds");
  Duration again{};
  require(AbslParseFlag(AbslUnparseFlag(read), &again, &error) && again.value == read.value,
          "what was written is not what is read");
}

// Words are separated by line feeds. A word ends at a NUL, as the system hands it over.
void play(std::string_view input) {
  std::vector<std::string> words;
  while (!input.empty()) {
    const std::string_view line = input.substr(0, input.find('\n'));
    words.emplace_back(line.substr(0, line.find('\0')));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
  }
  for (const std::string& word : words) check_duration(word);
  const Understood meant = understand(words);
  if (!meant.ok) {
    const std::string shown = program::escape_controls(meant.error);
    require(!shown.empty() && shown.find('\n') == std::string::npos, "no line that says why");
    return;
  }
  if (meant.help) return;
  require(is_same(understand(canonical(meant)), meant), "the canonical command line is another");
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, headrace::fuzz::play);
}
