#ifndef HEADRACE_PROTOCOL_INTERFACE_OPTIONS_H_
#define HEADRACE_PROTOCOL_INTERFACE_OPTIONS_H_

#include <cstdint>
#include <vector>

#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/allocation.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/guard/limits.h"
#include "headrace/protocol/guard/time_point.h"
#include "headrace/protocol/interface/frame_observer.h"
#include "headrace/protocol/interface/window_policy.h"

namespace headrace {

// Of headers of their own: headrace/protocol/interface/padding_policy.h,
// protocol/stream/scheduler.h, recording.h.
HEADRACE_ABI_BEGIN
class PaddingPolicy;
HEADRACE_ABI_END
class RecordSink;
class Scheduler;

enum class Role : uint8_t { kServer, kClient };

// docs/http1.md has what options mean in HTTP/1.1.
enum class ProtocolVersion : uint8_t {
  kHttp2,   // RFC 9113
  kHttp1,   // RFC 9112
  kDetect,  // server: by the first octets of the client, of which at most 24 are looked at
};

enum class Scheduling : uint8_t {
  kPriority,    // RFC 9218 §10: PriorityScheduler
  kRoundRobin,  // all streams alike: RoundRobinScheduler
};

// A connection's options, copied and without change. All defaults are safe on the open network.
struct Options {
  // Null, or the rule that these options break for a connection in `role`, because it would
  // announce an illegal value and the peer would end it. The constructor of Connection stops the
  // program with that rule, so check options that come from outside (a flag, a file) first.
  const Rule* check(Role role) const;

  Allocation allocation = Allocation::kReuse;

  // With TLS: the version that ALPN has chosen, "h2" or "http/1.1" (RFC 7301).
  ProtocolVersion protocol = ProtocolVersion::kHttp2;
  // TLS: in HTTP/1.1 requests have the :scheme https; ORIGIN is not ignored (RFC 8336 §2.2).
  bool secure_transport = false;
  // Send 100 to a request that expects it (RFC 9110 §10.1.1) once the application has seen its head
  // and has not answered.
  bool automatic_continue = true;
  // HTTP/1.1: accept octets above 0x7f in targets. Off by default, because RFC 3986 §2 has none.
  bool accept_raw_targets = false;
  // HTTP/1.1, client: accept lines that end with LF alone; a content-length beside
  // transfer-encoding, which overrides it. Off by default, because both can hide a second response.
  bool accept_bare_lf = false;
  bool accept_length_beside_chunked = false;
  // HTTP/1.1, client: limits.pipelined_requests of idempotent methods go out without waiting for
  // the responses before them (RFC 9112 §9.3.2).
  bool pipelining = false;

  // Our SETTINGS (RFC 9113 §6.5.2). Values that differ from the RFC's initial ones are announced,
  // in this order. A client always announces ENABLE_PUSH; a server, and a client with enable_push,
  // always MAX_CONCURRENT_STREAMS (limits.concurrent_streams). Sizes are in octets.
  uint32_t header_table_size = 4096;
  uint32_t initial_window_size = 65535;
  uint32_t max_frame_size = 16384;
  bool announce_field_list_size = false;  // limits.field_list_size as MAX_HEADER_LIST_SIZE
  bool enable_push = false;               // client: the server may push (RFC 9113 §8.4)
  bool enable_connect_protocol = false;   // server: extended CONNECT is accepted (RFC 8441)
  // Tells the peer that we do not use the priorities of RFC 7540 (RFC 9218 §2.1). We never do.
  bool no_rfc7540_priorities = false;
  // If not empty, the exact entries of our first SETTINGS frame, in this order, including unknown
  // and repeated identifiers. Takes precedence over the members with the same meaning. Values that
  // RFC 9113 §6.5.2 forbids are refused (check()); unknown identifiers are not checked.
  std::vector<Setting> settings = {};

  // Client: report ALTSVC (RFC 7838 §4) and ORIGIN (RFC 8336 §2) frames as AltSvcReceived and
  // OriginReceived, not as UnknownFrameReceived.
  bool receive_altsvc = false;
  bool receive_origin = false;

