#include "fuzz/balanced.h"

namespace {

thread_local ptrdiff_t live = 0;

}  // namespace

// Of AddressSanitizer and MemorySanitizer; null in other builds.
extern "C" {
__attribute__((weak)) size_t __sanitizer_get_allocated_size(const volatile void* block);
// They are called after each allocation and before each release, by the thread that does it.
__attribute__((weak)) int __sanitizer_install_malloc_and_free_hooks(
    void (*allocated)(const volatile void* block, size_t size),
    void (*released)(const volatile void* block));
}

namespace headrace::fuzz {
namespace {

ptrdiff_t weight(const volatile void* block) {
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
  return block != nullptr ? 1 : 0;
#endif
#endif
  return block != nullptr ? static_cast<ptrdiff_t>(__sanitizer_get_allocated_size(block)) : 0;
}

// (What was allocated before is released with its weight, too: only differences say anything.)
[[maybe_unused]] const bool installed =
    __sanitizer_install_malloc_and_free_hooks != nullptr &&
    __sanitizer_install_malloc_and_free_hooks(
        [](const volatile void* block, size_t) { live += weight(block); },
        [](const volatile void* block) { live -= weight(block); }) != 0;

}  // namespace

bool heap_is_counted() { return installed; }
ptrdiff_t live_on_this_thread() { return live; }

}  // namespace headrace::fuzz
