#ifndef HEADRACE_PROTOCOL_CONNECTION_STATISTICS_H_
#define HEADRACE_PROTOCOL_CONNECTION_STATISTICS_H_

#include <cstddef>
#include <cstdint>

namespace headrace {

// Counters of one connection since it was created.
struct Statistics {
  uint64_t bytes_received = 0;
  uint64_t bytes_sent = 0;
  uint64_t frames_received = 0;
  uint64_t requests_received = 0;
  uint64_t requests_sent = 0;
  uint64_t responses_received = 0;  // final ones
  uint64_t data_received = 0;       // octets of message bodies, without padding
  uint64_t data_sent = 0;
  uint64_t streams_reset_by_peer = 0;
  uint64_t streams_reset_by_us = 0;
  uint64_t requests_too_large = 0;  // answered 431
  uint64_t implicit_keeps = 0;      // events that were still held at the next step
  size_t memory_live = 0;           // bytes in the ledger
  size_t memory_peak = 0;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_CONNECTION_STATISTICS_H_
