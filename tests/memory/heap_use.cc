#include "tests/memory/heap_use.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include "tests/memory/allocation_counter.h"

namespace headrace::testing {
namespace {

// In front of every block; as large as the strictest alignment.
struct alignas(16) Head {
  size_t size;
  bool counted;
};

bool entered = false;
size_t live_octets = 0;
size_t peak_octets = 0;
size_t blocks = 0;

}  // namespace

bool HeapUse::counts() { return !HEADRACE_ASAN && !HEADRACE_TSAN; }
void HeapUse::enter() { entered = true; }
void HeapUse::leave() { entered = false; }
size_t HeapUse::live() { return live_octets; }
size_t HeapUse::live_blocks() { return blocks; }
size_t HeapUse::peak() { return peak_octets; }
void HeapUse::reset_peak() { peak_octets = live_octets; }
void* HeapUse::resize(void* block, size_t size) {
  void* larger = ::operator new(size);
  if (block == nullptr) return larger;
  std::memcpy(larger, block, std::min(size, (static_cast<Head*>(block) - 1)->size));
  ::operator delete(block);
  return larger;
}

}  // namespace headrace::testing

#if !HEADRACE_ASAN && !HEADRACE_TSAN
void* operator new(size_t size) {
  using namespace headrace::testing;
  auto* head = static_cast<Head*>(std::malloc(sizeof(Head) + size));
  if (head == nullptr) std::abort();
  *head = {size, entered};
  if (entered) {
    peak_octets = std::max(peak_octets, live_octets += size);
    ++blocks;
  }
  return head + 1;
}
void operator delete(void* storage) noexcept {
  using namespace headrace::testing;
  if (storage == nullptr) return;
  Head* head = static_cast<Head*>(storage) - 1;
  if (head->counted) {
    live_octets -= head->size;
    --blocks;
  }
  std::free(head);
}
void operator delete(void* storage, size_t) noexcept { ::operator delete(storage); }
#endif
