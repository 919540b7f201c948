#ifndef HEADRACE_PROTOCOL_STREAM_CREDIT_STATE_H_
#define HEADRACE_PROTOCOL_STREAM_CREDIT_STATE_H_

#include <cstdint>

#include "headrace/memory/linked_list.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/stream/flow_window.h"

namespace headrace {

// A stream's receive window (RFC 9113 §5.2). Credit (protocol/http2/credit.h) alone changes it.
// `base`: our INITIAL_WINDOW_SIZE, as the peer has acknowledged it.
//
// Invariant: window + waiting + held + what the open DATA frame has yet to deliver is the window's
// full size, `base` and what it was widened by.
class CreditState {
 public:
  // What the peer may still send; below zero when `base` has shrunk (RFC 9113 §6.9.2).
  int64_t window(int64_t base) const { return window_.available(base); }
  // The window that the peer has when nothing is on its way.
  int64_t full(int64_t base) const { return base + widened_; }
  // Octets that are used up and not given back.
  uint32_t waiting() const { return used_; }
  // Octets that the application has and has not let go of.
  uint32_t held() const { return held_; }
  // Octets are used up when the application is handed them; otherwise when it lets go of them.
  bool automatic() const { return automatic_; }

 private:
  friend class Credit;
  FlowWindow window_;
  uint32_t used_ = 0;
  uint32_t held_ = 0;
  int64_t widened_ = 0;  // beyond INITIAL_WINDOW_SIZE, or below it
  uint32_t fixed_ = 0;   // the full size that the application has set; 0: none
  WindowChange change_;  // of which so much is not felt yet
  StreamId id_ = 0;
  bool automatic_ = true;
  ListLink<CreditState> due_;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_CREDIT_STATE_H_
