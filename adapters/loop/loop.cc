#include "adapters/loop/loop.h"

#include <linux/sockios.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace headrace::adapters {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// Octets that the system takes beyond what the peer's window and the network let go out. Without a
// bound it takes megabytes for a peer that reads nothing; and what has been taken can no longer
// give way to a more urgent response.
constexpr int kMostUnsent = 256 * 1024;

// Octets; and what a connection counts for although its peer makes it hold none: it costs a few
// thousand, and keeps from being given back what lies beside them.
constexpr uint64_t kWorthGivingBack = 4 << 20;
constexpr uint64_t kConnection = 16 << 10;

// How connect() ended: 0, or an errno value.
int socket_error(const UniqueFd& socket) {
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

// What has come and was not read.
size_t bytes_unread(const UniqueFd& socket) {
  int bytes = 0;
  return ioctl(socket.get(), SIOCINQ, &bytes) == 0 ? static_cast<size_t>(bytes) : 0;
}

// What was written and the peer's side has not acknowledged.
size_t bytes_in_flight(const UniqueFd& socket) {
  int bytes = 0;
  return ioctl(socket.get(), SIOCOUTQ, &bytes) == 0 ? static_cast<size_t>(bytes) : 0;
}

}  // namespace

void Peer::attend() {
  if (!called) loop.called_.push_back(this);
  called = true;
}

Loop::Loop(const LoopOptions& options, Service* service, UniqueFd wakeup, bool explicit_release)
    : options_(options),
      service_(service),
      wakeup_(std::move(wakeup)),
      admission_(options.max_connections),
      yield_order_(options.yield_idle, options.yield_stalled) {
  options_.connection.explicit_release = explicit_release;
}

absl::StatusOr<UniqueFd> Loop::make_wakeup() {
  UniqueFd wakeup(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!wakeup.valid()) return absl::ErrnoToStatus(errno, "eventfd");
  return wakeup;
}

void Loop::abort_at_close(const UniqueFd& socket) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

void Loop::listen(UniqueFd listener) {
  listener_ = std::move(listener);
  update_listener(current_time());
}

void Loop::adopt(UniqueFd socket) { start_accepted(std::move(socket), current_time()); }

void Loop::connect(UniqueFd socket, const Options& options, Service* service) {
  // Also when it is connected already: nothing of the application is called from here.
  Peer& peer = add(std::move(socket));
  peer.connecting.reset(new Peer::Connecting{options, service});
  peer.connecting->options.explicit_release = options_.connection.explicit_release;
  if (peer.usable) watch_connecting(peer);
  const TimePoint now = current_time();
  const bool hopeless = !peer.usable || stops_handled_ > 0;
  deadlines_.schedule(peer, hopeless ? now : now + options_.connect_timeout);
}

void Loop::run() {
  while (turn(milliseconds::max())) {
  }
}

bool Loop::turn(milliseconds max_wait) {
  const TimePoint now = wait(timeout(max_wait, current_time()));
  if (!failure_.ok()) return false;
  expire_deadlines(now);
  attend_called(now);
  make_room(now);
  handle_stop(now);
  give_memory_back();
  update_listener(now);
  return stops_handled_ == 0 || !peers_.empty() || !is_idle();
}

void Loop::stop() {
  stops_requested_.fetch_add(1);
  const uint64_t one = 1;
  [[maybe_unused]] ssize_t n = ::write(wakeup_.get(), &one, sizeof(one));
}

TimePoint Loop::next_deadline(TimePoint now) const {
  return has_unsubmitted() ? now : next_event(now);
}

TimePoint Loop::next_event(TimePoint now) const {
  if (!called_.empty()) return now;
  return std::min({deadlines_.next(), admission_.resumes_at(now), next_place(now), grace_ends_});
}

nanoseconds Loop::timeout(milliseconds max_wait, TimePoint now) const {
  const TimePoint next = next_event(now);
  if (next <= now) return nanoseconds(0);
  const nanoseconds until = next == TimePoint::max() ? nanoseconds::max() : nanoseconds(next - now);
  // (The maximum of milliseconds is no number of nanoseconds.)
  return max_wait < std::chrono::hours(1) ? std::min<nanoseconds>(until, max_wait) : until;
}

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
  if (error == EMFILE) {
    // Nor is there room where descriptors are fewer than the connections that may be open.
    if (Peer* peer = who_yields(now)) return yield(*peer, now);
  }
  if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) {
    admission_.pause(now);
    statistics_.accept_pauses.add(1);
  }
  // Any other error is that of the connection which would have been accepted (accept(2)).
}

