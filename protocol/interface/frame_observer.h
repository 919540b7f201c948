#ifndef HEADRACE_PROTOCOL_INTERFACE_FRAME_OBSERVER_H_
#define HEADRACE_PROTOCOL_INTERFACE_FRAME_OBSERVER_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/error.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/guard/limits.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Is called for each frame and each limit that is reached, for traces and statistics of the
// application (Options::observer). It is called inside functions of the connection, so it must not
// call the connection. Views are valid during the call.
class FrameObserver {
 public:
  virtual ~FrameObserver() = default;
  // A whole frame was received, or the header of a DATA frame. `payload` is empty for DATA, and for
  // a frame that was refused because of its header.
  virtual void on_frame_received(const FrameHeader& header, std::span<const uint8_t> payload) = 0;
  // A frame was queued behind all others. `payload` is empty for DATA.
  virtual void on_frame_sent(const FrameHeader& header, std::span<const uint8_t> payload) = 0;
  // Input broke a rule or reached a limit, and is answered with RST_STREAM, GOAWAY or 431. Called
  // once for each answer, also for streams that the application does not know. `error` has the code
  // that is sent (kNoError with 431), the rule, the frame and the stream. `field_name`: the name of
  // the field that breaks the rule, in the peer's octets; empty if it is not one field. Values of
  // fields are never passed.
  virtual void on_refused(const ErrorDetail& /*error*/, std::string_view /*field_name*/) {}
  // A limit of Options::limits was reached: input was refused, or is not read for a time.
  virtual void on_limit_hit(const LimitHit&) {}
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_FRAME_OBSERVER_H_
