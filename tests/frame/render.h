#ifndef HEADRACE_TESTS_FRAME_RENDER_H_
#define HEADRACE_TESTS_FRAME_RENDER_H_

#include <string>

#include "headrace/protocol/frame/frame.h"
#include "tests/reference/frames.h"

namespace headrace::testing {

// A frame as one line of text, all that it holds: ours, and the reference codec's, for comparison.
std::string render(const Frame& frame);
std::string render(const reference::Frame& frame);

}  // namespace headrace::testing

#endif  // HEADRACE_TESTS_FRAME_RENDER_H_
