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

// Between the failure of an operation for lack of memory and the next try.
constexpr milliseconds kRetryAfter{100};

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

void ConnectionRecord::attend() {
  if (loop.open_.contains(*this) && !CalledList::Hook::is_listed()) loop.called_.push_back(*this);
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
  if (ended_) return;
  // Also when it is connected already: nothing of the application is called from here.
  ConnectionRecord& record = add(std::move(socket));
  record.connecting.reset(new ConnectionRecord::Connecting{options, service});
  record.connecting->options.explicit_release = options_.connection.explicit_release;
  watch_connecting(record);
  const TimePoint now = current_time();
  deadlines_.schedule(record, stops_handled_ > 0 ? now : now + options_.connect_timeout);
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
  retry_failed(now);
  make_room(now);
  handle_stop(now);
  give_memory_back();
  update_listener(now);
  return stops_handled_ == 0 || !open_.empty() || !is_idle();
}

void Loop::stop() {
  stops_requested_.fetch_add(1);
  const uint64_t one = 1;
  // (It fails only where the counter is full, which wakes the loop as well.)
  [[maybe_unused]] ssize_t n = ::write(wakeup_.get(), &one, sizeof(one));
}

TimePoint Loop::next_deadline(TimePoint now) const {
  return has_unsubmitted() ? now : next_event(now);
}

TimePoint Loop::next_event(TimePoint now) const {
  if (!called_.empty()) return now;
  const TimePoint retry_at = retries_.empty() ? TimePoint::max() : retry_at_;
  return std::min(
      {deadlines_.next(), admission_.resumes_at(now), next_place(now), grace_ends_, retry_at});
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
    case EMFILE:
    case ENFILE:
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

void Loop::start_accepted(UniqueFd socket, TimePoint now) {
  if (room(now) == 0) {
    if (ConnectionRecord* record = who_yields(now)) yield(*record, now);
  }
  ConnectionRecord& record = add(std::move(socket));
  start(record, Role::kServer, options_.connection, *service_, now);
}

ConnectionRecord& Loop::add(UniqueFd socket) {
  const int on = 1;  // frames leave when they are written; not every stream socket is TCP
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMostUnsent, sizeof(kMostUnsent));
  ConnectionRecord& record = records_.add(make_record(std::move(socket)));
  open_.push_back(record);
  return record;
}

void Loop::start(ConnectionRecord& record, Role role, const Options& options, Service& service,
                 TimePoint now) {
  record.session.emplace(role, options, options_, service, record, statistics_, now);
  // A client speaks first, and its preface is usually here already: our SETTINGS go out with
  // replies.
  if (role == Role::kServer) read_ahead(record, now);
  if (stops_handled_ > 0) record.session->shutdown(now);
  record.accepted = role == Role::kServer;
  settle(record, now);
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
  yield_order_.note(record, record.session->standing(), record.session->progress(), now);
}

// Who seems to stand still, and has been written more than its peer has taken, or has not been read
// from, is looked at again later: what the system holds tells whether anything moves.
ConnectionRecord* Loop::who_yields(TimePoint now) {
  if (admission_.is_paused(now)) return nullptr;
  while (YieldOrder::Entry* due = yield_order_.due(now)) {
    ConnectionRecord& record = static_cast<ConnectionRecord&>(*due);
    note_progress(record, now);
    if (yield_order_.due(now) != due) continue;
    const size_t in_flight = bytes_in_flight(record.socket);
    const bool takes_output =
        std::exchange(record.in_flight, in_flight) != in_flight && in_flight > 0;
    const bool unread = record.session->wants_input() && bytes_unread(record.socket) > 0;
    if (!takes_output && !unread) return &record;
    yield_order_.renew(record, now);
  }
  return nullptr;
}

void Loop::yield(ConnectionRecord& record, TimePoint now) {
  statistics_.connections_yielded.add(1);
  // Else the system would hold for minutes more what the peer does not take.
  if (record.in_flight > 0) abort_at_close(record.socket);
  end_at_once(record, now);
}

// --- Connecting.

void Loop::finish_connecting(ConnectionRecord& record, TimePoint now) {
  end_connecting(record, socket_error(record.socket), now);
}

void Loop::end_connecting(ConnectionRecord& record, int error, TimePoint now) {
  const std::unique_ptr<ConnectionRecord::Connecting> connecting = std::move(record.connecting);
  if (error == 0) {
    return start(record, Role::kClient, connecting->options, *connecting->service, now);
  }
  statistics_.connects_failed.add(1);
  remove(record);
  connecting->service->connect_failed(error);
}

