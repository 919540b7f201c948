#ifndef HEADRACE_PROTOCOL_EVENT_ERROR_H_
#define HEADRACE_PROTOCOL_EVENT_ERROR_H_

#include <cstdint>
#include <optional>
#include <string>

#include "headrace/field/rule.h"
#include "headrace/protocol/event/error_code.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/guard/limits.h"

namespace headrace {

// What an error is put down to: a frame and its stream, or none. It is handed down to whoever finds
// the error: what a deadline finds is no fault of the frame that happened to come last.
struct Cause {
  std::optional<FrameType> frame = {};
  StreamId stream_id = 0;

  static Cause none() { return {}; }
};

// What went wrong: the code that goes on the wire, the rule that was broken, the frame that broke
// it and, where a limit was passed, the limit and the observed value. Allocates nothing.
struct ErrorDetail {
  ErrorCode code = ErrorCode::kNoError;
  const Rule* rule = nullptr;           // static storage; null where no rule of ours was broken
  std::optional<FrameType> frame = {};  // none: a deadline, the application, or no HTTP/2 at all
  std::optional<Limit> bound = {};      // the one of Options::limits that was reached
  StreamId stream_id = 0;               // 0: the connection's
  uint64_t observed = 0;                // 0 where no number was at stake
  uint64_t limit = 0;                   // that `observed` ran into; 0 where there is none

  // Where a `bound` was reached: what it would have to be for this to pass (LimitHit::suggested()).
  // Otherwise 0.
  uint64_t suggested() const { return bound ? LimitHit{*bound, limit, observed}.suggested() : 0; }
};

// RFC 9113 §5.4.1: GOAWAY, then closed.
struct ConnectionError : ErrorDetail {};
// RFC 9113 §5.4.2: RST_STREAM; the connection goes on.
struct StreamError : ErrorDetail {};

// A sentence for a log: "FRAME_SIZE_ERROR: a PING payload has 8 octets (RFC 9113 §6.7); PING frame
// on stream 0; 7, limit 8", and where a bound of Options::limits was reached
// "…; 129, limit 128 (fields_per_request; 256 would let it pass)". Without a frame it names the
// stream, without a stream neither; without a limit it gives the number alone.
std::string describe(const ErrorDetail& error);

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_EVENT_ERROR_H_
