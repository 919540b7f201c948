#ifndef HEADRACE_ADAPTERS_LOOP_LOOP_OPTIONS_H_
#define HEADRACE_ADAPTERS_LOOP_LOOP_OPTIONS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "headrace/adapters/loop/record_sinks.h"
#include "headrace/adapters/loop/secure_channel.h"
#include "headrace/adapters/socket/client_id.h"
#include "headrace/memory/abi.h"
#include "headrace/protocol/interface/options.h"

namespace headrace::adapters {
HEADRACE_ABI_BEGIN

// The options of a loop. A duration of zero disables its deadline.
struct LoopOptions {
  Options connection = {};  // of accepted connections
  // Encrypts accepted connections (tls::Server); null: cleartext. It must outlive the loop.
  SecureChannels* secure = nullptr;
  // Takes the records of accepted and outbound connections, in clear also of encrypted ones; null:
  // they are not recorded. It must outlive the loop.
  RecordSinks* records = nullptr;

  // Time after which an outbound connection that is not established has failed.
  std::chrono::milliseconds connect_timeout{10'000};

  // Connections that are open at once. Above it, new connections wait in the listen queue until one
  // closes or is closed to make room. They are not refused and cost no memory.
  size_t max_connections = 10'000;

  // If all places are taken and a connection waits for one, an accepted connection is evicted
  // (GOAWAY with NO_ERROR, then closed). First one whose preface has been incomplete for
  // `yield_idle`; then one that has had no stream for as long; then one whose streams have been
  // slower than `least_rate`, on the average, for `yield_stalled`. The rate counts octets of bodies
  // in both directions, and a request as kOctetsOfARequest. (If octets wait in the system's queue
  // for the peer's system, the link is slow, and `least_rate` for all streams together is enough.)
  // Of several, the one that has been due for the longest. A zero disables the rule.
  std::chrono::milliseconds yield_idle{1'000};
  std::chrono::milliseconds yield_stalled{3'000};
  uint64_t least_rate = 1'000;  // octets a second and stream; 0: any progress is enough
  static constexpr uint64_t kOctetsOfARequest = 1'000;

  // Percentage of the places (at least one) that the connections of one address may have before
  // they are evicted ahead of all others. Above it, a new connection of the address does not
  // replace one of an address within its share, but is closed. An IPv6 address stands for its /64.
  // 100: no limit.
  uint32_t client_share = 25;
  // Addresses that stand for many clients (a proxy, for example), to which the share does not
  // apply.
  std::vector<ClientId> shared_addresses = {};

  // Events that a turn handles for all connections, divided evenly between those that have some
  // (WorkBudget). The octets that a turn sends for a connection are limited, too: 256 KiB under
  // epoll, IoUringOptions::output_size under io_uring.
  size_t events_per_turn = 1024;

  // Octets that peers may make the loop hold: the connections' ledgers, queued output, the memory
  // of handlers (Handler::memory()), the sockets' queues in the system (SO_MEMINFO, measured when
  // output was written and before a connection is closed for it), and kMemoryOfAConnection for each
  // connection. Above it, the connection that holds the most is closed (ENHANCE_YOUR_CALM), one
  // that is slower than `least_rate` before others, until the limit is kept. 0: no limit.
  static constexpr size_t kMemoryOfAConnection = 8 << 10;
  size_t memory = size_t{512} << 20;

  // Time after which a connection with waiting output is dropped if neither the system has taken
  // any of it nor the peer any of the system's (SIOCOUTQ). Against peers that request and do not
  // read.
  std::chrono::milliseconds write_timeout{60'000};

  // Time without a stream and without input or output after which a connection frees its caches
  // (Connection::trim()).
  std::chrono::milliseconds trim_after{1'000};

  // Time, after our last octet was written, for the peer to close, or to take any of the octets in
  // flight. If we closed at once, with its octets still unread here, TCP would send a reset, which
  // destroys our GOAWAY on the peer's side.
  std::chrono::milliseconds linger_timeout{2'000};

  // Time from stop() until the streams that are still open are closed.
  std::chrono::milliseconds shutdown_grace{30'000};
};

HEADRACE_ABI_END
}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_LOOP_OPTIONS_H_
