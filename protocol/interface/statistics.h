#ifndef HEADRACE_PROTOCOL_INTERFACE_STATISTICS_H_
#define HEADRACE_PROTOCOL_INTERFACE_STATISTICS_H_

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/guard/limits.h"

namespace headrace {

// Counts frames by type. All types that RFC 9113 does not define share one count.
class FrameCounts {
 public:
  static constexpr size_t kTypes = 11;

  void add(FrameType type, uint64_t frames = 1) { counts_[index(type)] += frames; }
  uint64_t of(FrameType type) const { return counts_[index(type)]; }
  uint64_t all() const {
    uint64_t sum = 0;
    for (const uint64_t count : counts_) sum += count;
    return sum;
  }

 private:
  static size_t index(FrameType type) {
    return std::min<size_t>(static_cast<size_t>(type), kTypes - 1);
  }
  std::array<uint64_t, kTypes> counts_{};
};

// Counters of one connection since it was created. Bytes are the transport's, with frame headers.
struct Statistics {
  uint64_t bytes_received = 0;
  uint64_t bytes_sent = 0;
  uint64_t frames_received = 0;
  uint64_t frames_sent = 0;
  FrameCounts received_by_type;
  FrameCounts sent_by_type;
  uint64_t requests_received = 0;
  uint64_t requests_sent = 0;
  uint64_t responses_received = 0;  // final ones
  uint64_t data_received = 0;       // octets of bodies, without padding
  uint64_t data_sent = 0;
  uint64_t streams_reset_by_peer = 0;
  uint64_t streams_reset_by_us = 0;
  uint64_t requests_too_large = 0;  // answered 431
  LimitCounts limits_hit;
  uint64_t implicit_keeps = 0;  // events that were still held at the next step
  uint64_t allocations = 0;     // of events, of output, and of memory in the ledger
  size_t memory_live = 0;       // octets that the peer makes us hold: the ledger, and a cut frame
  size_t memory_peak = 0;

  // Round-trip time of the last PING that was answered (RFC 9113 §6.7); zero before the first.
  std::chrono::nanoseconds round_trip{0};
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_STATISTICS_H_
