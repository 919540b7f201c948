#ifndef HEADRACE_PROTOCOL_STREAM_PRIORITY_STATE_H_
#define HEADRACE_PROTOCOL_STREAM_PRIORITY_STATE_H_

#include <cstdint>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The signals of a stream's priority (RFC 9218). Only Priorities (protocol/http2/priorities.h)
// changes it; the priority itself is in ScheduledStream.
class PriorityState {
 public:
  // Whether the peer has signalled it, or the application has set it.
  bool given() const { return given_; }
  // Whether PRIORITY_UPDATE is to be sent with the request, which still waits.
  bool update_due() const { return update_due_; }

 private:
  friend class Priorities;

  bool given_ : 1 = false;
  bool update_due_ : 1 = false;
  uint8_t updates_ = 0;  // PRIORITY_UPDATE frames that were received
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_PRIORITY_STATE_H_
