#ifndef HEADRACE_ADAPTERS_LOOP_LOOP_STATISTICS_H_
#define HEADRACE_ADAPTERS_LOOP_LOOP_STATISTICS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "headrace/protocol/connection/statistics.h"
#include "headrace/protocol/guard/limits.h"

namespace headrace::adapters {

// A number that one thread changes and any thread may read: no lock, no locked instruction.
class Counter {
 public:
  // Wraps around, so a difference that is negative may be added as well.
  void add(uint64_t n) { value_.store(value() + n, std::memory_order_relaxed); }
  void subtract(uint64_t n) { add(-n); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// The counters of a connection that a loop adds up over its connections, by name.
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

// What happened on one loop. Each loop has its own, on cache lines of its own; a reader adds up
// those of all loops.
struct alignas(64) LoopStatistics {
  Counter connections_accepted;
  Counter connections_made;     // outbound ones
  Counter connects_failed;      // outbound ones that could not be made
  Counter connections_closed;   // of those accepted or made
  Counter connections_failed;   // of those closed: reset by the peer, or it stopped reading
  Counter accept_pauses;        // times that accepting paused for lack of descriptors or memory
  Counter input_shortages;      // times that all buffers for input were full (io_uring)
  Counter connection_memory;    // bytes in the ledgers of the open connections
  Counter memory;               // that and what else counts towards LoopOptions::memory
  Counter connections_evicted;  // times that one was ended for it
  Counter connections_yielded;  // ended to give their place to a newcomer
  Counter connections_refused;  // newcomers above their address's share while places were short
  Counter socket_memory;        // bytes of the system's in the open connections' sockets
  std::array<Counter, kConnectionCounters.size()> connection_counters;
  std::array<Counter, kLimits> limits_hit;  // by Limit: times that a connection reached it
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_LOOP_STATISTICS_H_
