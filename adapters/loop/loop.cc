#include "headrace/adapters/loop/loop.h"

#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "headrace/adapters/socket/socket_queues.h"

namespace headrace::adapters {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// Octets that the system queues beyond those that the peer's window and the network allow to be
// sent. Without this limit it queues megabytes for a peer that does not read, and queued octets
// delay a more urgent response.
constexpr int kMostUnsent = 256 * 1024;

// Octets that are worth returning to the system, and the octets that each connection counts for:
// a few thousand, and those beside them that fragmentation keeps from being returned.
constexpr uint64_t kWorthGivingBack = 4 << 20;
constexpr uint64_t kConnection = 16 << 10;

// Octets written to a socket after which its queues are measured again, and the least octets of a
// connection that is closed for them.
constexpr uint64_t kWorthMeasuring = 16 << 10;
constexpr size_t kWorthEnding = 64 << 10;

// Time between the failure of an operation for lack of memory and its repetition.
constexpr milliseconds kRetryAfter{100};

// The result of connect(): 0, or an errno value.
int socket_error(const UniqueFd& socket) {
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
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
      eviction_order_(
          {.idle = options.yield_idle,
           .stalled = options.yield_stalled,
           .rate = options.least_rate,
           .share = std::max<size_t>(
               1, options.max_connections * std::min(options.client_share, 100u) / 100)}),
      budget_(options.events_per_turn) {
  options_.connection.explicit_release = explicit_release;
}

StatusOr<UniqueFd> Loop::make_wakeup() {
  UniqueFd wakeup(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!wakeup.valid()) return Status::from_errno(errno, "eventfd");
  return wakeup;
}

void Loop::abort_at_close(const UniqueFd& socket) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

void Loop::abort_now(const UniqueFd& socket) {
  abort_at_close(socket);  // in case connect() below fails
  const sockaddr nobody{.sa_family = AF_UNSPEC, .sa_data = {}};
  ::connect(socket.get(), &nobody, sizeof(nobody));
}

void Loop::listen(UniqueFd listener) {
  listener_ = std::move(listener);
  update_listener(current_time());
}

void Loop::adopt(UniqueFd socket) { start_accepted(std::move(socket), current_time()); }

void Loop::connect(UniqueFd socket, const Options& options, Service* service,
                   SecureChannels* secure) {
  if (ended_) return;
  // Even if it is connected already, because this function must not call the application.
  ConnectionRecord& record = add(std::move(socket));
  record.connecting.reset(new ConnectionRecord::Connecting{options, service, secure});
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
  budget_.begin_turn();
  if (service_ != nullptr && now >= service_->next_deadline()) service_->expire(now);
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
  // Otherwise it fails only if the counter is full, which wakes the loop as well.
  while (::write(wakeup_.get(), &one, sizeof(one)) < 0 && errno == EINTR) {
  }
}

TimePoint Loop::next_deadline(TimePoint now) const {
  return has_unsubmitted() ? now : next_event(now);
}

TimePoint Loop::next_event(TimePoint now) const {
  if (!called_.empty()) return now;
  const TimePoint retry_at = retries_.empty() ? TimePoint::max() : retry_at_;
  const TimePoint service = service_ == nullptr ? TimePoint::max() : service_->next_deadline();
  return std::min({deadlines_.next(), admission_.resumes_at(now), next_place(now), grace_ends_,
                   retry_at, service});
}

nanoseconds Loop::timeout(milliseconds max_wait, TimePoint now) const {
  const TimePoint next = next_event(now);
  if (next <= now) return nanoseconds(0);
  const nanoseconds until = next == TimePoint::max() ? nanoseconds::max() : nanoseconds(next - now);
  // The maximum of milliseconds does not fit into nanoseconds.
  return max_wait < std::chrono::hours(1) ? std::min<nanoseconds>(until, max_wait) : until;
}

// --- Adding connections.

ConnectionRecord& Loop::add(UniqueFd socket) {
  const int on = 1;  // frames are sent at once; fails for sockets that are not TCP
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMostUnsent, sizeof(kMostUnsent));
  ConnectionRecord& record = records_.add(make_record(std::move(socket)));
  open_.push_back(record);
  return record;
}

void Loop::start(ConnectionRecord& record, Role role, const Options& options, Service& service,
                 SecureChannels* secure, TimePoint now) {
  std::unique_ptr<SecureChannel> channel;
  if (secure != nullptr) {
    channel = secure->open(now);
    if (channel == nullptr) {
      remove(record);
      return role == Role::kClient ? service.connect_failed(ENOMEM) : void();
    }
  }
  record.session.emplace(role, options, options_, service, record, statistics_, budget_, now,
                         std::move(channel));
  // A client's preface has usually arrived already, so our SETTINGS are sent together with replies.
  if (role == Role::kServer) read_ahead(record, now);
  if (stops_handled_ > 0) record.session->shutdown(now);
  record.accepted = role == Role::kServer;
  if (record.accepted) eviction_order_.enter(record, client_of(record.socket), now);
  settle(record, now);
}

// --- Connecting.

void Loop::finish_connecting(ConnectionRecord& record, TimePoint now) {
  end_connecting(record, socket_error(record.socket), now);
}

void Loop::end_connecting(ConnectionRecord& record, int error, TimePoint now) {
  const std::unique_ptr<ConnectionRecord::Connecting> connecting = std::move(record.connecting);
  if (error == 0) {
    return start(record, Role::kClient, connecting->options, *connecting->service,
                 connecting->secure, now);
  }
  statistics_.connects_failed.add(1);
  remove(record);
  connecting->service->connect_failed(error);
}

// --- One connection's turn.

void Loop::settle(ConnectionRecord& record, TimePoint now) {
  Session& session = *record.session;
  // What was in the queues has perhaps left them. (Behind a write there is always something, so to
  // look there would be a system call for each request.)
  if (session.socket_memory() > 0) measure_queues(record);
  write(record, now);
  // A few octets are as good as sent, so the queues are measured only after many.
  if (session.bytes_sent() - record.measured >= kWorthMeasuring) measure_queues(record);
  session.publish_statistics();
  if (session.phase() == Session::Phase::kLingering && !record.fin_sent) {
    record.fin_sent = true;
    shutdown(record.socket.get(), SHUT_WR);
  }
  if (session.phase() == Session::Phase::kClosed) {
    if (session.should_reset()) abort_at_close(record.socket);
    return remove(record);
  }
  watch(record);
  deadlines_.schedule(record, session.deadline());
  note_progress(record, now);
  if (session.has_work()) record.attend();
}

// Reading goes on, and ends behind what has come by now. (EPIPE: FIN had come before the reset.)
void Loop::output_failed(ConnectionRecord& record, int error, TimePoint now) {
  record.session->fail_output(/*ended=*/error == EPIPE, now);
  if (record.session->phase() == Session::Phase::kOpen) shutdown(record.socket.get(), SHUT_RD);
}

void Loop::measure_queues(ConnectionRecord& record) {
  record.measured = record.session->bytes_sent();
  record.session->set_socket_memory(queue_memory(record.socket));
}

void Loop::remove(ConnectionRecord& record) {
  deadlines_.remove(record);
  eviction_order_.remove(record);
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
    record.session->expire(now, bytes_in_flight(record.socket));
    // Otherwise the system would hold octets that the peer does not take for minutes more.
    if (record.session->has_stuck()) abort_at_close(record.socket);
    settle(record, now);
  }
}

