#ifndef HEADRACE_PROTOCOL_STREAM_CREDIT_STATE_H_
#define HEADRACE_PROTOCOL_STREAM_CREDIT_STATE_H_

#include <cstdint>

#include "headrace/memory/linked_list.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/stream/flow_window.h"

namespace headrace {

// A WINDOW_UPDATE that must be sent by the caller that takes it (RFC 9113 §6.9).
struct [[nodiscard]] CreditDue {
  StreamId stream_id;  // 0 for the connection
  uint32_t increment;
};

// A stream's receive window (RFC 9113 §5.2). Only Credit (protocol/http2/credit.h) changes it.
// `base`: our INITIAL_WINDOW_SIZE, as acknowledged by the peer.
//
// Invariant: window + waiting + held + the undelivered octets of the open DATA frame = full.
class CreditState {
 public:
  // The octets that the peer may still send; negative after `base` was reduced (RFC 9113 §6.9.2).
  int64_t window(int64_t base) const { return window_.available(base); }
  // The window when all octets have been consumed and given back.
  int64_t full(int64_t base) const { return base + widened_; }
  // Octets that were consumed and not given back yet.
  uint32_t waiting() const { return used_; }
  // Octets that the application holds.
  uint32_t held() const { return held_; }
  // Whether octets count as consumed when the application receives them; otherwise when it calls
  // credit().
  bool automatic() const { return automatic_; }

 private:
  friend class Credit;
  FlowWindow window_;
  uint32_t used_ = 0;
  uint32_t held_ = 0;
  int64_t widened_ = 0;  // the full size less `base`
  uint32_t fixed_ = 0;   // the full size that the application has set, or 0
  WindowChange change_;  // of the full size, not in effect for the peer yet
  StreamId id_ = 0;
  bool automatic_ = true;
  ListLink<CreditState> due_;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_CREDIT_STATE_H_
