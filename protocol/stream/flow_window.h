#ifndef HEADRACE_PROTOCOL_STREAM_FLOW_WINDOW_H_
#define HEADRACE_PROTOCOL_STREAM_FLOW_WINDOW_H_

#include <algorithm>
#include <cstdint>
#include <utility>

namespace headrace {

// RFC 9113 §6.9.1: a window may not exceed this; it can go below zero (§6.9.2).
inline constexpr int64_t kMaxWindow = (int64_t{1} << 31) - 1;
// RFC 9113 §6.9.2: of every stream and of the connection, until told otherwise.
inline constexpr uint32_t kInitialWindow = 65535;

// A flow-control window (RFC 9113 §5.2), in octets, kept relative to a base that many windows
// share: a stream's base is INITIAL_WINDOW_SIZE, so a change of that setting moves every stream's
// window at no cost; the connection's base is constant. The caller passes the base in.
class FlowWindow {
 public:
  int64_t available(int64_t base) const { return base + delta_; }
  void take(uint32_t size) { delta_ -= size; }
  // False: the window would exceed 2^31-1; nothing has changed.
  [[nodiscard]] bool give(int64_t base, uint32_t size) {
    if (base + delta_ + size > kMaxWindow) return false;
    delta_ += size;
    return true;
  }
  int64_t delta() const { return delta_; }

 private:
  int64_t delta_ = 0;
};

// A change of a receive window's full size that the peer has not felt yet. What was granted is
// never taken away (RFC 9113 §6.9): a window becomes narrower by credit that does not go back.
class WindowChange {
 public:
  void by(int64_t octets) {
    const auto size = static_cast<uint32_t>(octets < 0 ? -octets : octets);
    uint32_t& opposite = octets < 0 ? wider_by_ : narrower_by_;
    uint32_t& same = octets < 0 ? narrower_by_ : wider_by_;
    const uint32_t undone = std::min(size, opposite);
    opposite -= undone;
    same += size - undone;
  }
  // Credit to be given besides, once.
  uint32_t wider_by() const { return wider_by_; }
  uint32_t take_wider_by() { return std::exchange(wider_by_, 0); }
  // What is left to go back of `size` octets that are used up.
  [[nodiscard]] uint32_t withhold(uint32_t size) {
    const uint32_t withheld = std::min(size, narrower_by_);
    narrower_by_ -= withheld;
    return size - withheld;
  }

 private:
  uint32_t wider_by_ = 0;
  uint32_t narrower_by_ = 0;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_FLOW_WINDOW_H_
