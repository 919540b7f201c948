#ifndef HEADRACE_TESTS_TRANSCRIPT_FRAME_TEXT_H_
#define HEADRACE_TESTS_TRANSCRIPT_FRAME_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/reference/frames.h"
#include "tests/transcript/item.h"

namespace headrace::transcript {

// Frames (RFC 9113 §4, §6) between text and bytes, with the reference codec.
// docs/transcripts.md says how each frame is written.

// Appends the bytes of a `<` line, which may be wrong in every way that a peer can be wrong.
bool encode_frame(const Item& item, std::string* bytes, std::string* error);
// The same for `< raw 000000 f0 "text"`; `line` is what follows `raw`.
bool encode_raw(std::string_view line, std::string* bytes, std::string* error);

// How a transcript writes the frame. A field block is not looked at here.
Item describe_frame(const reference::Frame& frame);

// An error code stands as a word, or as a number where it has no name.
void add_error_code(uint32_t code, Item* item);

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_FRAME_TEXT_H_
