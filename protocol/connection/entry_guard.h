#ifndef HEADRACE_PROTOCOL_CONNECTION_ENTRY_GUARD_H_
#define HEADRACE_PROTOCOL_CONNECTION_ENTRY_GUARD_H_

#include "headrace/memory/abi.h"
#include "headrace/memory/contract.h"

#if HEADRACE_HARDENED
#include <atomic>
#endif

namespace headrace {
HEADRACE_ABI_BEGIN

// In hardened builds: who is inside a connection's functions. It stops the program when
//
// - a function is called while another one of the same connection runs: from BodySource::fill(), a
//   FrameObserver, a PaddingPolicy or a Scheduler, which are called in the middle of its work;
// - two threads are inside at the same time. Between two calls, two steps of a range among them, a
//   connection may change threads, if these wait for each other.
//
// Elsewhere it is empty and costs nothing.
class EntryGuard {
 public:
  // One call of `function`, whose name is of static storage.
  class Entry {
   public:
#if HEADRACE_HARDENED
    Entry(EntryGuard& guard, const char* function) : guard_(guard) { guard.enter(function); }
    ~Entry() { guard_.leave(); }

   private:
    EntryGuard& guard_;
#else
    Entry(EntryGuard&, const char*) {}
    ~Entry() {}  // (not trivial: it is no unused variable)
#endif
   public:
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
  };

#if HEADRACE_HARDENED
 private:
  // A thread is known by the address of something that each has for itself.
  static const void* this_thread() {
    static thread_local const char mark = 0;
    return &mark;
  }
  void enter(const char* function) {
    const void* const thread = this_thread();
    const void* inside = nullptr;
    if (!inside_.compare_exchange_strong(inside, thread)) {
      HEADRACE_EXPECTS(inside != thread, function,
                       "not from inside another function of the same connection (as from a "
                       "BodySource, FrameObserver, PaddingPolicy or Scheduler)",
                       {"inside", function_.load()});
      HEADRACE_EXPECTS(inside == thread, function, "not by two threads at the same time",
                       {"inside", function_.load()});
    }
    function_ = function;
  }
  void leave() { inside_ = nullptr; }

  std::atomic<const void*> inside_ = nullptr;  // the thread
  std::atomic<const char*> function_ = "";
#endif
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_CONNECTION_ENTRY_GUARD_H_
