#ifndef HEADRACE_FUZZ_STORY_H_
#define HEADRACE_FUZZ_STORY_H_

#include <cstdio>
#include <cstdlib>
#include <string>

namespace headrace::fuzz {

// A case is told line by line, for whoever looks into what was found: HEADRACE_TELL is set.
inline bool is_told() {
  static const bool told = std::getenv("HEADRACE_TELL") != nullptr;
  return told;
}

// `<` came in, `>` goes out, `!` is an event, `.` is what the case does.
inline void tell(char kind, const std::string& what) {
  std::fprintf(stderr, "%c %s\n", kind, what.c_str());
}

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_STORY_H_
