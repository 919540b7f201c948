#ifndef HEADRACE_PROTOCOL_EVENT_EVENT_H_
#define HEADRACE_PROTOCOL_EVENT_EVENT_H_

#include <chrono>
#include <cstdint>
#include <variant>

#include "headrace/field/field_section.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/bytes.h"
#include "headrace/memory/recycler.h"
#include "headrace/protocol/event/error.h"
#include "headrace/protocol/event/overloaded.h"
#include "headrace/protocol/frame/origin_entries.h"
#include "headrace/protocol/frame/settings_entries.h"
#include "headrace/protocol/stream/priority.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A request's head is complete (RFC 9113 §8.3.1). Server role.
struct RequestReceived {
  StreamId stream_id;
  uintptr_t user_data;
  bool end_stream;  // the request has neither body nor trailers
  FieldSection fields;
};

// The head of the final response is complete (RFC 9113 §8.3.2). Client role.
struct ResponseReceived {
  StreamId stream_id;
  uintptr_t user_data;
  bool end_stream;  // the response has neither body nor trailers
  uint16_t status;
  FieldSection fields;
};

// An interim response (1xx, RFC 9110 §15.2): any number of them before the final one. Client role.
struct InformationalReceived {
  StreamId stream_id;
  uintptr_t user_data;
  bool end_stream;  // always false
  uint16_t status;
  FieldSection fields;
};

// The server promises the response to a request that it names (RFC 9113 §8.4). What follows on the
// promised stream is as if the application had sent that request; reset_stream() declines it.
// Whether the server may speak for the request's :authority is for the application to judge.
// Client role.
struct PushPromiseReceived {
  StreamId stream_id;  // the request that it came on
  uintptr_t user_data;
  StreamId promised_stream_id;
  FieldSection fields;
};

// Bytes of a message body, without padding. A DATA frame may come as several of these.
struct DataReceived {
  StreamId stream_id;
  uintptr_t user_data;
  bool end_stream;  // these were the last; `bytes` may be empty then
  Bytes bytes;
};

// The trailer section, which ends the message (RFC 9113 §8.1).
struct TrailersReceived {
  StreamId stream_id;
  uintptr_t user_data;
  bool end_stream;  // always true
  FieldSection fields;
};

enum class ClosedBy : uint8_t {
  kEnd,    // both sides ended it with END_STREAM
  kLocal,  // reset by us, or by a connection error that we found
  kPeer,  // reset by the peer, or by a connection error that it found; the end of a connection that
          // was through with everything
  kTransport,  // the transport was lost: the input ended before the stream, or within a frame
};

// The last event of every stream that the application was told of, exactly one.
struct StreamClosed {
  StreamId stream_id;
  uintptr_t user_data;
  ErrorCode error;
  ClosedBy closed_by;
  bool retry_safe;     // nobody did anything with our request (RFC 9113 §8.7)
  StreamError detail;  // with a rule, when it was reset because the peer broke one
};

// The client has changed its mind about how urgent the response is (RFC 9218 §7); the scheduler
// knows. Not for a request that is still to come: it is applied when it does. Server role.
struct PriorityUpdateReceived {
  StreamId stream_id;
  uintptr_t user_data;
  Priority priority;
};

// send_data() took less than it was given before; now there is room again.
struct StreamWritable {
  StreamId stream_id;
  uintptr_t user_data;
};

// The last octet of our response, or of our direction of a tunnel, was taken by the transport
// (sent()), and the client has not ended its own. Not where the stream closes at this end: with
// Options::reset_after_early_response StreamClosed follows instead. Server role.
struct ResponseSent {
  StreamId stream_id;
  uintptr_t user_data;
};

// The storage of a Body::view is the application's again: once for each, whatever became of the
// stream. It follows StreamClosed (and ConnectionClosed) when output that was already shown still
// holds the bytes. Destroying the connection releases all without an event.
struct BodyReleased {
  StreamId stream_id;
  uintptr_t user_data;
};

// The peer's settings have been applied and acknowledged (RFC 9113 §6.5): once for every frame, its
// first and an empty one too. Connection::peer_settings() has all that are in force.
struct SettingsReceived {
  SettingsEntries entries;
};

// The peer applied our oldest SETTINGS in flight.
struct SettingsAcknowledged {};

// The peer sent a PING; it has been answered (RFC 9113 §6.7).
struct PingReceived {
  uint64_t opaque;
};
// The peer answered a ping() of ours.
struct PingAcknowledged {
  uint64_t opaque;
  std::chrono::nanoseconds round_trip;  // from ping() to this input
};

// RFC 9113 §6.8. Our streams above `last_stream_id`, and requests that still waited to be sent, are
// closed with retry_safe in the events that follow, with the GOAWAY's code where it is an error and
// REFUSED_STREAM where it is none; the others go on. There will be no new ones.
struct GoawayReceived {
  StreamId last_stream_id;
  ErrorCode error;
  Bytes debug_data;
};

// An alternative service (RFC 7838 §4) for `origin`, or for that of the stream's request. Whether
// the server may speak for the origin is for the application to judge. Client role, with
// Options::receive_altsvc.
struct AltSvcReceived {
  StreamId stream_id;   // 0: `origin` says what it is for
  uintptr_t user_data;  // of the stream; 0 without one
  Bytes origin;         // empty on a stream
  Bytes value;          // as an Alt-Svc field has it (RFC 7838 §3)
};

// Origins that the server would like to be asked for on this connection (RFC 8336 §2). None is a
// word too: only the one that it was opened for. What that takes beside the server's word is §2.4;
// a connection without TLS, or to a proxy, ignores it (§2.2). Client role, with
// Options::receive_origin.
struct OriginReceived {
  OriginEntries origins;
};

// A frame of a type that this library does not know (RFC 9113 §5.5), or was not asked for.
struct UnknownFrameReceived {
  StreamId stream_id;
  uint8_t type;
  uint8_t flags;
  Bytes payload;
};

// The last stream id has been used: new requests need a new connection (RFC 9113 §5.1.1). Client
// role.
struct StreamIdsExhausted {};

// The last event of the protocol: nothing comes in any more. Commands answer kConnectionGone;
// pending_output() still holds the GOAWAY, and should_close() turns true once it is out.
struct ConnectionClosed {
  ConnectionError error;  // kNoError: the peer closed with nothing left open, or we shut down
  ClosedBy closed_by;
};

using Event = std::variant<std::monostate, RequestReceived, ResponseReceived, InformationalReceived,
                           PushPromiseReceived, DataReceived, TrailersReceived, StreamClosed,
                           StreamWritable, ResponseSent, BodyReleased, PriorityUpdateReceived,
                           SettingsReceived, SettingsAcknowledged, PingReceived, PingAcknowledged,
                           GoawayReceived, AltSvcReceived, OriginReceived, UnknownFrameReceived,
                           StreamIdsExhausted, ConnectionClosed>;

// Makes an event own every byte it refers to.
void own(Event& event);
// Marks it as handed back (Recycler).
void retire(Event& event);

// The name of its type: "DataReceived". Of static storage.
const char* event_name(const Event& event);

// A handle to an event. Dropping it hands the object back, and the next event is parsed into it.
// Views taken out of the event are valid until then; keep(std::move(event)) makes it independent.
using EventPtr = Recycled<Event>;

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_EVENT_EVENT_H_
