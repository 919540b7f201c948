#ifndef HEADRACE_FUZZ_REQUIRE_H_
#define HEADRACE_FUZZ_REQUIRE_H_

#include <cstdio>
#include <cstdlib>

namespace headrace::fuzz {

// What must hold whatever the input says; a fuzzer takes the abort for a crash.
inline void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_REQUIRE_H_
