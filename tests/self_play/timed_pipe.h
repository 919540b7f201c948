#ifndef HEADRACE_TESTS_SELF_PLAY_TIMED_PIPE_H_
#define HEADRACE_TESTS_SELF_PLAY_TIMED_PIPE_H_

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "headrace/protocol/guard/time_point.h"
#include "tests/self_play/wire.h"

namespace headrace::self_play {

// One direction of a transport that has room for so many octets, which are underway for a while.
class TimedPipe {
 public:
  TimedPipe(size_t room, TimePoint::duration latency) : room_(room), latency_(latency) {}

  // --- The sender's end.

  size_t room() const { return discards_ ? 1 << 20 : room_ - std::min(room_, wire_.size()); }
  void send(std::string_view octets, TimePoint now) {
    if (discards_ || octets.empty()) return;
    wire_.send(octets, now + latency_);
    arrivals_.push_back(now + latency_);
  }
  void close(TimePoint now, bool in_order) {
    in_order_ = in_order;
    wire_.close(now + latency_);
  }

  // --- The receiver's end.

  size_t available(TimePoint now) const { return wire_.available(reached(now)); }
  std::string take(size_t size) { return wire_.take(size); }
  bool at_end(TimePoint now) const { return !stopped_ && wire_.at_end(now); }
  bool in_order() const { return in_order_; }
  TimePoint next_due(TimePoint now) const {
    return stopped_ ? TimePoint::max() : wire_.next_due(now);
  }
  // When octets have arrived last, read or not; min() if none have.
  TimePoint last_arrival(TimePoint now) {
    for (; !arrivals_.empty() && arrivals_.front() <= reached(now); arrivals_.pop_front()) {
      last_arrival_ = arrivals_.front();
    }
    return last_arrival_;
  }
  // Nobody reads any more: what is sent is gone.
  void discard() { discards_ = true; }

  // --- The path.

  // Nothing arrives any more. What is sent fills the room.
  void stop(TimePoint now) {
    if (!stopped_) stopped_at_ = now;
    stopped_ = true;
  }
  bool is_stopped() const { return stopped_; }
  bool is_empty() const { return wire_.size() == 0; }

 private:
  TimePoint reached(TimePoint now) const { return stopped_ ? stopped_at_ : now; }

  const size_t room_;
  const TimePoint::duration latency_;
  Wire wire_;
  std::deque<TimePoint> arrivals_;
  TimePoint last_arrival_ = TimePoint::min();
  TimePoint stopped_at_{};
  bool stopped_ = false;
  bool discards_ = false;
  bool in_order_ = true;
};

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_TIMED_PIPE_H_