// Connections that are called meanwhile are attended in the next turn, after those that did not fit
// into this one.
void Loop::attend_called(TimePoint now) {
  for (size_t left = called_.size(); left > 0 && !budget_.is_spent(); --left) {
    ConnectionRecord* record = called_.pop_front();
    if (record == nullptr) return;  // the others were removed meanwhile
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

// The largest holder of the connections without progress, if one of these holds enough; otherwise
// of all.
ConnectionRecord& Loop::largest_holder(TimePoint now) const {
  const auto rank = [&](const ConnectionRecord& record) {
    const size_t held = record.session ? record.session->memory() : 0;
    const bool stands = record.accepted && eviction_order_.is_due(record, now);
    return std::pair(stands && held >= kWorthEnding, held);
  };
  ConnectionRecord* largest = open_.front();
  for (ConnectionRecord* record = largest; record != nullptr; record = open_.after(*record)) {
    if (rank(*record) > rank(*largest)) largest = record;
  }
  return *largest;
}

// Closes the connections that hold the most. Their streams' memory is freed at once. A connection
// that is then still the largest, or whose memory is mostly the system's, is reset.
void Loop::make_room(TimePoint now) {
  while (is_short_of_memory() && !open_.empty()) {
    ConnectionRecord& largest = largest_holder(now);
    if (largest.session && largest.session->socket_memory() > 0) {
      const size_t before = largest.session->socket_memory();
      measure_queues(largest);
      largest.session->publish_statistics();
      if (largest.session->socket_memory() <= before / 2) continue;  // sent meanwhile
    }
    const bool was_told = std::exchange(largest.evicted, true);
    if (!was_told) statistics_.connections_evicted.add(1);
    if (largest.session) largest.session->terminate(ErrorCode::kEnhanceYourCalm, now);
    if (was_told || largest.session->socket_memory() > largest.session->memory() / 2) {
      abort_now(largest.socket);
      remove(largest);
    } else {
      settle(largest, now);
    }
  }
}

// Returns free memory to the system after many connections have closed, because the allocator does
// not return memory between blocks in use.
void Loop::give_memory_back() {
  const uint64_t held = statistics_.memory.value() + kConnection * open_.size();
  most_held_ = std::max(most_held_, held);
  if (most_held_ < kWorthGivingBack || held > most_held_ / 4) return;
  malloc_trim(0);
  most_held_ = held;
}

// --- The end.

// Connections may be removed and added meanwhile. Added ones may be left out.
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
  // Serves the connections in the listen queue, because closing the listener would reset them.
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
