#ifndef HEADRACE_BENCHMARKS_HEADRACE_SESSION_H_
#define HEADRACE_BENCHMARKS_HEADRACE_SESSION_H_

#include <chrono>

#include "benchmarks/peer.h"
#include "headrace/headrace.h"

// What a client and a server have in common.
namespace headrace::benchmarks {

inline constexpr TimePoint kNow = TimePoint{} + std::chrono::hours(1);

inline Options headrace_options(Allocation allocation) {
  Options options;
  options.allocation = allocation;
  options.complete_heads = false;  // they are complete
  options.initial_window_size = kWindow;
  options.connection_window_size = kWindow;
  options.limits.concurrent_streams = kConcurrentStreams;
  // A chunk of W3 asks for some 500 acknowledgements before they are drained. libnghttp2 lets 1,000
  // wait by default; with ours the loop would have to drain in between.
  options.limits.queued_replies = 1000;
  return options;
}

inline void drain_headrace(Connection* connection, FlatOutput* output) {
  for (;;) {
    size_t size = 0;
    for (const ConstBuffer& buffer : connection->pending_output()) {
      output->append(buffer.data, buffer.size);
      size += buffer.size;
    }
    if (size == 0) return;
    connection->sent(size);
  }
}

}  // namespace headrace::benchmarks

#endif  // HEADRACE_BENCHMARKS_HEADRACE_SESSION_H_
