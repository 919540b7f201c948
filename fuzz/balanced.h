#ifndef HEADRACE_FUZZ_BALANCED_H_
#define HEADRACE_FUZZ_BALANCED_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/require.h"

namespace headrace::fuzz {

// What this thread has allocated and not freed since it began: octets, or blocks under
// MemorySanitizer (which does not tell of a block that grows where it stands). It stays 0 in builds
// without a sanitizer. Other threads do not count: libFuzzer's own, which watches the process's
// memory, allocates when it starts, and on a busy machine that may be in the middle of a case.
ptrdiff_t live_on_this_thread();

// Whether this build does that.
bool heap_is_counted();

// Plays a case, and sees to it that nothing is left of it on the heap, reachable or not. (That
// every reservation is back is for Ledger's destructor to see to.)
template <typename Play>
int play_balanced(const uint8_t* data, size_t size, Play play) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const ptrdiff_t before = live_on_this_thread();
  play(input);
  const ptrdiff_t after = live_on_this_thread();
  if (after <= before) return 0;
  // What is made once and stays, a table of names say, is not made again.
  play(input);
  require(live_on_this_thread() <= after, "the heap holds more after a case than before");
  return 0;
}

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_BALANCED_H_
