#ifndef HEADRACE_PROTOCOL_INTERFACE_ENTRY_GUARD_H_
#define HEADRACE_PROTOCOL_INTERFACE_ENTRY_GUARD_H_

#include "headrace/memory/abi.h"
#include "headrace/memory/contract.h"

#if HEADRACE_HARDENED
#include <atomic>
#endif

namespace headrace {
HEADRACE_ABI_BEGIN

// In hardened builds, records which thread is in which function of a connection, and stops the
// program if
//
// - a function is called while another one of the same connection runs, that is, from
//   BodySource::fill(), a FrameObserver, a PaddingPolicy or a Scheduler;
// - two threads are in functions of the same connection at the same time. Between two calls, or two
//   steps of a range, a connection may be used by another thread if the threads synchronise.
//
// In other builds it is empty.
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
    ~Entry() {}  // not trivial, so that compilers do not warn of an unused variable
#endif
   public:
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
  };

#if HEADRACE_HARDENED
 private:
  // Identifies a thread by the address of a thread-local variable.
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

  std::atomic<const void*> inside_ = nullptr;  // the thread that is in a function
  std::atomic<const char*> function_ = "";
#endif
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_ENTRY_GUARD_H_
