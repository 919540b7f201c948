#ifndef HEADRACE_MEMORY_POISON_H_
#define HEADRACE_MEMORY_POISON_H_

#include <cstddef>

#include "headrace/memory/abi.h"

#if HEADRACE_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace headrace {
HEADRACE_ABI_BEGIN

// Marks storage that was handed back but not freed: AddressSanitizer reports each access to it.
inline void poison([[maybe_unused]] const void* storage, [[maybe_unused]] size_t size) {
#if HEADRACE_ASAN
  __asan_poison_memory_region(storage, size);
#endif
}
inline void unpoison([[maybe_unused]] const void* storage, [[maybe_unused]] size_t size) {
#if HEADRACE_ASAN
  __asan_unpoison_memory_region(storage, size);
#endif
}

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_POISON_H_
