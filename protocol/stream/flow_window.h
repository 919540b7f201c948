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

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_FLOW_WINDOW_H_