  // Client: the limit of concurrent requests until the server's SETTINGS announce one; more are
  // queued. RFC 9113 §6.5.2 recommends that servers allow at least 100.
  uint32_t assumed_concurrent_streams = 100;
  // The id of our first stream, odd for a client and even for a server; 0 stands for 1 and 2.
  uint32_t first_stream_id = 0;

  // The connection's receive window in octets (RFC 9113 §6.9.2), at least 65,535; above, a
  // WINDOW_UPDATE follows the first SETTINGS. Much larger than a stream's window, so that a stream
  // whose octets the application holds leaves room for the others.
  uint32_t connection_window_size = 1024 * 1024;

  // When receive credit is given back to the peer. kAutoTuned also widens the windows of streams
  // and of the connection from the sizes above up to max_window_size octets.
  WindowPolicy window_policy = WindowPolicy::kHalfWindow;
  uint32_t max_window_size = 16 * 1024 * 1024;

  // Whether the receive credit of new streams is given back as bytes are handed to the application.
  // If not, the application calls Connection::credit().
  bool automatic_credit = true;

  // The order in which streams send DATA. `custom_scheduler`, if not null, takes precedence over
  // `scheduler`; it serves this connection only and must outlive it. Streams of a client that never
  // sends a priority signal of RFC 9218 share alike with both built-in schedulers.
  Scheduling scheduler = Scheduling::kPriority;
  Scheduler* custom_scheduler = nullptr;

  // The application calls Connection::released() when the transport no longer reads the memory of
  // sent output, for asynchronous sends. If false, sent() releases it, too.
  bool explicit_release = false;

  // Check the fields that the application sends by the rules of RFC 9113 §8, and refuse invalid
  // ones with SubmitError::kInvalidFields. False for applications that guarantee the rules.
  bool validate_outbound = true;

  // Server: complete the heads of responses (OutgoingHead::complete()): add date, content-type and
  // content-length if they are missing and known, and leave out fields that the message must not
  // have. False for proxies: exactly the given fields are sent, so the application must ensure that
  // no 1xx and no 204 has a content-length (RFC 9110 §8.6).
  bool complete_heads = true;

  // Server: if a response ends before its request, send RST_STREAM(NO_ERROR), so that the client
  // stops sending (RFC 9113 §8.1), and close the stream. If false, the stream stays open,
  // ResponseSent is reported, and the rest of the request is received until its end or
  // reset_stream(). True by default, because octets that nobody reads would reduce the window of
  // the other streams. Some clients (curl 7.88) lose a response that comes while they still send.
  bool reset_after_early_response = true;

  // Server: accept requests whose :authority is empty or the path of a UNIX socket, as gRPC clients
  // send over one. Off by default, because servers select a site by the host (RFC 9113 §8.3.1).
  bool accept_local_authority = false;

  // Server: accept requests whose :path has a fragment ("/page#part"). Off by default, because it
  // is no part of a request's target (RFC 9110 §7.1) and would escape rules that compare paths. It
  // must not be forwarded; submit_request() refuses it.
  bool accept_path_fragment = false;

  // Trim white space at the edges of received values, not refuse the message (RFC 9113 §8.2.1).
  bool trim_field_values = false;

  // Join the cookie fields of a request, as RFC 9113 §8.2.3 requires for software without HTTP/2.
  bool join_cookies = true;
  // Send each pair of a cookie as a field, so that HPACK can refer to pairs that have not changed.
  bool split_cookies = false;

  // The octets of a Body::stream() that send_data() buffers for each stream.
  uint32_t send_buffer_size = 64 * 1024;

  // A random number of the application's, different for each connection. It makes
  // Limits::connection_age up to a tenth longer or shorter, so that connections that began together
  // do not end together. 0 leaves the age exact.
  uint64_t seed = 0;

  // Null, or an object that must outlive the connection. A record is one connection's.
  FrameObserver* observer = nullptr;
  PaddingPolicy* padding = nullptr;
  RecordSink* record = nullptr;

  Limits limits = {};
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_OPTIONS_H_
