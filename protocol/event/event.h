#ifndef HEADRACE_PROTOCOL_EVENT_EVENT_H_
#define HEADRACE_PROTOCOL_EVENT_EVENT_H_

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <variant>

#include "headrace/field/field_section.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/bytes.h"
#include "headrace/memory/recycled.h"
#include "headrace/protocol/event/error.h"
#include "headrace/protocol/event/overloaded.h"
#include "headrace/protocol/frame/origin_entries.h"
#include "headrace/protocol/frame/settings_entries.h"
#include "headrace/protocol/stream/priority.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A word of the application's that comes back with every event of a stream: a number, or a pointer
// to an object of its own. The library does not look at it.
//
//   connection.submit_request(fields, Body::none(), &download);
//   event.user_data.as<Download>()->write(data.bytes);
class UserData {
 public:
  constexpr UserData() = default;
  constexpr UserData(std::nullptr_t) {}
  template <std::integral T>
  constexpr UserData(T number) : word_(static_cast<uintptr_t>(number)) {}
  template <typename T>
  UserData(T* object) : word_(reinterpret_cast<uintptr_t>(object)) {}

  // The object whose pointer it was given: of that type, and alive.
  template <typename T>
  T* as() const {
    return reinterpret_cast<T*>(word_);
  }
  // The number.
  constexpr operator uintptr_t() const { return word_; }

 private:
  uintptr_t word_ = 0;
};

// The header section of a request is complete (RFC 9113 §8.3.1). Server role.
struct RequestReceived {
  StreamId stream_id;
  UserData user_data;
  bool end_stream;  // the request has neither body nor trailers
  FieldSection fields;

  // Values of `fields`, see FieldsView.
  std::string_view method() const HEADRACE_LIFETIME_BOUND { return fields.view().method(); }
  std::string_view scheme() const HEADRACE_LIFETIME_BOUND { return fields.view().scheme(); }
  std::string_view authority() const HEADRACE_LIFETIME_BOUND { return fields.view().authority(); }
  std::string_view path() const HEADRACE_LIFETIME_BOUND { return fields.view().path(); }
};

// The header section of the final response is complete (RFC 9113 §8.3.2). Client role.
struct ResponseReceived {
  StreamId stream_id;
  UserData user_data;
  bool end_stream;  // the response has neither body nor trailers
  uint16_t status;
  FieldSection fields;
};

// An interim response (1xx, RFC 9110 §15.2), of which there may be several. Client role.
struct InformationalReceived {
  StreamId stream_id;
  UserData user_data;
  bool end_stream;  // always false
  uint16_t status;
  FieldSection fields;
};

// The server promises the response to a request whose header section is in `fields` (RFC 9113
// §8.4). Further events on the promised stream are as if the application had sent that request;
// reset_stream() declines it. The application must check that the server is authoritative for the
// request's :authority. Client role.
struct PushPromiseReceived {
  StreamId stream_id;  // of the request that the promise was received on
  UserData user_data;
  StreamId promised_stream_id;
  FieldSection fields;

  std::string_view method() const HEADRACE_LIFETIME_BOUND { return fields.view().method(); }
  std::string_view scheme() const HEADRACE_LIFETIME_BOUND { return fields.view().scheme(); }
  std::string_view authority() const HEADRACE_LIFETIME_BOUND { return fields.view().authority(); }
  std::string_view path() const HEADRACE_LIFETIME_BOUND { return fields.view().path(); }
};

// Bytes of a message body, without padding. One DATA frame may cause several of these events.
struct DataReceived {
  StreamId stream_id;
  UserData user_data;
  bool end_stream;  // `bytes`, which may be empty, end the message
  Bytes bytes;
};

// The trailer section, which ends the message (RFC 9113 §8.1).
struct TrailersReceived {
  StreamId stream_id;
  UserData user_data;
  bool end_stream;  // always true
  FieldSection fields;
};

enum class ClosedBy : uint8_t {
  kEnd,        // both sides ended the stream with END_STREAM
  kLocal,      // reset by us, or by a connection error that we found
  kPeer,       // reset by the peer, or by a connection error that it found; for a connection also
               // the regular end, with no stream open
  kTransport,  // the transport was lost: the input ended before the stream, or within a frame
};

// The one last event of each stream that an event or a command of the application has named.
struct StreamClosed {
  StreamId stream_id;
  UserData user_data;
  ErrorCode error;
  ClosedBy closed_by;
  bool retry_safe;     // the request was not processed and may be sent again (RFC 9113 §8.7)
  StreamError detail;  // with the broken rule, if the stream was reset because of one
  bool body_released = false;     // stands for BodyReleased, which is not reported then
  bool retry_idempotent = false;  // may be, because its method is idempotent (RFC 9110 §9.2.2)

  // Client role. Whether the request is to be sent again in HTTP/1.1, whatever its method, over a
  // new connection: the server has answered our preface in HTTP/1.x (RFC 9113 §3.4), or wants that
  // version (§7). Ask before `retry_safe`: in HTTP/2 it would end the same way again.
  bool asks_for_http1() const;
};

