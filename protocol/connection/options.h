#ifndef HEADRACE_PROTOCOL_CONNECTION_OPTIONS_H_
#define HEADRACE_PROTOCOL_CONNECTION_OPTIONS_H_

#include <cstdint>
#include <vector>

#include "headrace/field/rule.h"
#include "headrace/memory/allocation.h"
#include "headrace/protocol/connection/frame_observer.h"
#include "headrace/protocol/connection/padding_policy.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/guard/limits.h"
#include "headrace/protocol/guard/time_point.h"
#include "headrace/protocol/http2/window_policy.h"
#include "headrace/protocol/stream/scheduler.h"

namespace headrace {

enum class Role : uint8_t { kServer, kClient };

// What a connection is created with; it never changes afterwards. Every default is safe on the open
// network.
struct Options {
  // Null, or the rule that these options break for a connection in `role`: something illegal would
  // be announced, and the peer would end the connection. The constructor, which cannot fail, stops
  // the program with that rule, so whoever takes options from elsewhere (a flag, a file) asks
  // first.
  const Rule* check(Role role) const;

  Allocation allocation = Allocation::kReuse;

  // Our SETTINGS (RFC 9113 §6.5.2). Those that differ from the RFC's initial values are announced,
  // in this order, ENABLE_PUSH always by a client, and MAX_CONCURRENT_STREAMS
  // (limits.concurrent_streams) always by a server, and by a client that takes server push.
  uint32_t header_table_size = 4096;
  uint32_t initial_window_size = 65535;
  uint32_t max_frame_size = 16384;
  bool announce_field_list_size = false;  // limits.field_list_size as MAX_HEADER_LIST_SIZE
  bool enable_push = false;               // client: the server may push (RFC 9113 §8.4)
  bool enable_connect_protocol = false;   // server: extended CONNECT is taken (RFC 8441)
  // The priorities of RFC 7540 are not used (RFC 9218 §2.1). We never do; this tells the peer.
  bool no_rfc7540_priorities = false;
  // When not empty: our first SETTINGS frame exactly, in this order, unknown and repeated ones
  // included. It stands above the members here that have the same meaning. Values that RFC 9113
  // §6.5.2 forbids are refused (check()); what unknown identifiers mean is the application's
  // affair.
  std::vector<Setting> settings;

  // Client: ALTSVC (RFC 7838 §4) and ORIGIN (RFC 8336 §2) frames come as events of their own.
  bool receive_altsvc = false;
  bool receive_origin = false;

  // Client: how many requests go out before the server's SETTINGS say how many may be open at once;
  // more wait (RFC 9113 §6.5.2 recommends servers to allow no fewer than 100).
  uint32_t assumed_concurrent_streams = 100;
  // The id of our first stream, of our parity; 0: 1 in the client role, 2 in the server role.
  // Client: 3 when stream 1 was used by the request that upgraded the connection.
  uint32_t first_stream_id = 0;

  // The connection's receive window (RFC 9113 §6.9.2): raised by a WINDOW_UPDATE on stream 0 behind
  // the first SETTINGS when above 65,535, which it cannot be below. Much more than a stream's, so
  // that one whose octets the application holds leaves the others room.
  uint32_t connection_window_size = 1024 * 1024;

  // How the receive windows are kept open; kAutoTuned widens those of streams and connection from
  // the sizes above up to max_window_size.
  WindowPolicy window_policy = WindowPolicy::kHalfWindow;
  uint32_t max_window_size = 16 * 1024 * 1024;

  // Receive credit of new streams: given back as bytes are handed to the application, or by
  // credit().
  bool automatic_credit = true;

  // Whose DATA goes out first; `custom_scheduler`, an object of this connection's own that outlives
  // it, stands above `scheduler`. A client that never sends a signal of RFC 9218 has its streams
  // served alike whatever it is.
  Scheduling scheduler = Scheduling::kPriority;
  Scheduler* custom_scheduler = nullptr;

  // Output is released by released(), apart from sent(): for sends that read the memory later.
  bool explicit_release = false;

  // What the application sends is checked by the rules of RFC 9113 §8; what breaks one is refused
  // with SubmitError::kInvalidFields. False: for applications that guarantee it themselves.
  bool validate_outbound = true;

  // Server: the heads of responses are completed (OutgoingHead::complete()): date, content-type and
  // content-length are added where they are missing and known, what a message of HTTP/2 or without
  // content must not have is left out. False, for proxies: every field goes out as it was given,
  // and no other, so the application vouches that no 1xx and no 204 has a content-length (RFC 9110
  // §8.6).
  bool complete_heads = true;

  // Server: a response that is out before its request has ended is followed by
  // RST_STREAM(NO_ERROR), so that the client stops sending what nobody reads (RFC 9113 §8.1) and
  // the stream is over. False: the stream stays open, ResponseSent tells when the response is out,
  // and the rest of the request comes in as ever, until its end or reset_stream(). True is right
  // for most: the credit of what is not read would be lost to the other streams, and every client
  // in use keeps a response that is complete when the RST_STREAM comes.
  bool reset_after_early_response = true;

  // :authority of a request may be empty or name a UNIX socket by its path, as gRPC's clients send
  // it over one ("/run/app.sock", "%2Frun%2Fapp.sock"). RFC 9113 §8.3.1 wants a host, and so does
  // whoever picks a site by it.
  bool accept_local_authority = false;

  // White space at the edges of field values is trimmed instead of refused (RFC 9113 §8.2.1).
  bool trim_field_values = false;

  // The crumbs of a request's cookie field become one field (RFC 9113 §8.2.3 demands it before the
  // request goes to anything that does not speak HTTP/2).
  bool join_cookies = true;
  // Cookie fields of ours go out in crumbs, so that HPACK finds again those that have not changed.
  bool split_cookies = false;

  // send_data() holds at most so many bytes a stream.
  uint32_t send_buffer_size = 64 * 1024;

  // A number that is another one for every connection, drawn by the application (the library uses
  // no randomness): Limits::connection_age is up to a tenth longer or shorter by it, so that
  // connections that began together do not end together. 0: none, and it is exact.
  uint64_t seed = 0;

  // Both must outlive the connection; null: none.
  FrameObserver* observer = nullptr;
  PaddingPolicy* padding = nullptr;

  Limits limits;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_CONNECTION_OPTIONS_H_
