#ifndef HEADRACE_PROTOCOL_CONNECTION_FRAME_OBSERVER_H_
#define HEADRACE_PROTOCOL_CONNECTION_FRAME_OBSERVER_H_

#include <cstdint>
#include <gsl/span>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/error.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/guard/limits.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Looks on as frames pass and limits are reached, for traces and statistics of an application's own
// (Options::observer). Called in the middle of the connection's work, so it must not call the
// connection. Views are valid during the call.
class FrameObserver {
 public:
  virtual ~FrameObserver() = default;
  // A frame has come in, whole; of DATA only its header: `payload` is empty. Empty too when the
  // frame was refused by its header.
  virtual void on_frame_received(const FrameHeader& header, gsl::span<const uint8_t> payload) = 0;
  // A frame has been queued behind all that is on its way out; of DATA only its header.
  virtual void on_frame_sent(const FrameHeader& header, gsl::span<const uint8_t> payload) = 0;
  // Something that came in broke a rule or ran into a limit, and is answered with RST_STREAM,
  // GOAWAY or 431; once for each, whether the application knows the stream or not. `error` has the
  // code that goes out (kNoError with 431), the rule, the frame and the stream. `field_name`: where
  // one field of a message is at fault, its name, in the peer's octets; empty otherwise. Never a
  // value.
  virtual void on_refused(const ErrorDetail& /*error*/, std::string_view /*field_name*/) {}
  // A bound of Options::limits was reached: something was refused, or input is held back.
  virtual void on_limit_hit(const LimitHit&) {}
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_CONNECTION_FRAME_OBSERVER_H_
