#ifndef HEADRACE_MEMORY_ALIVE_MARK_H_
#define HEADRACE_MEMORY_ALIVE_MARK_H_

#include <cstdint>

#include "headrace/memory/abi.h"

#if HEADRACE_HARDENED
#include <cstdio>
#include <cstdlib>
#endif

namespace headrace {
HEADRACE_ABI_BEGIN

// In hardened builds, a mark that dies with the object that it is a member of, so that an accessor
// called through a stale reference stops the program with a message. In other builds it is empty.
class AliveMark {
 public:
  // The numbers of an event or frame that was handed back are overwritten with these: no stream has
  // this id, and no object this address.
  static constexpr uint32_t kStaleId = 0xdeaddeadu;
  static constexpr uintptr_t kStaleAddress = static_cast<uintptr_t>(0xdeaddeaddeaddeadu);

#if HEADRACE_HARDENED
  AliveMark() = default;
  AliveMark(const AliveMark&) {}
  AliveMark& operator=(const AliveMark&) { return *this; }
  ~AliveMark() {
    if (mark_ == kAlive) mark_ = kDead;
  }
  // The object was handed back. `owner`: the type of its event or frame, a text of static storage.
  void retire(const char* owner) {
    owner_ = owner;
    mark_ = kRetired;
  }
  // Stops the program if `stream_id`, an argument of a command, was read from a stale event.
  static void check_id(uint32_t stream_id) {
    if (stream_id != kStaleId) [[likely]]
      return;
    std::fprintf(stderr, "headrace: the stream_id of an event used after it was dropped\n");
    std::abort();
  }
  void check(const char* what) const {
    if (mark_ == kAlive) [[likely]]
      return;
    std::fprintf(stderr, "headrace: the %s of a %s used after it was dropped; keep() it instead\n",
                 what, mark_ == kRetired ? owner_ : "former event or frame");
    std::abort();
  }

 private:
  static constexpr unsigned kAlive = 0xa11fe000u;
  static constexpr unsigned kRetired = 0xdead0001u;
  static constexpr unsigned kDead = 0xdead0000u;
  // Volatile, because the compiler would drop the destructor's write: no valid program reads it.
  volatile unsigned mark_ = kAlive;
  const char* volatile owner_ = nullptr;
#else
  void retire(const char*) {}
  void check(const char*) const {}
  static void check_id(uint32_t) {}
#endif
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_ALIVE_MARK_H_
