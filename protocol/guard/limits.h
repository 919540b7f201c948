#ifndef HEADRACE_PROTOCOL_GUARD_LIMITS_H_
#define HEADRACE_PROTOCOL_GUARD_LIMITS_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace headrace {

// The limits for a peer: each with its default, the reason for it, and its memory cost for each
// connection (none if not mentioned). A limit measures present cost and is refunded when the work
// completes, or is a budget that refills with time, so that it stops attacks but not long-lived
// connections. A duration of zero disables its deadline.
//
// The receive windows, which limit a peer's DATA, are with the other SETTINGS in Options:
// initial_window_size (65,535 octets a stream), connection_window_size (1 MiB for all streams
// together: the most that an application can hold if it gives no credit) and max_window_size
// (16 MiB, only with WindowPolicy::kAutoTuned). The library does not buffer DATA.
struct Limits {
  // --- Memory

  // Memory that the peer can make one connection hold, in octets of the ledger: fields, HPACK
  // tables, stream records, unread input. max_bytes(Options) is the bound of a whole connection.
  size_t connection_memory = 1 << 20;

  // Streams that the peer may have open at once, announced as MAX_CONCURRENT_STREAMS; more are
  // refused (RFC 9113 §5.1.2). 100 is the least that the RFC recommends (§6.5.2), and browsers and
  // gRPC expect it. About 150 octets each, 230 with content, in the ledger. It limits work, too: a
  // peer can choose ids so that a look-up passes all open streams, and one SETTINGS all windows.
  uint32_t concurrent_streams = 100;

  // Closed streams for which the cause of closing is remembered, to tell late frames from wrong
  // ones (RFC 9113 §5.1). Two bits each, in the ledger, allocated when needed: 64 octets.
  uint32_t remembered_streams = 256;

  // --- Fields

  // Size of a decoded field section: octets of names and values, plus 32 a field (RFC 9113 §6.5.2),
  // counted before a field is copied. A request above it is answered with 431, the stream of a
  // response is reset. Against HPACK bombs (CVE-2016-6581). 20 KiB of single sign-on cookies are
  // common, 64 KiB are not. In the ledger, up to twice the size, while a block is decoded.
  uint32_t field_list_size = 64 * 1024;

  // Fields of a section of a request, and of a response; above it as above. Cookie fields do not
  // count, because clients split a cookie into many (§8.2.3); field_list_size limits them. Against
  // floods of fields, which cost little to send but a record each to store (CVE-2026-49975). 40
  // octets each, in the ledger.
  uint32_t fields_per_request = 128;
  uint32_t fields_per_response = 512;

  // Frames of a field block beyond the number that a list of field_list_size needs, and tiny
  // CONTINUATION frames (under 64 octets, without END_HEADERS) of a field block. Against
  // CONTINUATION floods (CVE-2024-27316, CVE-2019-9516, CVE-2026-33871).
  uint32_t extra_continuations = 4;
  uint32_t tiny_continuations = 4;

  // Interim responses (1xx) before the final one. Above it the stream is reset. Client role.
  uint16_t informational_responses = 100;

  // --- HTTP/1.1

  // Octets of a request line; a longer one is answered with 414, or with 501 if its method is
  // longer. RFC 9112 §3 recommends 8,000 at least.
  uint32_t request_line_size = 16 * 1024;
  // Requests that wait for their responses (RFC 9112 §9.3.2); at it, input is not read. Against
  // floods of pipelined requests. About 900 octets each, in the ledger.
  uint32_t pipelined_requests = 16;
  // Octets of the extensions of one chunk, and of those of all chunks of a message beyond a
  // sixteenth of its content. No client in use sends any, and no other limit would count them.
  uint32_t chunk_extension_size = 1024;
  // Octets of a request's content; a larger one is answered 413. 0: no limit, as none is buffered.
  uint64_t content_size = 0;
  // Octets of a request that are read and discarded behind an early response, so that the
  // connection can be kept (RFC 9112 §9.3).
  uint32_t discarded_content = 64 * 1024;

  // --- Output

  // Queued replies to the peer (acknowledgements, RST_STREAM, 431). At it, input is not read until
  // half of them have been sent. Against PING, SETTINGS and reset floods (CVE-2019-9512, -9514,
  // -9515). At most half as many of our own PINGs and SETTINGS are unanswered at a time, so that
  // two ends never wait for each other, if one of them has 8 or more here: fewer are for use with
  // peers that have more, as the default has. About 64 octets each: 4 KiB.
  uint32_t queued_replies = 64;

  // Queued octets other than DATA (DATA is cut on demand). Above it, input is not read until half
  // has been sent. Against clients that send requests and do not read the responses. Server role.
  // Memory cost: this many octets.
  size_t output_backlog = 256 * 1024;

  // --- Rates: a burst, then a number a second.

  // Entries of one SETTINGS frame (CVE-2020-11080). Eight settings are defined.
  uint32_t settings_per_frame = 32;

  // Streams that are reset before their response has started, that is, before pending_output() has
  // returned its head. Resets by the peer and resets that it provokes share one budget. Resets by
  // the application do not count, nor do those with NO_ERROR after a whole response (§8.1). Against
  // Rapid Reset and MadeYouReset (CVE-2023-44487, CVE-2025-8671). A browser that leaves a page
  // resets at most all open streams. Server role.
  uint32_t reset_burst = 1000;
  uint32_t resets_per_second = 100;

