#ifndef HEADRACE_ADAPTERS_LOOP_RETRIES_H_
#define HEADRACE_ADAPTERS_LOOP_RETRIES_H_

#include <cerrno>
#include <chrono>
#include <thread>

namespace headrace::adapters {

// The system had no memory for a call, or no room: the same call may succeed a little later.
// `error`: an errno value.
inline bool is_shortage(int error) {
  return error == ENOMEM || error == ENOBUFS || error == ENOSPC || error == EAGAIN ||
         error == EBUSY;
}

// For a call that a loop cannot go on without: a shortage of the system's is waited out, for ten
// seconds at most.
class Retries {
 public:
  // The call has succeeded.
  void reset() { failures_ = 0; }
  // The call has failed with this errno value. Waits a moment, so that trying again is no busy
  // loop. False: that is of no use, since it is no shortage, or lasts too long.
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
