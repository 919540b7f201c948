// Accepting connections, and evicting others to make room.

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "headrace/adapters/loop/loop.h"
#include "headrace/adapters/socket/address.h"
#include "headrace/adapters/socket/socket_queues.h"

namespace headrace::adapters {
namespace {

using std::chrono::milliseconds;

// The longest time for which octets that a peer's system takes at once pay for its place.
constexpr milliseconds kLongestStep{15'000};

}  // namespace

// --- Accepting.

bool Loop::accept_waiting(TimePoint now) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    if (!has_place(now)) return false;
    if (is_short_of_memory()) return true;
    UniqueFd socket(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.valid()) {
      start_accepted(std::move(socket), now);
    } else if (errno == EAGAIN) {
      return false;
    } else {
      accept_failed(errno, now);
    }
  }
  return true;
}

void Loop::accept_failed(int error, TimePoint now) {
  switch (error) {
    case EINTR:
    case ECANCELED:
      return;
    // Errors of the connection which would have been accepted (accept(2)).
    case ECONNABORTED:
    case EPERM:
    case EPROTO:
    case EOPNOTSUPP:
    case ENOPROTOOPT:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENONET:
      return;
    case ENFILE:
      if (service_->give_back_descriptor()) return;
      break;
    case EMFILE:
      if (service_->give_back_descriptor()) return;
      // Without descriptors there is no room, even if fewer connections than the limit are open.
      if (ConnectionRecord* record = next_to_evict(now)) return evict(*record, now);
      break;
    default:
      break;
  }
  // A shortage of the system or the process: the same call would fail again at once.
  admission_.pause(now);
  statistics_.accept_pauses.add(1);
}

std::optional<ClientId> Loop::client_of(const UniqueFd& socket) const {
  const std::optional<ClientId> client = SocketAddress::remote(socket).client_id();
  const auto& shared = options_.shared_addresses;
  if (client && std::ranges::find(shared, *client) != shared.end()) return std::nullopt;
  return client;
}

void Loop::start_accepted(UniqueFd socket, TimePoint now) {
  ConnectionRecord* yielding = room(now) == 0 ? next_to_evict(now) : nullptr;
  if (yielding != nullptr) {
    if (!eviction_order_.may_take_place(client_of(socket), *yielding)) {
      return statistics_.connections_refused.add(1);
    }
    evict(*yielding, now);
  }
  ConnectionRecord& record = add(std::move(socket));
  start(record, Role::kServer, options_.connection, *service_, options_.secure, now);
}

// Does not watch the listener while no connection may be accepted, because it would be reported in
// every turn.
void Loop::update_listener(TimePoint now) {
  if (!listener_.valid()) return;
  const bool may_yield = !admission_.is_paused(now) && eviction_order_.next() <= now;
  const bool watch = room(now) > 0 || may_yield;
  if (watch == listener_watched_) return;
  if (watch_listener(watch)) {
    listener_watched_ = watch;
  } else {
    admission_.pause(now);
  }
}

// When to watch the listener again.
TimePoint Loop::next_place(TimePoint now) const {
  if (!listener_.valid() || listener_watched_ || admission_.is_paused(now)) return TimePoint::max();
  return room(now) > 0 ? now : eviction_order_.next();
}

// --- Evicting connections.

void Loop::note_progress(ConnectionRecord& record, TimePoint now) {
  if (!record.accepted) return;
  const Session& session = *record.session;
  eviction_order_.note(record, session.activity(), session.progress(), now, session.open_streams());
}

ConnectionRecord* Loop::next_to_evict(TimePoint now) {
  if (admission_.is_paused(now)) return nullptr;
  while (EvictionOrder::Entry* due = eviction_order_.due(now)) {
    ConnectionRecord& record = static_cast<ConnectionRecord&>(*due);
    note_progress(record, now);
    if (eviction_order_.due(now) != due) continue;
    if (!is_moving(record, now)) return &record;
  }
  return nullptr;
}

// Whether a connection without progress has octets in the system's queues, in either direction, and
// these move. If so, it is checked again later. A peer's system accepts more in steps of up to half
// its buffer. (Octets that wait there are the sign of a slow link, not of slow streams, so the rate
// of one stream is enough.)
bool Loop::is_moving(ConnectionRecord& record, TimePoint now) {
  record.in_flight = bytes_in_flight(record.socket);
  const uint64_t delivered = record.session->bytes_sent() - record.in_flight;
  const uint64_t taken = delivered - std::exchange(record.delivered, delivered);
  if (taken > 0) {
    const uint64_t rate = std::max<uint64_t>(options_.least_rate, 1);
    const milliseconds paid(std::min<uint64_t>(taken, 1 << 30) * 1000 / rate);
    record.moves_until = now + std::min(kLongestStep, paid);
  }
  const bool unread = record.session->wants_input() && bytes_unread(record.socket) > 0;
  const bool takes_output = record.in_flight > 0 && now < record.moves_until;
  if (!takes_output && !unread) return false;
  TimePoint until = now + std::max({options_.yield_stalled, options_.yield_idle, milliseconds(1)});
  if (!unread) until = std::min(until, record.moves_until);
  eviction_order_.postpone(record, until);
  return true;
}

void Loop::evict(ConnectionRecord& record, TimePoint now) {
  statistics_.connections_yielded.add(1);
  // Otherwise the system would hold octets that the peer does not take for minutes more.
  if (record.in_flight > 0) abort_at_close(record.socket);
  end_at_once(record, now);
}

}  // namespace headrace::adapters
