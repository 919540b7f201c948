// Who comes in, and who has to give way.

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

// What a peer takes in at once may pay for its place for so long.
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
      // Nor is there room where descriptors are fewer than the connections that may be open.
      if (ConnectionRecord* record = who_yields(now)) return yield(*record, now);
      break;
    default:
      break;
  }
  // The system's or ours: the same call would fail again at once.
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
  ConnectionRecord* yielding = room(now) == 0 ? who_yields(now) : nullptr;
  if (yielding != nullptr) {
    if (!yield_order_.may_take_place(client_of(socket), *yielding)) {
      return statistics_.connections_refused.add(1);
    }
    yield(*yielding, now);
  }
  ConnectionRecord& record = add(std::move(socket));
  start(record, Role::kServer, options_.connection, *service_, now);
}

// While nobody may come in the listener is not watched: it would be reported every turn.
void Loop::update_listener(TimePoint now) {
  if (!listener_.valid()) return;
  const bool may_yield = !admission_.is_paused(now) && yield_order_.next() <= now;
  const bool watch = room(now) > 0 || may_yield;
  if (watch == listener_watched_) return;
  if (watch_listener(watch)) {
    listener_watched_ = watch;
  } else {
    admission_.pause(now);
  }
}

// When to watch it again.
TimePoint Loop::next_place(TimePoint now) const {
  if (!listener_.valid() || listener_watched_ || admission_.is_paused(now)) return TimePoint::max();
  return room(now) > 0 ? now : yield_order_.next();
}

// --- Giving way to newcomers.

void Loop::note_progress(ConnectionRecord& record, TimePoint now) {
  if (!record.accepted) return;
  const Session& session = *record.session;
  yield_order_.note(record, session.standing(), session.progress(), now, session.open_streams());
}

ConnectionRecord* Loop::who_yields(TimePoint now) {
  if (admission_.is_paused(now)) return nullptr;
  while (YieldOrder::Entry* due = yield_order_.due(now)) {
    ConnectionRecord& record = static_cast<ConnectionRecord&>(*due);
    note_progress(record, now);
    if (yield_order_.due(now) != due) continue;
    if (!is_moving(record, now)) return &record;
  }
  return nullptr;
}

// Who seems to stand still, and has been written more than its peer has taken, or has not been read
// from, is looked at again later: what the system holds tells whether anything moves. A peer's
// system takes in more in steps of up to half its buffer. (That is a slow link rather than slow
// streams, so one stream's rate is enough.)
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
  yield_order_.postpone(record, until);
  return true;
}

void Loop::yield(ConnectionRecord& record, TimePoint now) {
  statistics_.connections_yielded.add(1);
  // Else the system would hold for minutes more what the peer does not take.
  if (record.in_flight > 0) abort_at_close(record.socket);
  end_at_once(record, now);
}

}  // namespace headrace::adapters
