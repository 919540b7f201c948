#ifndef HEADRACE_TESTS_MEMORY_ALLOCATION_COUNTER_H_
#define HEADRACE_TESTS_MEMORY_ALLOCATION_COUNTER_H_

#include <cstddef>

#include "memory/abi.h"

namespace headrace::testing {

// How often the program has called operator new. Linking this library replaces it, except under
// AddressSanitizer, which has its own.
size_t allocations();

// False in builds whose objects allocate more than those that are deployed: checked builds copy
// what they would otherwise only view.
inline constexpr bool kAllocationsCount = !HEADRACE_ASAN && !HEADRACE_HARDENED;

}  // namespace headrace::testing

#endif  // HEADRACE_TESTS_MEMORY_ALLOCATION_COUNTER_H_
