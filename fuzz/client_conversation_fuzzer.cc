#include <cstdint>
#include <string_view>

#include "fuzz/balanced.h"
#include "fuzz/conversation/conversation.h"

// A client connection, a server that mostly means well and an application: the input says what each
// of them does. It is played in both allocation modes, with the server's bytes cut differently and
// events handled in every way that is allowed; the application must hear and the server must see
// the same each time, and both see to it that the other side keeps to the rules.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, [](std::string_view input) {
    using headrace::fuzz::Conversation;
    headrace::fuzz::play_in_every_style(headrace::Role::kClient, Conversation::Speech::kFrames,
                                        input);
  });
}