void Loop::start_accepted(UniqueFd socket, TimePoint now) {
  if (room(now) == 0) {
    if (Peer* peer = who_yields(now)) yield(*peer, now);
  }
  Peer& peer = add(std::move(socket));
  start(peer, Role::kServer, options_.connection, *service_, now);
}

Peer& Loop::add(UniqueFd socket) {
  const int on = 1;  // frames leave when they are written; not every stream socket is TCP
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMostUnsent, sizeof(kMostUnsent));
  peers_.push_back(make_peer(std::move(socket)));
  Peer& peer = *peers_.back();
  peer.index = peers_.size() - 1;
  return peer;
}

void Loop::start(Peer& peer, Role role, const Options& options, Service& service, TimePoint now) {
  if (!peer.usable) return remove(peer);
  peer.session.emplace(role, options, options_, service, peer, statistics_, now);
  // A client speaks first, and its preface is usually here already: our SETTINGS go out with
  // replies.
  if (role == Role::kServer) read_ahead(peer, now);
  if (stops_handled_ > 0) peer.session->shutdown(now);
  peer.accepted = role == Role::kServer;
  settle(peer, now);
}

// While nobody may come in the listener is not watched: it would be reported every turn.
void Loop::update_listener(TimePoint now) {
  if (!listener_.valid()) return;
  const bool may_yield = !admission_.is_paused(now) && yield_order_.next() <= now;
  const bool watch = room(now) > 0 || may_yield;
  if (watch != listener_watched_) watch_listener(watch);
  listener_watched_ = watch;
}

// When to watch it again.
TimePoint Loop::next_place(TimePoint now) const {
  if (!listener_.valid() || listener_watched_ || admission_.is_paused(now)) return TimePoint::max();
  return room(now) > 0 ? now : yield_order_.next();
}

// --- Giving way to newcomers.

void Loop::note_progress(Peer& peer, TimePoint now) {
  if (!peer.accepted) return;
  yield_order_.note(peer, peer.session->standing(), peer.session->progress(), now);
}

// Who seems to stand still, and has been written more than its peer has taken, or has not been read
// from, is looked at again later: what the system holds tells whether anything moves.
Peer* Loop::who_yields(TimePoint now) {
  if (admission_.is_paused(now)) return nullptr;
  while (YieldOrder::Entry* due = yield_order_.due(now)) {
    Peer& peer = static_cast<Peer&>(*due);
    note_progress(peer, now);
    if (yield_order_.due(now) != due) continue;
    const size_t in_flight = bytes_in_flight(peer.socket);
    const bool takes_output =
        std::exchange(peer.in_flight, in_flight) != in_flight && in_flight > 0;
    const bool unread = peer.session->wants_input() && bytes_unread(peer.socket) > 0;
    if (!takes_output && !unread) return &peer;
    yield_order_.renew(peer, now);
  }
  return nullptr;
}

void Loop::yield(Peer& peer, TimePoint now) {
  statistics_.connections_yielded.add(1);
  // Else the system would hold for minutes more what the peer does not take.
  if (peer.in_flight > 0) abort_at_close(peer.socket);
  end_at_once(peer, now);
}

// --- Connecting.

void Loop::finish_connecting(Peer& peer, TimePoint now) {
  end_connecting(peer, socket_error(peer.socket), now);
}

void Loop::end_connecting(Peer& peer, int error, TimePoint now) {
  const std::unique_ptr<Peer::Connecting> connecting = std::move(peer.connecting);
  if (error == 0) {
    return start(peer, Role::kClient, connecting->options, *connecting->service, now);
  }
  statistics_.connects_failed.add(1);
  remove(peer);
  connecting->service->connect_failed(error);
}

// --- One connection's turn.

void Loop::settle(Peer& peer, TimePoint now) {
  write(peer, now);
  Session& session = *peer.session;
  session.publish_statistics();
  if (session.phase() == Session::Phase::kLingering && !peer.fin_sent) {
    peer.fin_sent = true;
    shutdown(peer.socket.get(), SHUT_WR);
  }
  if (session.phase() == Session::Phase::kClosed) return remove(peer);
  watch(peer);
  deadlines_.schedule(peer, session.deadline());
  note_progress(peer, now);
}

