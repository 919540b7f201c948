#ifndef HEADRACE_TESTS_MEMORY_SCRIBBLE_H_
#define HEADRACE_TESTS_MEMORY_SCRIBBLE_H_

#include <algorithm>
#include <cstring>
#include <variant>

#include "memory/abi.h"
#include "memory/poison.h"

namespace headrace::testing {

template <typename T>
struct LargestAlternative;
template <typename... Alternatives>
struct LargestAlternative<std::variant<Alternatives...>> {
  static constexpr size_t kSize = std::max({sizeof(Alternatives)...});
};

// Overwrites every octet of a recycled variant that was handed back (it holds std::monostate), but
// for its index: what the next one does not write shows. In hardened builds nothing is done: there
// it rests as it was.
template <typename Variant>
void scribble(const Variant* handed_back) {
  if constexpr (HEADRACE_HARDENED != 0) return;
  unpoison(handed_back, sizeof(Variant));
  std::memset(static_cast<void*>(const_cast<Variant*>(handed_back)), 0xa5,
              LargestAlternative<Variant>::kSize);
  poison(handed_back, sizeof(Variant));
}

// In so many places the objects of a recycler are, when each is dropped before the next.
inline constexpr size_t kRecycledPlaces = HEADRACE_ASAN || HEADRACE_HARDENED ? 17 : 1;

}  // namespace headrace::testing

#endif  // HEADRACE_TESTS_MEMORY_SCRIBBLE_H_
