#ifndef HEADRACE_TESTS_MEMORY_SCRIBBLE_H_
#define HEADRACE_TESTS_MEMORY_SCRIBBLE_H_

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <variant>

#include "headrace/memory/abi.h"
#include "headrace/memory/recycler.h"

namespace headrace::testing {

template <typename T>
struct LargestAlternative;
template <typename... Alternatives>
struct LargestAlternative<std::variant<Alternatives...>> {
  static constexpr size_t kSize = std::max({sizeof(Alternatives)...});
};

// Overwrites every octet of a recycled variant that was handed back (it holds std::monostate), but
// for its index: what the next one does not write shows. Not in checked builds: there it rests as
// it was, or was freed.
template <typename Variant>
void scribble(const Variant* handed_back) {
  if constexpr (HEADRACE_HARDENED != 0 || HEADRACE_ASAN != 0) return;
  std::memset(static_cast<void*>(const_cast<Variant*>(handed_back)), 0xa5,
              LargestAlternative<Variant>::kSize);
}

// In at most so many places the objects of a recycler are, when each is dropped before the next.
template <typename Variant>
inline constexpr size_t kRecycledPlaces =
    HEADRACE_ASAN ? SIZE_MAX : 1 + Recycler<Variant>::kQuarantine;

}  // namespace headrace::testing

#endif  // HEADRACE_TESTS_MEMORY_SCRIBBLE_H_
