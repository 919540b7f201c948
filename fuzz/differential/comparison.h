#ifndef HEADRACE_FUZZ_DIFFERENTIAL_COMPARISON_H_
#define HEADRACE_FUZZ_DIFFERENTIAL_COMPARISON_H_

#include <string>
#include <string_view>
#include <vector>

#include "fuzz/differential/observed.h"
#include "fuzz/differential/setup.h"
#include "tests/reference/frames.h"

namespace headrace::fuzz {

// The input of one step, and what each library made of it.
struct Step {
  Role role;
  // A frame; or a field block, HEADERS or PUSH_PROMISE with what follows it up to END_HEADERS or to
  // a frame that interrupts it. Of the input's last step the last frame may be cut off.
  std::vector<reference::Frame> frames;
  bool used;         // the first frame's stream, by HEADERS or PUSH_PROMISE of either side
  bool reset;        // it, by us
  std::string head;  // the final response's or the request's on it that came before, or nothing
  Observed ours;
  Observed theirs;

  const reference::Frame& first() const { return frames.front(); }
};

// A way in which libnghttp2 differs that the RFC explains.
struct Difference {
  const char* name;
  const char* section;
  const char* reason;
  bool (*explains)(const Step& step);
};

// Plays the input (an octet of Setup, then what the peer says behind its preface) to both
// libraries, step by step; to ours in both allocation modes too, once octet by octet. Null: they
// agree until one of them ends the connection or a limit of ours is reached. Otherwise: how they
// differ first, behind which nothing can be compared. Stops the program when no Difference explains
// it.
const Difference* compare(Role role, std::string_view input);

// differences.cc
const std::vector<Difference>& differences();

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_DIFFERENTIAL_COMPARISON_H_