void Loop::remove(Peer& peer) {
  deadlines_.remove(peer);
  yield_order_.remove(peer);
  if (peer.session) peer.session->discount_memory();
  if (std::exchange(peer.called, true)) {
    std::ranges::replace(called_, &peer, static_cast<Peer*>(nullptr));
  }
  const size_t index = peer.index;
  std::swap(peers_[index], peers_.back());
  peers_[index]->index = index;
  // Its handler may call connect() while it is destroyed.
  std::unique_ptr<Peer> removed = std::move(peers_.back());
  peers_.pop_back();
  close(std::move(removed));
}

void Loop::close_all() {
  admission_ = Admission(0);
  while (!peers_.empty()) remove(*peers_.back());
}

void Loop::expire_deadlines(TimePoint now) {
  while (DeadlineQueue::Entry* due = deadlines_.take_due(now)) {
    Peer& peer = static_cast<Peer&>(*due);
    if (peer.connecting != nullptr) {
      end_connecting(peer, stops_handled_ == 0 ? ETIMEDOUT : ECANCELED, now);
      continue;
    }
    // Else the system would hold for minutes more what the peer does not take.
    if (peer.session->has_stuck(now)) abort_at_close(peer.socket);
    peer.session->expire(now, bytes_in_flight(peer.socket));
    settle(peer, now);
  }
}

// Who is called meanwhile has its turn in the next round.
void Loop::attend_called(TimePoint now) {
  const size_t count = called_.size();
  for (size_t i = 0; i < count; ++i) {
    Peer* peer = std::exchange(called_[i], nullptr);
    if (peer == nullptr) continue;  // removed
    peer->called = false;
    peer->session->attend(now);
    settle(*peer, now);
  }
  called_.erase(called_.begin(), called_.begin() + static_cast<std::ptrdiff_t>(count));
}

// Ends those that hold the most. Their streams' memory is free at once; a connection that is still
// the largest has to go whole.
void Loop::make_room(TimePoint now) {
  const auto held = [](const std::unique_ptr<Peer>& peer) {
    return peer->session ? peer->session->memory() : 0;
  };
  while (is_short_of_memory() && !peers_.empty()) {
    Peer& largest = **std::ranges::max_element(peers_, {}, held);
    if (std::exchange(largest.evicted, true)) {
      abort_at_close(largest.socket);
      remove(largest);
      continue;
    }
    statistics_.connections_evicted.add(1);
    largest.session->terminate(ErrorCode::kEnhanceYourCalm, now);
    settle(largest, now);
  }
}

// The allocator keeps what is free between what is not: a crowd that has gone is no reason to stay
// large.
void Loop::give_memory_back() {
  const uint64_t held = statistics_.memory.value() + kConnection * peers_.size();
  most_held_ = std::max(most_held_, held);
  if (most_held_ < kWorthGivingBack || held > most_held_ / 4) return;
  malloc_trim(0);
  most_held_ = held;
}

// --- The end.

void Loop::handle_stop(TimePoint now) {
  const int requested = std::min(stops_requested_.load(), 2);
  if (requested >= 1 && stops_handled_ == 0) stop_gracefully(now);
  if ((requested >= 2 && stops_handled_ == 1) || now >= grace_ends_) stop_at_once(now);
}

void Loop::stop_gracefully(TimePoint now) {
  if (options_.shutdown_grace.count() > 0) grace_ends_ = now + options_.shutdown_grace;
  // Who waits in the queue already is served: closing the listener would reset them.
  if (listener_watched_) watch_listener(false);
  while (listener_.valid() && accept_waiting(now)) make_room(now);
  listener_.reset();
  stops_handled_ = 1;
  for (size_t i = peers_.size(); i-- > 0;) {  // from the back: settle() may remove that one
    Peer& peer = *peers_[i];
    if (peer.connecting != nullptr) {
      end_connecting(peer, ECANCELED, now);
      continue;
    }
    peer.session->shutdown(now);
    settle(peer, now);
  }
}

void Loop::stop_at_once(TimePoint now) {
  stops_handled_ = 2;
  grace_ends_ = TimePoint::max();
  for (size_t i = peers_.size(); i-- > 0;) {
    Peer& peer = *peers_[i];
    if (peer.connecting != nullptr) {
      end_connecting(peer, ECANCELED, now);
      continue;
    }
    end_at_once(peer, now);
  }
}

void Loop::end_at_once(Peer& peer, TimePoint now) {
  peer.session->terminate(ErrorCode::kNoError, now);
  write(peer, now);
  remove(peer);
}

}  // namespace headrace::adapters