// The client has changed the priority of the response (RFC 9218 §7). A PRIORITY_UPDATE that
// precedes its request causes no event, but is applied when the request arrives. Server role.
struct PriorityUpdateReceived {
  StreamId stream_id;
  UserData user_data;
  Priority priority;
};

// send_data() accepted only a part of its bytes before; now the stream's buffer has room again.
struct StreamWritable {
  StreamId stream_id;
  UserData user_data;
};

// The transport took the last octet of our response, or of our direction of a tunnel (sent()), and
// the client has not ended its direction. If the stream closes with it, as it does with
// Options::reset_after_early_response, StreamClosed is reported instead. Server role.
struct ResponseSent {
  StreamId stream_id;
  UserData user_data;
};

// The connection no longer uses the storage of a Body::view: once for each, however the stream
// ends; StreamClosed::body_released reports it if the stream ends with it. It comes after
// StreamClosed (and ConnectionClosed) if pending_output() had already returned the bytes. The
// connection's destructor releases all views without an event.
struct BodyReleased {
  StreamId stream_id;
  UserData user_data;
};

// The peer's settings have been applied and acknowledged (RFC 9113 §6.5). One for each SETTINGS
// frame, also the first and an empty one. Connection::peer_settings() has all values in force.
struct SettingsReceived {
  SettingsEntries entries;
};

// The peer has acknowledged our oldest SETTINGS frame in flight (RFC 9113 §6.5.3).
struct SettingsAcknowledged {};

// The peer sent a PING, and the answer has been queued (RFC 9113 §6.7).
struct PingReceived {
  uint64_t opaque;
};
// The peer answered a Connection::ping().
struct PingAcknowledged {
  uint64_t opaque;
  std::chrono::nanoseconds round_trip;  // from when the PING left to the input with the answer
};

// RFC 9113 §6.8. Our streams above `last_stream_id`, and requests that have not been sent yet, are
// closed with retry_safe in the events that follow. Their error is the GOAWAY's, or REFUSED_STREAM
// if that is NO_ERROR. Other streams continue; new requests are refused with kGoingAway.
struct GoawayReceived {
  StreamId last_stream_id;
  ErrorCode error;
  Bytes debug_data;
};

// An alternative service (RFC 7838 §4) for `origin` or, on a stream, for the origin of its request.
// The application must check that the server is authoritative for the origin. Client role, with
// Options::receive_altsvc.
struct AltSvcReceived {
  StreamId stream_id;  // 0 if the service is for `origin`
  UserData user_data;  // of the stream; 0 without a stream
  Bytes origin;        // empty on a stream
  Bytes value;         // in the format of the Alt-Svc field (RFC 7838 §3)
};

// The origins that the server offers to serve on this connection (RFC 8336 §2). An empty list means
// only the one that the connection was opened for. The application must check the certificate, too
// (§2.4), and ignore the frame from a proxy (§2.2). Client role, with Options::receive_origin and
// Options::secure_transport.
struct OriginReceived {
  OriginEntries origins;
};

// A frame of an unknown type (RFC 9113 §5.5), or ALTSVC or ORIGIN that Options did not enable.
struct UnknownFrameReceived {
  StreamId stream_id;
  uint8_t type;
  uint8_t flags;
  Bytes payload;
};

// No stream id is left, so new requests need a new connection (RFC 9113 §5.1.1). Client role.
struct StreamIdsExhausted {};

// The end of the connection: no more input is read, and commands return kConnectionGone. Only
// BodyReleased may follow. pending_output() still has the GOAWAY: should_close() when it is sent.
struct ConnectionClosed {
  ConnectionError error;  // kNoError if the peer closed with no stream open, or after shutdown()
  ClosedBy closed_by;
};

using Event = std::variant<std::monostate, RequestReceived, ResponseReceived, InformationalReceived,
                           PushPromiseReceived, DataReceived, TrailersReceived, StreamClosed,
                           StreamWritable, ResponseSent, BodyReleased, PriorityUpdateReceived,
                           SettingsReceived, SettingsAcknowledged, PingReceived, PingAcknowledged,
                           GoawayReceived, AltSvcReceived, OriginReceived, UnknownFrameReceived,
                           StreamIdsExhausted, ConnectionClosed>;

// Makes an event own every byte that it refers to.
void own(Event& event);
// Marks an event as handed back (Recycler).
void retire(Event& event);

// The name of an event's type ("DataReceived"), of static storage.
const char* event_name(const Event& event);

// A line for a log: "RequestReceived stream 1, GET https://example.org/index.html, end of stream",
// "DataReceived stream 3, 1024 octets". Fields other than pseudo-header fields are only counted,
// because they may be secret. Octets of received text that are not printable ASCII are escaped.
std::string describe(const Event& event);
std::ostream& operator<<(std::ostream& out, const Event& event);

// A handle to an event. Dropping it hands the object back, and the next event reuses it. Views into
// the event are valid until then; keep(std::move(event)) makes the event own its bytes.
using EventPtr = Recycled<Event>;
extern template struct HandBack<Event>;
extern template EventPtr keep(EventPtr);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_EVENT_EVENT_H_
