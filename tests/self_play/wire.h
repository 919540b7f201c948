#ifndef HEADRACE_TESTS_SELF_PLAY_WIRE_H_
#define HEADRACE_TESTS_SELF_PLAY_WIRE_H_

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "headrace/protocol/interface/options.h"

namespace headrace::self_play {

// One direction of a transport: what was sent arrives in order, when its time has come.
class Wire {
 public:
  void send(std::string_view octets, TimePoint due) {
    if (closed_ || octets.empty()) return;
    octets_ += octets;
    size_ += octets.size();
    last_due_ = std::max(last_due_, due);
    pieces_.push_back({octets.size(), last_due_});
  }
  // Nothing is sent behind what is on its way.
  void close(TimePoint due) {
    if (closed_) return;
    closed_ = true;
    last_due_ = std::max(last_due_, due);
  }
  // The transport breaks: the first `kept` octets still arrive.
  void cut(size_t kept, TimePoint now) {
    kept = std::min(kept, size_);
    octets_.resize(taken_ + kept);
    size_ = kept;
    pieces_.clear();
    if (kept > 0) pieces_.push_back({kept, now});
    last_due_ = now;
    closed_ = true;
  }

  // Octets that have arrived.
  size_t available(TimePoint now) const {
    size_t sum = 0;
    for (const Piece& piece : pieces_) {
      if (piece.due > now) break;
      sum += piece.size;
    }
    return sum;
  }
  std::string take(size_t size) {
    std::string taken = octets_.substr(taken_, size);
    taken_ += size;
    size_ -= size;
    for (size_t left = size; left > 0;) {
      const size_t part = std::min(left, pieces_.front().size);
      left -= part;
      if ((pieces_.front().size -= part) == 0) pieces_.pop_front();
    }
    if (2 * taken_ > octets_.size()) {
      octets_.erase(0, taken_);
      taken_ = 0;
    }
    return taken;
  }
  // EOF has arrived.
  bool at_end(TimePoint now) const { return closed_ && size_ == 0 && now >= last_due_; }
  bool closed() const { return closed_; }
  size_t size() const { return size_; }
  // When something arrives next that has not arrived; max() when nothing is on its way.
  TimePoint next_due(TimePoint now) const {
    const TimePoint due = !pieces_.empty() ? pieces_.front().due : last_due_;
    return due > now && (size_ > 0 || closed_) ? due : TimePoint::max();
  }

 private:
  struct Piece {
    size_t size;
    TimePoint due;
  };

  std::string octets_;
  size_t taken_ = 0;  // of octets_
  size_t size_ = 0;
  std::deque<Piece> pieces_;
  TimePoint last_due_{};
  bool closed_ = false;
};

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_WIRE_H_
