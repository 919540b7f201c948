#include <cstdint>
#include <string_view>

#include "fuzz/balanced.h"
#include "fuzz/conversation/conversation.h"

// A peer that may say anything to a server whose application does a little of everything; see
// conversation_fuzzer.cc for how it is played and what must hold.
//
// Input: how many octets are drawn from (one octet), those (options, the application's plan, its
// commands and how much the peer says between them), then what follows the peer's preface with
// its empty SETTINGS.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, [](std::string_view input) {
    using headrace::fuzz::Conversation;
    headrace::fuzz::play_in_every_style(headrace::Role::kServer, Conversation::Speech::kRaw, input);
  });
}
