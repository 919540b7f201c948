#ifndef HEADRACE_ADAPTERS_LOOP_RETRIES_H_
#define HEADRACE_ADAPTERS_LOOP_RETRIES_H_

#include <cerrno>
#include <chrono>
#include <thread>

namespace headrace::adapters {

// Whether a system call failed for lack of memory or room, so that it may succeed a little later.
// `error`: an errno value.
inline bool is_shortage(int error) {
  return error == ENOMEM || error == ENOBUFS || error == ENOSPC || error == EAGAIN ||
         error == EBUSY;
}

// Repeats a system call that a loop cannot do without, during a shortage of at most ten seconds.
class Retries {
 public:
  // The call has succeeded.
  void reset() { failures_ = 0; }
  // The call has failed with this errno value. Waits a moment before the caller repeats it. False
  // if repeating is of no use, because this is not a shortage, or it has lasted too long.
  bool pause(int error) {
    if (!is_shortage(error) || ++failures_ > kMost) return false;
    std::this_thread::sleep_for(kPause);
    return true;
  }

 private:
  static constexpr std::chrono::milliseconds kPause{10};
  static constexpr int kMost = 1000;

  int failures_ = 0;  // in a row
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_RETRIES_H_
