#ifndef HEADRACE_PROTOCOL_GUARD_LIMITS_H_
#define HEADRACE_PROTOCOL_GUARD_LIMITS_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace headrace {

// Every bound that a peer can run into: its default, the attack it answers and what it costs.
// They measure live cost and are refunded when the work completes, so that they stop attacks and
// not real peers. A duration of zero switches that deadline off.
struct Limits {
  // Memory that the peer can make one connection hold, in the ledger (bytes).
  size_t connection_memory = 1 << 20;

  // Streams that the peer may have open at once; announced as MAX_CONCURRENT_STREAMS.
  // Costs a stream record each.
  uint32_t concurrent_streams = 100;

  // A field section, decoded: octets of names and values and 32 a field (RFC 9113 §6.5.2), and
  // fields. Beyond them a request is answered 431. Answers HPACK bombs (CVE-2016-6581) and header
  // floods.
  uint32_t field_list_size = 64 * 1024;
  uint32_t fields_per_section = 128;

  // CONTINUATION frames a field block beyond those that a full list needs, and how many frames of a
  // block may be tiny (under 64 octets). Answers CONTINUATION floods (CVE-2024-27316,
  // CVE-2019-9516).
  uint32_t extra_continuations = 4;
  uint32_t tiny_continuations = 4;

  // Interim responses (1xx) before the final one. Client role; the stream is reset.
  uint16_t informational_responses = 100;

  // Streams whose way of closing is remembered when they are gone, to tell late frames from wrong
  // ones (RFC 9113 §5.1). 8 octets each; they are allocated as they are needed.
  uint32_t remembered_streams = 256;

  // Entries of one SETTINGS frame (CVE-2020-11080).
  uint32_t settings_per_frame = 32;

  // Replies (acknowledgements, RST_STREAM, WINDOW_UPDATE) waiting to be sent; then input is kept
  // until half of them are out. Answers ping, settings and reset floods (CVE-2019-9512, -9514,
  // -9515).
  uint32_t queued_replies = 64;

  // Resets before a response has started, the peer's and those it provokes: a burst, then a rate a
  // second. Answers Rapid Reset and MadeYouReset (CVE-2023-44487, CVE-2025-8671). Server role.
  uint32_t reset_burst = 1000;
  uint32_t resets_per_second = 100;

  // Frames without use: empty DATA without END_STREAM, PRIORITY, unknown types, empty CONTINUATION,
  // SETTINGS that change nothing (CVE-2019-9518, -9513). Not what comes late on closed streams:
  // honest peers send that.
  uint32_t useless_burst = 500;
  uint32_t useless_per_second = 50;

  // PRIORITY_UPDATE frames about one stream (RFC 9218 §7); more of them count as frames without
  // use. Server role.
  uint8_t priority_updates_per_stream = 8;

  // How long the peer may take: for its preface, to finish a field block, to acknowledge SETTINGS.
  std::chrono::milliseconds preface_timeout{10000};
  std::chrono::milliseconds field_block_timeout{10000};
  std::chrono::milliseconds settings_ack_timeout{30000};
  // No stream open and nothing received for so long: shut down gracefully.
  std::chrono::milliseconds idle_timeout{180'000};
  // A stream has DATA to send and the peer's windows have let none of it through for so long: it is
  // reset. Answers slow readers (CVE-2016-1546).
  std::chrono::milliseconds stream_stall_timeout{300'000};
  // A stream is open and nothing was received for so long: a PING asks whether the peer is still
  // there, and it has keepalive_timeout to send anything. Off by default: a PING that nobody needs
  // wakes up mobile devices, and some peers count PINGs.
  std::chrono::milliseconds keepalive_interval{0};
  std::chrono::milliseconds keepalive_timeout{20'000};
  // A graceful shutdown's first GOAWAY waits so long for its PING to be answered.
  std::chrono::milliseconds shutdown_ping_timeout{1000};
};

// The bounds above, for counting which of them were reached.
enum class Limit : uint8_t {
  kConnectionMemory,
  kConcurrentStreams,
  kFieldListSize,  // or fields_per_section
  kContinuations,
  kInformationalResponses,
  kSettingsPerFrame,
  kQueuedReplies,  // input was held back
  kResets,
  kUselessFrames,
  kPrefaceTimeout,
  kFieldBlockTimeout,
  kSettingsAckTimeout,
  kKeepaliveTimeout,
  kStreamStallTimeout,
  kIdleTimeout,
};
inline constexpr size_t kLimits = 15;

// The member's name: "connection_memory".
const char* to_string(Limit limit);

class LimitCounts {
 public:
  void add(Limit limit) { ++counts_[static_cast<size_t>(limit)]; }
  uint64_t of(Limit limit) const { return counts_[static_cast<size_t>(limit)]; }

 private:
  std::array<uint64_t, kLimits> counts_{};
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_GUARD_LIMITS_H_