// --- One connection's turn.

void Loop::settle(ConnectionRecord& record, TimePoint now) {
  write(record, now);
  Session& session = *record.session;
  session.publish_statistics();
  if (session.phase() == Session::Phase::kLingering && !record.fin_sent) {
    record.fin_sent = true;
    shutdown(record.socket.get(), SHUT_WR);
  }
  if (session.phase() == Session::Phase::kClosed) return remove(record);
  watch(record);
  deadlines_.schedule(record, session.deadline());
  note_progress(record, now);
}

void Loop::remove(ConnectionRecord& record) {
  deadlines_.remove(record);
  yield_order_.remove(record);
  if (record.session) record.session->discount_memory();
  record.CalledList::Hook::leave();
  record.RetryList::Hook::leave();
  record.OpenList::Hook::leave();
  close(record);
}

void Loop::close_all() {
  admission_ = Admission(0);
  while (ConnectionRecord* record = open_.front()) remove(*record);
  ended_ = true;
}

void Loop::expire_deadlines(TimePoint now) {
  while (DeadlineQueue::Entry* due = deadlines_.take_due(now)) {
    ConnectionRecord& record = static_cast<ConnectionRecord&>(*due);
    if (record.connecting != nullptr) {
      end_connecting(record, stops_handled_ == 0 ? ETIMEDOUT : ECANCELED, now);
      continue;
    }
    // Else the system would hold for minutes more what the peer does not take.
    if (record.session->has_stuck(now)) abort_at_close(record.socket);
    record.session->expire(now, bytes_in_flight(record.socket));
    settle(record, now);
  }
}

// Who is called meanwhile has its turn in the next round.
void Loop::attend_called(TimePoint now) {
  CalledList called;
  called.take_all(called_);
  while (ConnectionRecord* record = called.pop_front()) {
    record->session->attend(now);
    settle(*record, now);
  }
}

void Loop::retry_later(ConnectionRecord& record, TimePoint now) {
  if (retries_.empty()) retry_at_ = now + kRetryAfter;
  retries_.push_back(record);
}

void Loop::retry_failed(TimePoint now) {
  if (retries_.empty() || now < retry_at_) return;
  RetryList due;
  due.take_all(retries_);
  while (ConnectionRecord* record = due.pop_front()) retry(*record, now);
}

ConnectionRecord& Loop::largest_holder() const {
  const auto held = [](const ConnectionRecord& record) {
    return record.session ? record.session->memory() : 0;
  };
  ConnectionRecord* largest = open_.front();
  for (ConnectionRecord* record = largest; record != nullptr; record = open_.after(*record)) {
    if (held(*record) > held(*largest)) largest = record;
  }
  return *largest;
}

// Ends those that hold the most. Their streams' memory is free at once; a connection that is still
// the largest has to go whole.
void Loop::make_room(TimePoint now) {
  while (is_short_of_memory() && !open_.empty()) {
    ConnectionRecord& largest = largest_holder();
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
  const uint64_t held = statistics_.memory.value() + kConnection * open_.size();
  most_held_ = std::max(most_held_, held);
  if (most_held_ < kWorthGivingBack || held > most_held_ / 4) return;
  malloc_trim(0);
  most_held_ = held;
}

// --- The end.

// Some may be removed meanwhile, and others added: those may be left out.
template <typename Visit>
void Loop::for_each_open(Visit visit) {
  const size_t slots = records_.slots();
  for (size_t slot = 0; slot < slots; ++slot) {
    ConnectionRecord* record = records_.at(slot);
    if (record != nullptr && open_.contains(*record)) visit(*record);
  }
}

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
  if (listener_.valid()) close_listener(std::move(listener_));
  stops_handled_ = 1;
  for_each_open([&](ConnectionRecord& record) {
    if (record.connecting != nullptr) return end_connecting(record, ECANCELED, now);
    record.session->shutdown(now);
    settle(record, now);
  });
}

void Loop::stop_at_once(TimePoint now) {
  stops_handled_ = 2;
  grace_ends_ = TimePoint::max();
  for_each_open([&](ConnectionRecord& record) {
    if (record.connecting != nullptr) return end_connecting(record, ECANCELED, now);
    end_at_once(record, now);
  });
}

void Loop::end_at_once(ConnectionRecord& record, TimePoint now) {
  record.session->terminate(ErrorCode::kNoError, now);
  write(record, now);
  remove(record);
}

}  // namespace headrace::adapters
