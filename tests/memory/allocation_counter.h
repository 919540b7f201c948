#ifndef HEADRACE_TESTS_MEMORY_ALLOCATION_COUNTER_H_
#define HEADRACE_TESTS_MEMORY_ALLOCATION_COUNTER_H_

#include <cstddef>

#include "headrace/memory/abi.h"

namespace headrace::testing {

// How often the program has called operator new. Linking this library replaces it, except under
// AddressSanitizer and ThreadSanitizer, which have their own.
size_t allocations();

#if defined(__SANITIZE_THREAD__)
#define HEADRACE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HEADRACE_TSAN 1
#endif
#endif
#ifndef HEADRACE_TSAN
#define HEADRACE_TSAN 0
#endif

// False in builds that do not count, and in those whose objects allocate more than what is
// deployed: checked builds copy what they would otherwise only view.
inline constexpr bool kAllocationsCount = !HEADRACE_ASAN && !HEADRACE_TSAN && !HEADRACE_HARDENED;

}  // namespace headrace::testing

#endif  // HEADRACE_TESTS_MEMORY_ALLOCATION_COUNTER_H_
