#ifndef HEADRACE_PROTOCOL_STREAM_SCHEDULER_H_
#define HEADRACE_PROTOCOL_STREAM_SCHEDULER_H_

#include "memory/abi.h"
#include "protocol/stream/stream.h"

namespace headrace::inline HEADRACE_ABI {

// Which stream sends next: plain round robin, a frame a turn. Streams that have something to send
// are in one of two lists: ready, or blocked by their own window.
class Scheduler {
 public:
  // The stream has something to send. No effect when it is queued already.
  void add(Stream* stream) {
    if (!Ready::contains(stream)) ready_.push_back(stream);
  }
  // Its window is used up.
  void block(Stream* stream) {
    ready_.remove(stream);
    blocked_.push_back(stream);
    stream->window_blocked = true;
  }
  // Its window has opened.
  void unblock(Stream* stream) {
    if (!stream->window_blocked) return;
    blocked_.remove(stream);
    stream->window_blocked = false;
    ready_.push_back(stream);
  }
  // Every window has moved (INITIAL_WINDOW_SIZE changed). `is_open(const Stream*)`: it can send.
  template <typename IsOpen>
  void windows_moved(IsOpen is_open) {
    for (Stream *stream = blocked_.front(), *next; stream != nullptr; stream = next) {
      next = Ready::after(stream);
      if (is_open(stream)) unblock(stream);
    }
    for (Stream *stream = ready_.front(), *next; stream != nullptr; stream = next) {
      next = Ready::after(stream);
      if (!is_open(stream)) block(stream);
    }
  }
  void remove(Stream* stream) {
    if (!Ready::contains(stream)) return;
    (stream->window_blocked ? blocked_ : ready_).remove(stream);
    stream->window_blocked = false;
  }
  // Whose turn it is, or null.
  Stream* next() const { return ready_.front(); }
  // It had its turn.
  void rotate(Stream* stream) {
    ready_.remove(stream);
    ready_.push_back(stream);
  }

 private:
  using Ready = StreamList<&Stream::schedule>;
  Ready ready_;
  Ready blocked_;
};

}  // namespace headrace::inline HEADRACE_ABI

#endif  // HEADRACE_PROTOCOL_STREAM_SCHEDULER_H_
