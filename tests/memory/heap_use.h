#ifndef HEADRACE_TESTS_MEMORY_HEAP_USE_H_
#define HEADRACE_TESTS_MEMORY_HEAP_USE_H_

#include <cstddef>

namespace headrace::testing {

// How much of the heap is held by what was allocated between enter() and leave(), wherever it is
// freed. Linking this library replaces operator new, except under sanitizers. For one thread.
class HeapUse {
 public:
  // False: this build does not count.
  static bool counts();
  static void enter();
  static void leave();
  static size_t live();
  // The number of blocks that `live()` octets are in.
  static size_t live_blocks();
  static size_t peak();
  // The peak is what is live now.
  static void reset_peak();
  // realloc() of a block of operator new, or of null. Only where counts().
  static void* resize(void* block, size_t size);
};

}  // namespace headrace::testing

#endif  // HEADRACE_TESTS_MEMORY_HEAP_USE_H_
