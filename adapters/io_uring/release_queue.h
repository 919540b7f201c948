#ifndef HEADRACE_ADAPTERS_IO_URING_RELEASE_QUEUE_H_
#define HEADRACE_ADAPTERS_IO_URING_RELEASE_QUEUE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace headrace::adapters {

// A connection's sends, in order, until their memory is released. The kernel releases a zero-copy
// send some time after it took the bytes, perhaps after a later send, but Connection::released()
// must be called in order.
class ReleaseQueue {
 public:
  // A send took `size` octets. `held`: the kernel reads them until done(send).
  void push(uint32_t send, size_t size, bool held) { sends_.push_back({send, size, held}); }
  void done(uint32_t send) {
    const auto found =
        std::ranges::find_if(sends_, [=](const Send& s) { return s.held && s.id == send; });
    if (found != sends_.end()) found->held = false;
  }
  // The octets that were released since the last call.
  size_t take_released() {
    const auto held = std::ranges::find_if(sends_, [](const Send& s) { return s.held; });
    size_t size = 0;
    for (auto send = sends_.begin(); send != held; ++send) size += send->size;
    sends_.erase(sends_.begin(), held);
    return size;
  }

 private:
  struct Send {
    uint32_t id;
    size_t size;
    bool held;
  };
  std::vector<Send> sends_;  // a handful
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_IO_URING_RELEASE_QUEUE_H_
