#ifndef HEADRACE_PROTOCOL_STREAM_SEND_QUEUE_H_
#define HEADRACE_PROTOCOL_STREAM_SEND_QUEUE_H_

#include <cstdint>
#include <variant>

#include "headrace/memory/abi.h"
#include "headrace/memory/contract.h"
#include "headrace/protocol/stream/priority_scheduler.h"
#include "headrace/protocol/stream/round_robin_scheduler.h"
#include "headrace/protocol/stream/stream.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The streams that have something to send: those that can are with the scheduler, which says who is
// next; the others wait here for their own window. A scheduler so knows nothing of windows, and
// cannot let a stream be forgotten.
class SendQueue {
 public:
  // `custom`: the application's scheduler, which must outlive the queue; null: the one of
  // `scheduling`.
  SendQueue(Scheduling scheduling, Scheduler* custom) : scheduler_(custom) {
    if (scheduler_ != nullptr) return;
    scheduler_ = scheduling == Scheduling::kPriority
                     ? static_cast<Scheduler*>(&built_in_.emplace<PriorityScheduler>())
                     : &built_in_.emplace<RoundRobinScheduler>();
  }
  SendQueue(const SendQueue&) = delete;
  SendQueue& operator=(const SendQueue&) = delete;

  // It has something to send, whether it can or not.
  static bool contains(const Stream* stream) { return stream->ready || stream->window_blocked; }

  // The stream has something to send. No effect when it is here already.
  void add(Stream* stream) {
    if (contains(stream)) return;
    ++size_;
    make_ready(stream);
  }
  // It has nothing to send any more. No effect when it is not here.
  void remove(Stream* stream) {
    if (!contains(stream)) return;
    --size_;
    stream->window_blocked = false;
    if (stream->ready) withdraw(stream);
  }
  // Its window is used up.
  void block(Stream* stream) {
    if (!contains(stream)) ++size_;
    if (stream->ready) withdraw(stream);
    stream->window_blocked = true;
  }
  // Its window has opened. No effect unless it waited for that.
  void unblock(Stream* stream) {
    if (!stream->window_blocked) return;
    stream->window_blocked = false;
    make_ready(stream);
  }
  // Every window has moved (INITIAL_WINDOW_SIZE changed). `oldest`: of all streams.
  // `is_open(const Stream*)`: it can send. Requests that wait to be sent, the newest streams and
  // perhaps very many, are not gone through.
  template <typename IsOpen>
  void windows_moved(Stream* oldest, IsOpen is_open) {
    uint32_t left = size_;
    for (Stream* stream = oldest; left > 0 && stream != nullptr;
         stream = StreamList<&Stream::live>::after(stream)) {
      if (!contains(stream)) continue;
      --left;
      if (is_open(stream)) {
        unblock(stream);
      } else {
        block(stream);
      }
    }
  }
  void set_priority(Stream* stream, const Priority& priority) {
    if (stream->priority == priority) return;
    if (!stream->ready) {
      stream->priority = priority;
      return;
    }
    scheduler_->remove(stream);
    stream->priority = priority;
    scheduler_->add(stream);
  }

  // Streams that have something to send.
  uint32_t size() const { return size_; }
  // Whose turn it is, or null.
  Stream* next() const {
    if (ready_ == 0) return nullptr;
    auto* stream = static_cast<Stream*>(scheduler_->next());
    HEADRACE_EXPECTS(stream != nullptr && stream->ready, "Scheduler::next()",
                     "one of the streams that were added and not removed since",
                     {"stream_id", stream == nullptr ? 0 : stream->id}, {"streams", ready_});
    return stream;
  }
  // It had its turn.
  void took_turn(Stream* stream) { scheduler_->took_turn(stream); }

 private:
  void make_ready(Stream* stream) {
    stream->ready = true;
    ++ready_;
    scheduler_->add(stream);
  }
  void withdraw(Stream* stream) {
    stream->ready = false;
    --ready_;
    scheduler_->remove(stream);
  }

  std::variant<std::monostate, RoundRobinScheduler, PriorityScheduler> built_in_;
  Scheduler* scheduler_;
  uint32_t size_ = 0;   // streams that are here
  uint32_t ready_ = 0;  // of them, those that are with the scheduler
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_SEND_QUEUE_H_
