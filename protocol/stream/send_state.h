#ifndef HEADRACE_PROTOCOL_STREAM_SEND_STATE_H_
#define HEADRACE_PROTOCOL_STREAM_SEND_STATE_H_

#include <cstdint>

#include "headrace/memory/abi.h"
#include "headrace/protocol/guard/time_point.h"
#include "headrace/protocol/stream/flow_window.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A stream's send window (RFC 9113 §5.2) and its place among the streams that have DATA to send.
// Only Sender (protocol/http2/sender.h) changes it.
class SendState {
 public:
  // The octets that may be sent. `base`: the peer's INITIAL_WINDOW_SIZE.
  int64_t window(int64_t base) const { return window_.available(base); }
  // Whether there is something to send, allowed or not.
  bool has_something() const { return ready_ || window_blocked_; }
  // Whether it cannot be sent because the stream's window is used up.
  bool window_blocked() const { return window_blocked_; }

 private:
  friend class Sender;

  FlowWindow window_;
  // Since when there has been something to send and nothing was sent; or, after DATA that used up
  // the window, when the transport took it.
  TimePoint waiting_since_;
  uint32_t unsent_marks_ = 0;  // DATA that used up the window and that the transport has not taken
  bool ready_ = false;         // with the scheduler
  bool window_blocked_ = false;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_SEND_STATE_H_
