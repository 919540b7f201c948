#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/balanced.h"
#include "fuzz/require.h"
#include "tests/transcript/transcript.h"

// Any text, as a transcript: it is refused with a reason, or read; then what is printed of it is
// read again and comes to the same.
//
// Input: the text.

namespace {

using headrace::fuzz::require;
using headrace::transcript::format_item;
using headrace::transcript::Item;
using headrace::transcript::Line;
using headrace::transcript::parse_transcript;
using headrace::transcript::Transcript;
using headrace::transcript::Turn;

std::string print(char sign, const Item& item) {
  return std::string(1, sign) + " " + format_item(item, /*shown=*/std::string::npos) + "\n";
}

std::string print(char sign, const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) text += print(sign, line.item);
  return text;
}

std::string print(const Turn& turn) {
  std::string text;
  switch (turn.kind) {
    case Turn::Kind::kStart:
      break;
    case Turn::Kind::kInput:
      text = print('<', turn.sent);
      break;
    case Turn::Kind::kEndOfInput:
      text = turn.in_order ? "< EOF\n" : "< RESET\n";
      break;
    case Turn::Kind::kCommand:
      text = print('!', turn.command);
      break;
    case Turn::Kind::kTime:
      text = "@ ";
      text += turn.elapsed.count() < 0 ? "" : "+";
      text += std::to_string(turn.elapsed.count()) + "ns\n";
      break;
  }
  if (turn.result.has_value()) text += print('?', turn.result->item);
  return text + print('>', turn.output) + print('=', turn.events) + print('?', turn.checks);
}

// Everything but the options, which no program prints.
std::string print(const Transcript& transcript) {
  std::string text = transcript.role == headrace::Role::kClient ? "role client\n" : "role server\n";
  if (transcript.is_exact) text += "exact\n";
  for (const Turn& turn : transcript.turns) text += print(turn);
  return text;
}

void read_and_print(std::string_view text) {
  Transcript first;
  std::string error;
  if (!parse_transcript(text, "text", &first, &error)) {
    require(!error.empty(), "it is refused without a reason");
    return;
  }
  const std::string printed = print(first);
  Transcript second;
  if (!parse_transcript(printed, "printed", &second, &error)) {
    std::fprintf(stderr, "%s\n%s", error.c_str(), printed.c_str());
    require(false, "what is printed cannot be read");
  }
  require(print(second) == printed, "what is printed reads otherwise");
  require(second.turns.size() == first.turns.size(), "another number of turns");
  for (size_t i = 0; i < first.turns.size(); ++i) {
    require(second.turns[i].input == first.turns[i].input, "other input");
    require(second.turns[i].boundaries == first.turns[i].boundaries, "other boundaries");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, read_and_print);
}
