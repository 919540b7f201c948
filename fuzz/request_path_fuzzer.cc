// Which file a request's path stands for: nothing outside of the root, and nothing hidden.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <regex>
#include <string>

#include "fuzz/balanced.h"
#include "fuzz/require.h"
#include "headrace/adapters/serve/document_root.h"

namespace headrace::fuzz {
namespace {

constexpr size_t kLongest = 400;  // std::regex recurses

// Percent-encoding undone from the back, a regular expression's match at a time.
std::optional<std::string> second_opinion(std::string path) {
  static const std::regex kGood("(?:[^%]|%[0-9A-Fa-f]{2})*");
  if (!std::regex_match(path, kGood)) return std::nullopt;
  path.erase(0, path.find_first_not_of('/'));
  if (path.empty()) return ".";
  for (size_t at = path.rfind('%'); at != std::string::npos;
       at = at == 0 ? at - 1 : path.rfind('%', at - 1)) {
    const int value = std::stoi(path.substr(at + 1, 2), nullptr, 16);
    path.replace(at, 3, 1, static_cast<char>(value));
    if (at == 0) break;
  }
  if (path.find('\0') != std::string::npos) return std::nullopt;
  return path;
}

void play(std::string_view input) {
  const std::string path(input.substr(0, kLongest));
  const std::optional<std::string> name = serve::decode_path(path);
  require(name == second_opinion(path), "it stands for another file");
  if (!name || serve::is_hidden(*name)) return;
  const std::filesystem::path inside = std::filesystem::path("/root/of/it") / ("./" + *name);
  require(inside.lexically_normal().string().starts_with("/root/of/it"),
          "it leads out of the root");
  for (const auto& segment : inside.lexically_relative("/root/of/it")) {
    const std::string text = segment;
    require(!text.starts_with('.') || text == "." || text == ".well-known", "a hidden file");
  }
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, headrace::fuzz::play);
}
