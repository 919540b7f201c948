#ifndef HEADRACE_PROTOCOL_EVENT_RESULT_H_
#define HEADRACE_PROTOCOL_EVENT_RESULT_H_

#include <cstddef>
#include <cstdint>

#include "headrace/field/rule.h"
#include "headrace/protocol/frame/frame_type.h"

namespace headrace {

// Why a command was refused. Nothing was sent and nothing was taken.
enum class SubmitError : uint8_t {
  kNone,
  kConnectionGone,      // the connection has ended (a race, not a mistake)
  kStreamGone,          // the stream has ended or was reset (a race, not a mistake)
  kUnknownStream,       // no such stream was ever announced
  kWrongState,          // out of order: a second final response, data after the end, ...
  kWrongRole,           // a command of the other role
  kInvalidFields,       // a rule of RFC 9113 §8 is broken
  kInvalidArgument,     // a value out of its range
  kTooLarge,            // more than can ever be sent or credited, or than the peer says it takes
  kGoingAway,           // a GOAWAY was sent or received: no new streams (RFC 9113 §6.8)
  kStreamIdsExhausted,  // every stream id has been used (RFC 9113 §5.1.1)
  kPushDisabled,        // the peer does not take server push (RFC 9113 §8.4)
  kTooManyStreams,      // the peer's MAX_CONCURRENT_STREAMS is reached (RFC 9113 §5.1.2)
};

const char* to_string(SubmitError error);

// What a stream's outgoing message waits for (Connection::why_blocked).
enum class Blocked : uint8_t {
  kNothing,           // the message is out, or there is no such stream
  kApplication,       // for submit_response(), send_data() or send_trailers()
  kBodySource,        // the BodySource said "not yet"; resume() follows
  kPeerConcurrency,   // a request above the peer's MAX_CONCURRENT_STREAMS (RFC 9113 §5.1.2)
  kStreamWindow,      // the stream's flow-control window is used up (RFC 9113 §5.2)
  kConnectionWindow,  // the connection's is
  kScheduler,         // another stream comes first (RFC 9218)
  kOutput,            // for pending_output() and the transport
};

const char* to_string(Blocked blocked);

// Where the octets of a receive window are (RFC 9113 §5.2): `window` + `waiting` + `held` make up
// its full size, but for the part of a DATA frame that has not come in yet.
struct ReceiveCredit {
  int64_t window = 0;    // what the peer may still send
  uint32_t waiting = 0;  // used up, and goes back to the peer in one piece with more
  uint64_t held = 0;     // handed to the application, for it to give back with credit()
};

// What a command returns. Allocates nothing.
//
// `rule`: which rule was broken by what was given to the command; of static storage. It comes with
// kInvalidFields, kInvalidArgument and kTooLarge, and with these always; with the others, which say
// all there is to say, it is null.
struct [[nodiscard]] SubmitResult {
  SubmitError error = SubmitError::kNone;
  const Rule* rule = nullptr;

  bool ok() const { return error == SubmitError::kNone; }
};

// What a command that opens a stream returns.
struct [[nodiscard]] RequestResult {
  SubmitError error = SubmitError::kNone;
  const Rule* rule = nullptr;  // as of SubmitResult
  StreamId stream_id = 0;      // the new stream; 0 after an error

  bool ok() const { return error == SubmitError::kNone; }
};

// What send_data() returns.
struct [[nodiscard]] SendResult {
  SubmitError error = SubmitError::kNone;
  size_t accepted = 0;         // bytes copied; fewer than given: StreamWritable follows
  const Rule* rule = nullptr;  // kTooLarge: the content-length that was announced; static storage

  bool ok() const { return error == SubmitError::kNone; }
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_EVENT_RESULT_H_
