#ifndef HEADRACE_MEMORY_POISON_H_
#define HEADRACE_MEMORY_POISON_H_

#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include "memory/abi.h"

#if HEADRACE_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace headrace::inline HEADRACE_ABI {

// Storage that was handed back but not freed: under AddressSanitizer touching it is a report.
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

// In hardened builds: a mark that dies with the object it is a member of, so that an accessor
// called through a stale reference stops the program with a message. Elsewhere it is empty.
class AliveMark {
 public:
#if HEADRACE_HARDENED
  AliveMark() = default;
  AliveMark(const AliveMark&) {}
  AliveMark& operator=(const AliveMark&) { return *this; }
  ~AliveMark() { mark_ = kDead; }
  void check(const char* what) const {
    if (mark_ == kAlive) return;
    std::fprintf(stderr, "headrace: %s used after its event was dropped; keep() it instead\n",
                 what);
    std::abort();
  }

 private:
  static constexpr unsigned kAlive = 0xa11fe000u;
  static constexpr unsigned kDead = 0xdead0000u;
  volatile unsigned mark_ = kAlive;
#else
  void check(const char*) const {}
#endif
};

}  // namespace headrace::inline HEADRACE_ABI

#endif  // HEADRACE_MEMORY_POISON_H_
