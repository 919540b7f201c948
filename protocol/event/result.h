#ifndef HEADRACE_PROTOCOL_EVENT_RESULT_H_
#define HEADRACE_PROTOCOL_EVENT_RESULT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "headrace/field/rule.h"
#include "headrace/protocol/frame/frame_type.h"

namespace headrace {

// The reason why a command was refused. A refused command has no effect.
enum class SubmitError : uint8_t {
  kNone,
  kConnectionGone,      // the connection has ended (a race, not a mistake)
  kStreamGone,          // the stream has ended or was reset (a race, not a mistake)
  kUnknownStream,       // no event or command has ever named such a stream
  kWrongState,          // out of order: a second final response, data after the end, ...
  kWrongRole,           // a command of the other role
  kInvalidFields,       // a rule of RFC 9113 §8 is broken
  kInvalidArgument,     // a value out of its range
  kTooLarge,            // more than can ever be sent or credited, or than the peer accepts
  kGoingAway,           // a GOAWAY was sent or received: no new streams (RFC 9113 §6.8)
  kStreamIdsExhausted,  // every stream id has been used (RFC 9113 §5.1.1)
  kPushDisabled,        // the peer has not enabled server push (RFC 9113 §8.4)
  kTooManyStreams,      // a push above the peer's limit (RFC 9113 §5.1.2), or without memory
  kUnsupported,         // the protocol of this connection has no such command
};

const char* to_string(SubmitError error);

// The condition that a stream's outgoing message waits for (Connection::why_blocked()).
enum class Blocked : uint8_t {
  kNothing,           // none: the message has been sent, or there is no such stream
  kApplication,       // submit_response(), send_data() or send_trailers()
  kBodySource,        // resume(), because the BodySource had no data
  kPeerConcurrency,   // a request above the peer's MAX_CONCURRENT_STREAMS (RFC 9113 §5.1.2)
  kStreamWindow,      // the stream's flow-control window is used up (RFC 9113 §5.2)
  kConnectionWindow,  // the connection's flow-control window is used up (RFC 9113 §5.2)
  kScheduler,         // its turn: another stream comes first (RFC 9218)
  kOutput,            // pending_output() and the transport
};

const char* to_string(Blocked blocked);

// The octets of a receive window (RFC 9113 §5.2). `window` + `waiting` + `held` is its full size,
// except for the part of a DATA frame that has not been received yet.
struct ReceiveCredit {
  int64_t window = 0;    // octets that the peer may still send
  uint32_t waiting = 0;  // consumed octets that the next WINDOW_UPDATE will give back
  uint64_t held = 0;     // octets that the application has and must give back with credit()
};

// The result of a command. Allocates nothing. `rule`: the rule that the arguments break, of static
// storage. Set with kInvalidFields, kInvalidArgument and kTooLarge; null with all other errors.
struct [[nodiscard]] SubmitResult {
  SubmitError error = SubmitError::kNone;
  const Rule* rule = nullptr;

  bool ok() const { return error == SubmitError::kNone; }
};

// The result of a command that opens a stream.
struct [[nodiscard]] RequestResult {
  SubmitError error = SubmitError::kNone;
  const Rule* rule = nullptr;  // as in SubmitResult
  StreamId stream_id = 0;      // the new stream; 0 after an error

  bool ok() const { return error == SubmitError::kNone; }
};

// The result of send_data().
struct [[nodiscard]] SendResult {
  SubmitError error = SubmitError::kNone;
  size_t accepted = 0;         // octets taken; if not all, StreamWritable follows
  const Rule* rule = nullptr;  // as in SubmitResult

  bool ok() const { return error == SubmitError::kNone; }
};

// A sentence for a log: "stream gone", or with the broken rule "invalid fields: a field name is
// a token in lower case (RFC 9113 §8.2.1)".
std::string describe(const SubmitResult& result);
std::string describe(const RequestResult& result);
std::string describe(const SendResult& result);

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_EVENT_RESULT_H_
