#ifndef HEADRACE_PROTOCOL_STREAM_FLOW_WINDOW_H_
#define HEADRACE_PROTOCOL_STREAM_FLOW_WINDOW_H_

#include <algorithm>
#include <cstdint>
#include <utility>

namespace headrace {

// RFC 9113 §6.9.1: the most octets of a window. It can also be negative (§6.9.2).
inline constexpr int64_t kMaxWindow = (int64_t{1} << 31) - 1;
// RFC 9113 §6.9.2: the initial window of all streams and of the connection.
inline constexpr uint32_t kInitialWindow = 65535;

// A flow-control window (RFC 9113 §5.2) in octets, stored relative to a base that many windows
// share. A stream's base is INITIAL_WINDOW_SIZE, so a change of that setting changes the windows of
// all streams at no cost; the connection's base is constant. The base is passed by the caller.
class FlowWindow {
 public:
  int64_t available(int64_t base) const { return base + delta_; }
  void take(uint32_t size) { delta_ -= size; }
  // False if the window would exceed 2^31-1; it is unchanged then.
  [[nodiscard]] bool give(int64_t base, uint32_t size) {
    if (base + delta_ + size > kMaxWindow) return false;
    delta_ += size;
    return true;
  }
  int64_t delta() const { return delta_; }

 private:
  int64_t delta_ = 0;
};

// A change of a receive window's full size that is not in effect for the peer yet. Granted credit
// cannot be revoked (RFC 9113 §6.9), so a window becomes narrower by withholding credit.
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
  // Credit to be given in addition, once.
  uint32_t wider_by() const { return wider_by_; }
  uint32_t take_wider_by() { return std::exchange(wider_by_, 0); }
  // Withholds credit for `size` consumed octets. Returns the octets to be given back.
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
