#ifndef HEADRACE_PROTOCOL_HTTP2_SENDER_H_
#define HEADRACE_PROTOCOL_HTTP2_SENDER_H_

#include <algorithm>
#include <cstdint>
#include <memory>

#include "headrace/memory/abi.h"
#include "headrace/memory/contract.h"
#include "headrace/protocol/guard/time_point.h"
#include "headrace/protocol/interface/options.h"
#include "headrace/protocol/stream/flow_window.h"
#include "headrace/protocol/stream/priority_scheduler.h"
#include "headrace/protocol/stream/round_robin_scheduler.h"
#include "headrace/protocol/stream/stream.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Decides which stream sends the next DATA frame, and how many octets at most: the send windows
// (RFC 9113 §5.2), the scheduler, and since when the peer's windows keep a stream from sending.
//
// A scheduler has the streams that can send; those without a window are here only. So a scheduler
// knows nothing of windows, and cannot forget a stream.
class Sender {
 public:
  // `custom`: the application's scheduler, which must outlive it; null: the one of `scheduling`.
  Sender(Scheduling scheduling, Scheduler* custom, TimePoint now)
      : scheduler_(custom),
        is_usual_(custom == nullptr && scheduling == Scheduling::kPriority),
        data_left_at_(now) {}
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  // --- Windows.

  // In octets; a stream's may be negative (§6.9.2).
  int64_t window() const { return window_.available(kInitialWindow); }
  int64_t window(const Stream* stream) const { return stream->send.window(base_); }
  // WINDOW_UPDATE. False if the window would exceed 2^31-1; it is unchanged then.
  [[nodiscard]] bool give(uint32_t increment) { return window_.give(kInitialWindow, increment); }
  [[nodiscard]] bool give(Stream* stream, uint32_t increment) {
    SendState& send = stream->send;
    if (!send.window_.give(base_, increment)) return false;
    largest_delta_ = std::max(largest_delta_, send.window_.delta());
    if (send.window_blocked_ && send.window(base_) > 0) unblock(stream);
    return true;
  }
  // The peer's INITIAL_WINDOW_SIZE. `oldest`: of all streams. False if a stream's window exceeds
  // 2^31-1 with it.
  [[nodiscard]] bool set_base(uint32_t size, const Stream* oldest) {
    base_ = size;
    return largest_delta_ + size <= kMaxWindow || check_windows(oldest);
  }
  // Follows set_base(), after the last one of a SETTINGS frame: streams can send now, or cannot any
  // more. Returns whether there were any that had something to send, so that it took time.
  bool base_moved(Stream* oldest) {
    if (size_ == 0) return false;
    look_at_windows(oldest);
    return true;
  }

  // --- Turns.

  // The stream has something to send. No effect if it had before.
  void add(Stream* stream, TimePoint now);
  // It has nothing to send. No effect if it had nothing before.
  void remove(Stream* stream) {
    SendState& send = stream->send;
    if (!send.has_something()) return;
    --size_;
    send.window_blocked_ = false;
    if (send.ready_) withdraw(stream);
  }
  void set_priority(Stream* stream, const Priority& priority);

  // Streams that have something to send.
  uint32_t size() const { return size_; }
  // The stream that sends next, or null.
  Stream* next() const {
    if (ready_ == 0) return nullptr;
    // (The usual one is called directly.)
    auto* stream = static_cast<Stream*>(is_usual_ ? usual()->next() : scheduler_->next());
    HEADRACE_EXPECTS(stream != nullptr && stream->send.ready_, "Scheduler::next()",
                     "one of the streams that were added and not removed since",
                     {"stream_id", stream == nullptr ? 0 : stream->id}, {"streams", ready_});
    return stream;
  }
  bool can_send() const { return next() != nullptr && window() > 0; }
  // The octets that both windows let a stream send; next() may send at least one, if can_send().
  int64_t allowed(const Stream* stream) const { return std::min(window(stream), window()); }
  // `size` octets of DATA of the stream that next() returned were written.
  void sent(Stream* stream, uint32_t size, TimePoint now) {
    is_usual_ ? usual()->took_turn(stream) : scheduler_->took_turn(stream);
    stream->send.window_.take(size);
    window_.take(size);
    stream->send.waiting_since_ = now;
  }
  // The stream has more to send. True if its window is used up: departed() must be called when the
  // transport has taken what was written.
  [[nodiscard]] bool block_if_used_up(Stream* stream) {
    if (window(stream) > 0) return false;
    block(stream);
    ++stream->send.unsent_marks_;
    return true;
  }

  // Frees memory that is not in use.
  void trim() {
    if (ready_ > 0 || built_in_ == nullptr) return;
    built_in_.reset();
    scheduler_ = nullptr;
  }

  // --- Stalls: since when the peer's windows, and nothing else, keep a stream from sending. The
  // peer can only give credit for what it has received, so the time starts when the transport has
  // taken the last DATA.

  void departed(Stream* stream, TimePoint now) {
    if (--stream->send.unsent_marks_ == 0) stream->send.waiting_since_ = now;
  }
  // The transport has taken DATA of some stream.
  void data_left(TimePoint now) { data_left_at_ = now; }
  TimePoint data_left_at() const { return data_left_at_; }
  // No stream has been stalled for longer. A bound: sending does not update it, so that it costs
  // nothing there.
  TimePoint stalled_since() const { return stalled_since_; }
  // Calls `stalled(Stream*, TimePoint since)` for each stream that has been stalled for `timeout`,
  // which may close it. `moved`: when the transport last took octets while others waited.
  template <typename Stalled>
  void for_each_stalled(Stream* oldest, TimePoint::duration timeout, TimePoint moved, TimePoint now,
                        Stalled stalled) {
    stalled_since_ = TimePoint::max();
    for (Stream *stream = oldest, *next; stream != nullptr; stream = next) {
      next = StreamList<&Stream::live>::after(stream);
      if (!stream->send.has_something()) continue;
      const TimePoint since = stalled_since(stream, moved, now);
      if (since + timeout > now) {
        stalled_since_ = std::min(stalled_since_, since);
      } else {
        stalled(stream, since);
      }
    }
  }

 private:
  [[nodiscard]] bool check_windows(const Stream* oldest);
  void look_at_windows(Stream* oldest);
  TimePoint stalled_since(const Stream* stream, TimePoint moved, TimePoint now) const;
  void block(Stream* stream) {
    if (stream->send.ready_) withdraw(stream);
    stream->send.window_blocked_ = true;
  }
  void unblock(Stream* stream);
  void make_ready(Stream* stream);
  void withdraw(Stream* stream) {
    stream->send.ready_ = false;
    --ready_;
    scheduler_->remove(stream);
  }

  PriorityScheduler* usual() const { return static_cast<PriorityScheduler*>(scheduler_); }
  void make_scheduler();

  std::unique_ptr<Scheduler> built_in_;  // made when the first stream is ready
  Scheduler* scheduler_;                 // that, or the custom one; null: not made yet
  const bool is_usual_;                  // it is a PriorityScheduler of ours
  FlowWindow window_;
  uint32_t base_ = kInitialWindow;
  uint32_t size_ = 0;          // streams that have something to send
  uint32_t ready_ = 0;         // of them, those that are with the scheduler
  int64_t largest_delta_ = 0;  // no stream's window is further above its base
  TimePoint stalled_since_ = TimePoint::max();
  TimePoint data_left_at_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_SENDER_H_
