#ifndef HEADRACE_PROTOCOL_GUARD_LIMITS_H_
#define HEADRACE_PROTOCOL_GUARD_LIMITS_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace headrace {

// Every bound that a peer can run into: its default, the reason for it, and what it costs in memory
// a connection (none where nothing is said). They measure live cost and are refunded when the work
// completes, or are budgets that refill with time: they stop attacks and not peers that stay for
// long. A duration of zero switches that deadline off.
//
// The receive windows, which bound a peer's DATA, stand beside the other SETTINGS in Options:
// initial_window_size (65,535 a stream), connection_window_size (1 MiB; it holds for all streams
// together, so this is what an application that keeps what it gets and gives no credit can come to
// hold) and max_window_size (16 MiB, only with WindowPolicy::kAutoTuned). The library buffers none
// of it.
struct Limits {
  // --- Memory

  // Memory that the peer can make one connection hold, in the ledger (octets): fields, HPACK
  // tables, stream records, input that is kept. max_bytes(Options) says what a whole connection can
  // come to.
  size_t connection_memory = 1 << 20;

  // Streams that the peer may have open at once, announced as MAX_CONCURRENT_STREAMS; more are
  // refused (RFC 9113 §5.1.2). 100 is the least that the RFC recommends (§6.5.2), and what browsers
  // and gRPC reckon with. A record of about 500 octets each, in the ledger. A peer can choose ids
  // so that finding a stream passes all that are open, and SETTINGS can move them all: work, too,
  // grows with it.
  uint32_t concurrent_streams = 100;

  // Streams whose way of closing is remembered when they are gone, to tell late frames from wrong
  // ones (RFC 9113 §5.1). 8 octets each, in the ledger, as they are needed: 2 KiB.
  uint32_t remembered_streams = 256;

  // --- Fields

  // A field section, decoded: octets of names and values and 32 a field (RFC 9113 §6.5.2), counted
  // before anything is copied. Beyond it a request is answered 431, a response's stream is reset.
  // Answers HPACK bombs (CVE-2016-6581). 20 KiB of single sign-on cookies are common, 64 KiB are
  // not. In the ledger, up to twice, while a block is decoded.
  uint32_t field_list_size = 64 * 1024;

  // Fields of a section of a request and of a response; what follows is as above. Cookie crumbs,
  // into which honest clients cut their cookies (§8.2.3), do not count: field_list_size alone
  // bounds them. Answers floods of fields that cost little to send and a record each to hold
  // (CVE-2026-49975). 40 octets each, in the ledger.
  uint32_t fields_per_request = 128;
  uint32_t fields_per_response = 512;

  // Frames of a field block beyond those that a list of field_list_size needs, and how many of its
  // CONTINUATION frames may be tiny (under 64 octets, without END_HEADERS). Answers CONTINUATION
  // floods (CVE-2024-27316, CVE-2019-9516, CVE-2026-33871).
  uint32_t extra_continuations = 4;
  uint32_t tiny_continuations = 4;

  // Interim responses (1xx) before the final one. Client role; the stream is reset.
  uint16_t informational_responses = 100;

  // --- Output

  // Replies (acknowledgements, RST_STREAM, 431) waiting to be sent; then input is kept
  // until half of them are out. Answers ping, settings and reset floods (CVE-2019-9512, -9514,
  // -9515). Of what is answered so, PINGs of the application and SETTINGS, half as many are asked
  // at a time: two ends that let 8 wait or more never wait for each other. About 64 octets each:
  // 4 KiB.
  uint32_t queued_replies = 64;

  // Octets of responses' heads, trailers and the like waiting to be sent, DATA apart, which is made
  // as it is asked for; then input is kept until half of them are out. Server role: a client that
  // asks and does not read makes no more than this of answers. It is the most that it costs.
  size_t output_backlog = 256 * 1024;

  // --- Rates: a burst, then so many a second.

  // Entries of one SETTINGS frame (CVE-2020-11080). There are 8 that have a meaning.
  uint32_t settings_per_frame = 32;

  // Resets before a response has started (its head was shown by pending_output()), the peer's and
  // those it provokes alike, in one budget.
  // The application's own are free, and those with NO_ERROR behind a whole response (§8.1).
  // Answers Rapid Reset and MadeYouReset (CVE-2023-44487, CVE-2025-8671). A browser that leaves a
  // page resets at most what is open. Server role.
  uint32_t reset_burst = 1000;
  uint32_t resets_per_second = 100;

