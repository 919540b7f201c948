#ifndef HEADRACE_ADAPTERS_LOOP_LOOP_STATISTICS_H_
#define HEADRACE_ADAPTERS_LOOP_LOOP_STATISTICS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "headrace/protocol/guard/limits.h"
#include "headrace/protocol/interface/statistics.h"

namespace headrace::adapters {

// A number that one thread changes and any thread may read, without locked instructions.
class Counter {
 public:
  // Wraps around, so a negative difference may be added, too.
  void add(uint64_t n) { value_.store(value() + n, std::memory_order_relaxed); }
  void subtract(uint64_t n) { add(-n); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// A counter of Statistics that a loop sums over its connections, and its name.
struct ConnectionCounter {
  const char* name;
  uint64_t Statistics::*field;
};
inline constexpr auto kConnectionCounters = std::to_array<ConnectionCounter>({
    {"bytes_received", &Statistics::bytes_received},
    {"bytes_sent", &Statistics::bytes_sent},
    {"frames_received", &Statistics::frames_received},
    {"requests_received", &Statistics::requests_received},
    {"requests_sent", &Statistics::requests_sent},
    {"data_received", &Statistics::data_received},
    {"data_sent", &Statistics::data_sent},
    {"streams_reset_by_peer", &Statistics::streams_reset_by_peer},
    {"streams_reset_by_us", &Statistics::streams_reset_by_us},
    {"requests_too_large", &Statistics::requests_too_large},
    {"implicit_keeps", &Statistics::implicit_keeps},
});

// The counters of one loop, on cache lines of its own. A reader sums those of all loops.
struct alignas(64) LoopStatistics {
  Counter connections_accepted;
  Counter connections_made;     // outbound ones that were established
  Counter connects_failed;      // outbound ones that could not be established
  Counter connections_closed;   // accepted or established ones
  Counter connections_failed;   // closed because the peer reset them or stopped reading
  Counter handshakes_failed;    // of connections that ended before their TLS handshake was complete
  Counter accept_pauses;        // pauses of accepting for lack of descriptors or memory
  Counter input_shortages;      // times that all buffers for input were full (io_uring)
  Counter connection_memory;    // octets in the ledgers of the open connections
  Counter memory;               // octets that count for LoopOptions::memory
  Counter connections_evicted;  // closed to keep LoopOptions::memory
  Counter connections_yielded;  // closed to make room for a new connection
  Counter connections_refused;  // new ones above their address's share while places were short
  Counter socket_memory;        // octets of the system's memory in the open connections' sockets
  std::array<Counter, kConnectionCounters.size()> connection_counters;
  std::array<Counter, kLimits> limits_hit;  // by Limit: how often a connection reached it
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_LOOP_STATISTICS_H_
