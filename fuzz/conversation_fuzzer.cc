#include <cstdint>
#include <string_view>

#include "fuzz/conversation/conversation.h"
#include "fuzz/conversation/require.h"

// A server connection, a client that mostly means well and an application: the input says what each
// of them does. It is played in both allocation modes, with the client's bytes cut differently and
// events handled in every way that is allowed; the application must hear and the client must see
// the same each time, and both see to it that the other side keeps to the rules.

using headrace::Allocation;
using headrace::fuzz::Conversation;
using headrace::fuzz::Outcome;
using headrace::fuzz::require;
using headrace::fuzz::Style;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const Outcome first = Conversation(input, {}).play();
  for (const Style& style : {
           Style{.allocation = Allocation::kFresh},
           Style{.allocation = Allocation::kReuse, .largest_piece = 100, .leaves_early = true},
           Style{.allocation = Allocation::kReuse, .nests = true, .holds = true},
           Style{.allocation = Allocation::kFresh,
           .largest_piece = 3000,
           .leaves_early = true,
           .holds = true},
       }) {
    const Outcome other = Conversation(input, style).play();
    if (!first.comparable) continue;
    require(other.events == first.events, "the events differ");
    require(other.output == first.output, "the output differs");
  }
  return 0;
}
