#ifndef HEADRACE_PROTOCOL_STREAM_FLOW_WINDOW_H_
#define HEADRACE_PROTOCOL_STREAM_FLOW_WINDOW_H_

#include <cstdint>

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

// The receiving end: what the peer may still send, and what has been used up and waits to be given
// back. Credit goes out in pieces of half a window, so that a WINDOW_UPDATE is rare and the peer
// never starves.
class ReceiveWindow {
 public:
  int64_t available(int64_t base) const { return window_.available(base); }
  // Used up, and not given back yet.
  uint32_t waiting() const { return consumed_; }
  // A frame of `size` octets of flow-controlled payload has come in. False: more than the peer was
  // allowed; nothing has changed. (An empty frame needs no window, RFC 9113 §6.9: not even one of
  // zero, when it is below zero.)
  [[nodiscard]] bool receive(int64_t base, uint32_t size) {
    if (size > 0 && size > window_.available(base)) return false;
    window_.take(size);
    return true;
  }
  // `size` octets are used up. Returns the increment of a WINDOW_UPDATE that is due now, or 0.
  // `target`: the window's full size. `at_once`: in pieces as they come, not of half a window.
  [[nodiscard]] uint32_t consume(int64_t base, int64_t target, uint32_t size, bool at_once) {
    consumed_ += size;
    if (!at_once && int64_t{consumed_} * 2 < target) return 0;
    uint32_t increment = consumed_;
    if (!window_.give(base, increment)) return 0;
    consumed_ = 0;
    return increment;
  }
  // Octets that are used up and not given back yet.
  uint32_t consumed() const { return consumed_; }
  // Widens the window beyond what was received. False: it would exceed 2^31-1.
  [[nodiscard]] bool widen(int64_t base, uint32_t size) { return window_.give(base, size); }

 private:
  FlowWindow window_;
  uint32_t consumed_ = 0;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_FLOW_WINDOW_H_
