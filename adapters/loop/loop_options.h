#ifndef HEADRACE_ADAPTERS_LOOP_LOOP_OPTIONS_H_
#define HEADRACE_ADAPTERS_LOOP_LOOP_OPTIONS_H_

#include <chrono>
#include <cstddef>

#include "protocol/connection/options.h"

namespace headrace::adapters {

// How a loop treats its connections. A duration of zero switches that deadline off.
struct LoopOptions {
  Options connection;  // of those that are accepted

  // An outbound connection that is not made by then has failed.
  std::chrono::milliseconds connect_timeout{10'000};

  // Connections open at once. Above it newcomers wait in the listen queue until one closes or gives
  // way: they are neither refused nor do they cost memory.
  size_t max_connections = 10'000;

  // Every place is taken and somebody waits for one: an accepted connection gives way (GOAWAY,
  // NO_ERROR, then it is closed). First one that has not finished its preface for the time
  // `yield_idle`; else the one that had no stream for the longest, and at least as long; else the
  // one with streams of which nothing has moved for the longest, in either direction, and at least
  // for `yield_stalled`. Who gets on keeps its place. Zero: never.
  std::chrono::milliseconds yield_idle{1'000};
  std::chrono::milliseconds yield_stalled{5'000};

  // Octets that the peers may make the loop hold: the connections' ledgers, output that waits for
  // its peer, and what the handlers hold (Handler::memory()). Above it the connection that holds
  // the most is ended (ENHANCE_YOUR_CALM), and the next, until there is room: who holds little is
  // not touched. 0 is no bound.
  size_t memory = size_t{512} << 20;

  // Output waits and the peer has taken none of it for so long: the connection is dropped. Answers
  // peers that ask and never read.
  std::chrono::milliseconds write_timeout{60'000};

  // No stream is open and nothing has moved for so long: the connection gives its caches back
  // (Connection::trim()). In between they save allocations.
  std::chrono::milliseconds trim_after{1'000};

  // After our last byte is written: how long the peer may take to close, and to take any of what is
  // still on its way. Closing at once,
  // with its bytes still unread here, would make TCP send a reset that destroys our GOAWAY on the
  // peer's side.
  std::chrono::milliseconds linger_timeout{2'000};

  // From stop() on: how long open streams may take to finish before they are cut.
  std::chrono::milliseconds shutdown_grace{30'000};
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_LOOP_OPTIONS_H_
