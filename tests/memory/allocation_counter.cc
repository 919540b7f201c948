#include "tests/memory/allocation_counter.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace headrace::testing {
namespace {
std::atomic<size_t> count{0};
}  // namespace

size_t allocations() { return count; }

}  // namespace headrace::testing

#if !HEADRACE_ASAN && !HEADRACE_TSAN
void* operator new(size_t size) {
  ++headrace::testing::count;
  if (void* storage = std::malloc(size == 0 ? 1 : size)) return storage;
  std::abort();
}
void operator delete(void* storage) noexcept { std::free(storage); }
void operator delete(void* storage, size_t) noexcept { std::free(storage); }
#endif
