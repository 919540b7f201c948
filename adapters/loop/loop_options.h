#ifndef HEADRACE_ADAPTERS_LOOP_LOOP_OPTIONS_H_
#define HEADRACE_ADAPTERS_LOOP_LOOP_OPTIONS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "headrace/adapters/socket/client_id.h"
#include "headrace/protocol/connection/options.h"

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
  // `yield_idle`; else one that had no stream for as long; else one whose streams have fallen short
  // of `least_rate` on the average for `yield_stalled`, in both directions together: octets of
  // bodies, and a request counts as kOctetsOfARequest. (Where octets wait in the system's queue for
  // the peer's system, the link is what is slow: then `least_rate` for all streams together is
  // enough.) Of these the one that is due for the longest. Who gets on keeps its place, and while
  // there is room nobody is asked. Zero: never.
  std::chrono::milliseconds yield_idle{1'000};
  std::chrono::milliseconds yield_stalled{3'000};
  uint64_t least_rate = 1'000;  // octets a second and stream; 0: anything that moves will do
  static constexpr uint64_t kOctetsOfARequest = 1'000;

  // Percent of the places (one at least) that the connections from one address may have before
  // they give way ahead of all others; and a newcomer from there does not take the place of one
  // from an address within its share, but is closed. An IPv6 address stands for its /64. 100: all.
  uint32_t client_share = 25;
  // Addresses that stand for many clients, a proxy in front: they have no share to keep to.
  std::vector<ClientId> shared_addresses;

  // Events that a turn handles over all connections: divided evenly among those that have some, as
  // WorkBudget says. What a turn sends for a connection is bounded by octets: 256 KiB under epoll,
  // IoUringOptions::output_size under io_uring.
  size_t events_per_turn = 1024;

  // Octets that the peers may make the loop hold: the connections' ledgers, output that waits for
  // its peer, what the handlers hold (Handler::memory()), what the system holds in the sockets'
  // queues (SO_MEMINFO; looked at when some of it may have been written, and before somebody is
  // ended for it), and kMemoryOfAConnection for each. Above it the connection that holds the most
  // is ended (ENHANCE_YOUR_CALM), one that falls short of `least_rate` before others, and the next,
  // until there is room: who holds little is not touched. 0 is no bound.
  static constexpr size_t kMemoryOfAConnection = 8 << 10;
  size_t memory = size_t{512} << 20;

  // Output waits, and neither the system has taken any of it nor the peer of what the system has
  // (SIOCOUTQ), for so long: the connection is dropped. Answers peers that ask and never read.
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
