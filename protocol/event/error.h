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

// The frame that an error is attributed to, and its stream. It is passed down to the code that
// finds the error. An error found by a deadline has none, because the last frame did not cause it.
struct Cause {
  std::optional<FrameType> frame = {};
  StreamId stream_id = 0;

  static Cause none() { return {}; }
};

// An error: the code that is sent, the broken rule, the frame that broke it and, if a limit was
// exceeded, the limit and the observed value. Allocates nothing.
struct ErrorDetail {
  ErrorCode code = ErrorCode::kNoError;
  const Rule* rule = nullptr;           // of static storage; null if the peer broke no rule
  std::optional<FrameType> frame = {};  // none for a deadline, the application, or other protocols
  std::optional<Limit> bound = {};      // the limit of Options::limits that was reached, if any
  StreamId stream_id = 0;               // 0 for the connection
  uint64_t observed = 0;                // 0 if the rule is not about a number
  uint64_t limit = 0;                   // the limit that `observed` exceeded; 0 if there is none
  uint16_t status = 0;                  // HTTP/1.1: of the response that we sent ourselves, if any

  // If a `bound` was reached, a value of it that would allow this (LimitHit::suggested()); else 0.
  uint64_t suggested() const { return bound ? LimitHit{*bound, limit, observed}.suggested() : 0; }
};

// RFC 9113 §5.4.1: sent as GOAWAY; the connection is closed.
struct ConnectionError : ErrorDetail {};
// RFC 9113 §5.4.2: sent as RST_STREAM; the connection continues.
struct StreamError : ErrorDetail {};

// A sentence for a log: "FRAME_SIZE_ERROR: a PING payload has 8 octets (RFC 9113 §6.7); PING frame
// on stream 0; 7, limit 8", or, if a limit of Options::limits was reached,
// "…; 129, limit 128 (fields_per_request; 256 would let it pass)". Parts without a value are left
// out: frame, stream, number and limit.
std::string describe(const ErrorDetail& error);

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_EVENT_ERROR_H_
