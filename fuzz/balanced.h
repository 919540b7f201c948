#ifndef HEADRACE_FUZZ_BALANCED_H_
#define HEADRACE_FUZZ_BALANCED_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/require.h"

// Of AddressSanitizer and MemorySanitizer; null in other builds.
extern "C" __attribute__((weak)) size_t __sanitizer_get_current_allocated_bytes();

namespace headrace::fuzz {

// Plays a case, and sees to it that nothing is left of it on the heap, reachable or not. (That
// every reservation is back is for Ledger's destructor to see to.)
template <typename Play>
int play_balanced(const uint8_t* data, size_t size, Play play) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto live = [] {
    return __sanitizer_get_current_allocated_bytes == nullptr
               ? size_t{0}
               : __sanitizer_get_current_allocated_bytes();
  };
  const size_t before = live();
  play(input);
  const size_t after = live();
  if (after <= before) return 0;
  // What is made once and stays, a table of names say, is not made again.
  play(input);
  require(live() <= after, "the heap holds more after a case than before");
  return 0;
}

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_BALANCED_H_