  // Frames without use: empty DATA without END_STREAM, PRIORITY beyond what goes with requests,
  // unknown types, SETTINGS that change nothing or move the windows of streams that wait, GOAWAY
  // after the first, PING acknowledgements of nothing (CVE-2019-9518, -9513, -9511). Never
  // WINDOW_UPDATE, nor DATA with END_STREAM, nor what comes late on closed streams: honest peers
  // send them.
  uint32_t useless_burst = 500;
  uint32_t useless_per_second = 50;

  // PRIORITY_UPDATE frames about one stream (RFC 9218 §7), and PRIORITY frames (RFC 9113 §6.3) for
  // each request, of no more than concurrent_streams requests at once; more of them count as frames
  // without use. Chromium sends 150 to 180 PRIORITY frames as it lays out a page of 300 images.
  // Server role.
  uint8_t priority_updates_per_stream = 8;

  // --- Deadlines

  // How long the peer may take for its preface and SETTINGS, and to finish a field block. Answer
  // peers that connect and dribble.
  std::chrono::milliseconds preface_timeout{10'000};
  std::chrono::milliseconds field_block_timeout{10'000};
  // To acknowledge SETTINGS (RFC 9113 §6.5.3) from when they have left; not while its input goes
  // on, behind which the acknowledgement waits.
  std::chrono::milliseconds settings_ack_timeout{30'000};

  // A stream has DATA to send and the peer's windows have let none of it through for so long: it is
  // reset. Answers slow readers (CVE-2016-1546) and what is pinned behind a window of zero. A
  // paused video may well take minutes.
  std::chrono::milliseconds stream_stall_timeout{300'000};
  // The same under memory pressure: three quarters of connection_memory are in use, or the
  // application says so (Connection::set_memory_pressure()).
  std::chrono::milliseconds stream_stall_timeout_under_pressure{30'000};

  // No stream open and nothing received for so long: a graceful shutdown begins.
  std::chrono::milliseconds idle_timeout{180'000};
  // The connection is so old: a graceful shutdown begins. Off by default, as age is not misuse; for
  // servers that want to spread their clients anew. Options::seed spreads it.
  std::chrono::milliseconds connection_age{0};
  // Streams that are still open so long after that are closed, with the connection. Off by default:
  // they may take as long as they like.
  std::chrono::milliseconds connection_age_grace{0};

  // A stream is open and nothing was received for so long: a PING asks whether the peer is still
  // there, and once it has left the peer has keepalive_timeout to send anything. Octets that the
  // transport takes while more wait are a sign of life too; one that takes nothing is given up. Off
  // by default: a PING that nobody needs wakes up mobile devices, and some peers count PINGs.
  std::chrono::milliseconds keepalive_interval{0};
  std::chrono::milliseconds keepalive_timeout{20'000};
  // The same where no stream is open; idle_timeout goes on meanwhile. For connections through
  // middleboxes that forget those that are quiet.
  bool keepalive_while_idle = false;

  // A graceful shutdown's first GOAWAY waits so long for its PING to be answered, from when it has
  // left.
  std::chrono::milliseconds shutdown_ping_timeout{1000};
};

// The bounds above by name, to say which of them was reached.
enum class Limit : uint8_t {
  kConnectionMemory,
  kConcurrentStreams,
  kFieldListSize,
  kFieldsPerRequest,
  kFieldsPerResponse,
  kExtraContinuations,
  kTinyContinuations,
  kInformationalResponses,
  kQueuedReplies,  // input was held back
  kOutputBacklog,  // so it was
  kSettingsPerFrame,
  kResetBurst,
  kUselessBurst,
  kPrefaceTimeout,
  kFieldBlockTimeout,
  kSettingsAckTimeout,
  kStreamStallTimeout,
  kIdleTimeout,
  kConnectionAge,
  kConnectionAgeGrace,
  kKeepaliveTimeout,
};
inline constexpr size_t kLimits = 21;

// The member's name: "connection_memory".
const char* to_string(Limit limit);

// A bound that was reached: what was seen, and what it would take to let that pass. In the bound's
// own unit: octets, a number, milliseconds.
struct LimitHit {
  Limit limit = Limit::kConnectionMemory;
  uint64_t bound = 0;
  uint64_t observed = 0;

  // The bound doubled, once at least, and as often as it takes to hold what was observed.
  uint64_t suggested() const;
};

// How often each bound was reached, and the last of them.
class LimitCounts {
 public:
  void add(const LimitHit& hit) {
    ++counts_[static_cast<size_t>(hit.limit)];
    last_ = hit;
  }
  uint64_t of(Limit limit) const { return counts_[static_cast<size_t>(limit)]; }
  const std::optional<LimitHit>& last() const { return last_; }

 private:
  std::array<uint64_t, kLimits> counts_{};
  std::optional<LimitHit> last_;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_GUARD_LIMITS_H_