  // Useless frames: empty DATA without END_STREAM, PRIORITY above priority_updates_per_stream,
  // frames of unknown types, SETTINGS that change no value or change the windows of waiting
  // streams, a second GOAWAY, an acknowledgement of a PING that was not sent (CVE-2019-9518, -9513,
  // -9511). WINDOW_UPDATE, DATA with END_STREAM and late frames on closed streams do not count,
  // because honest peers send them.
  uint32_t useless_burst = 500;
  uint32_t useless_per_second = 50;

  // Server role: PRIORITY_UPDATE frames for one stream (RFC 9218 §7), PRIORITY frames (RFC 9113
  // §6.3) for each request; these add up for at most concurrent_streams requests. More count as
  // useless frames. Chromium sends 150 to 180 PRIORITY frames for a page of 300 images.
  uint8_t priority_updates_per_stream = 8;

  // --- Deadlines

  // Time for the peer's preface and SETTINGS, and time from the beginning to the end of a field
  // block. Against peers that connect and send nothing, or an octet at a time.
  std::chrono::milliseconds preface_timeout{10'000};
  std::chrono::milliseconds field_block_timeout{10'000};
  // Time for the peer to acknowledge our SETTINGS (RFC 9113 §6.5.3), counted from when they were
  // sent, and again from each input, because the acknowledgement may be queued behind that.
  std::chrono::milliseconds settings_ack_timeout{30'000};

  // Time for which a stream may have DATA ready while the peer's windows allow none of it to be
  // sent. Then it is reset. Against slow readers (CVE-2016-1546) and memory held by a window of
  // zero. Minutes, because a video may be paused. Also the time for which output that waits behind
  // ConnectionClosed is kept while the transport takes nothing of it (Connection::should_close()).
  std::chrono::milliseconds stream_stall_timeout{300'000};
  // The same under memory pressure: when three quarters of connection_memory are in use, or after
  // Connection::set_memory_pressure(true).
  std::chrono::milliseconds stream_stall_timeout_under_pressure{30'000};

  // HTTP/1.1, server: time for the next octets of a request's content, as no PING can ask.
  std::chrono::milliseconds content_timeout{60'000};

  // Time without an open stream and without input, after which a graceful shutdown begins.
  std::chrono::milliseconds idle_timeout{180'000};
  // Age of the connection at which a graceful shutdown begins. Disabled by default, because age is
  // not misuse; for servers that want to redistribute their clients. Options::seed varies it.
  std::chrono::milliseconds connection_age{0};
  // Time from then until the streams that are still open are closed, and the connection with them.
  // Disabled by default: the streams may take any time.
  std::chrono::milliseconds connection_age_grace{0};

  // Time without input, with a stream open, after which a PING is sent. From when it was sent, the
  // peer has keepalive_timeout to send anything, or the connection is given up; octets that the
  // transport takes while others wait extend it, too. Disabled by default, because PINGs wake up
  // mobile devices and some peers limit their number.
  std::chrono::milliseconds keepalive_interval{0};
  std::chrono::milliseconds keepalive_timeout{20'000};
  // The same without an open stream; idle_timeout still applies. For connections through
  // middleboxes that drop idle connections.
  bool keepalive_while_idle = false;

  // Time from the PING of a graceful shutdown to the final GOAWAY, if that PING is not answered.
  std::chrono::milliseconds shutdown_ping_timeout{1000};
};

// The names of the limits above, to report which of them was reached.
enum class Limit : uint8_t {
  kConnectionMemory,
  kConcurrentStreams,
  kFieldListSize,
  kFieldsPerRequest,
  kFieldsPerResponse,
  kExtraContinuations,
  kTinyContinuations,
  kInformationalResponses,
  kRequestLineSize,
  kPipelinedRequests,  // input is not read
  kChunkExtensionSize,
  kContentSize,
  kDiscardedContent,
  kQueuedReplies,  // input is not read
  kOutputBacklog,  // input is not read
  kSettingsPerFrame,
  kResetBurst,
  kUselessBurst,
  kPrefaceTimeout,
  kFieldBlockTimeout,
  kSettingsAckTimeout,
  kStreamStallTimeout,
  kContentTimeout,
  kIdleTimeout,
  kConnectionAge,
  kConnectionAgeGrace,
  kKeepaliveTimeout,
};
inline constexpr size_t kLimits = 27;

// The name of the member of Limits ("connection_memory"; for a rate its burst). Static storage.
const char* to_string(Limit limit);

// A limit that was reached, its value, and the observed value, both in the limit's unit: octets, a
// number, or milliseconds.
struct LimitHit {
  Limit limit = Limit::kConnectionMemory;
  uint64_t bound = 0;
  uint64_t observed = 0;

  // The bound doubled, at least once, until it is not below the observed value.
  uint64_t suggested() const;
};

// How often each limit was reached, and the last hit.
class LimitCounts {
 public:
  void add(const LimitHit& hit);
  uint64_t of(Limit limit) const { return counts_[static_cast<size_t>(limit)]; }
  const std::optional<LimitHit>& last() const { return last_; }

 private:
  std::array<uint64_t, kLimits> counts_{};
  std::optional<LimitHit> last_;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_GUARD_LIMITS_H_
