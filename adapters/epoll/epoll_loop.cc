#include "headrace/adapters/epoll/epoll_loop.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "headrace/adapters/loop/output_buffers.h"
#include "headrace/adapters/loop/retries.h"

namespace headrace::adapters {
namespace {

// Limits of one turn, so that no connection starves the others.
constexpr int kEventsPerWait = 256;
constexpr size_t kInputSize = 64 * 1024;  // one read a connection
constexpr int kWritesPerTurn = 4;         // each at most the 64 KiB of output()

// The data of an event: a ConnectionId, or one of these.
constexpr uint64_t kListener = uint64_t{1} << ConnectionId::kBits;
constexpr uint64_t kWakeup = kListener + 1;

bool control(const UniqueFd& epoll, int operation, const UniqueFd& fd, uint32_t interest,
             uint64_t tag) {
  epoll_event event{};
  event.events = interest;
  event.data.u64 = tag;
  return epoll_ctl(epoll.get(), operation, fd.get(), &event) == 0;
}

// Rounded up, so that the loop does not wake just before a deadline and wait again.
int wait_milliseconds(std::chrono::nanoseconds timeout) {
  if (timeout == std::chrono::nanoseconds::max()) return -1;
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  return static_cast<int>(std::min<int64_t>(rounded, 60'000));
}

}  // namespace

struct EpollLoop::EpollRecord : ConnectionRecord {
  using ConnectionRecord::ConnectionRecord;
  uint32_t interest = 0;  // as registered with epoll
  bool known = false;     // whether registered with epoll
  bool hung_up = false;   // both directions are closed
};

StatusOr<std::unique_ptr<EpollLoop>> EpollLoop::create(const LoopOptions& options,
                                                       Service* service) {
  UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) return Status::from_errno(errno, "epoll_create1");
  StatusOr<UniqueFd> wakeup = make_wakeup();
  if (!wakeup.ok()) return wakeup.status();
  if (!control(epoll, EPOLL_CTL_ADD, *wakeup, EPOLLIN, kWakeup)) {
    return Status::from_errno(errno, "epoll_ctl");
  }
  return std::unique_ptr<EpollLoop>(
      new EpollLoop(options, service, std::move(epoll), std::move(*wakeup)));
}

EpollLoop::EpollLoop(const LoopOptions& options, Service* service, UniqueFd epoll, UniqueFd wakeup)
    : Loop(options, service, std::move(wakeup), /*explicit_release=*/false),
      epoll_(std::move(epoll)),
      input_(new uint8_t[kInputSize]) {}

TimePoint EpollLoop::wait(std::chrono::nanoseconds timeout) {
  std::array<epoll_event, kEventsPerWait> events;
  const int count =
      epoll_wait(epoll_.get(), events.data(), kEventsPerWait, wait_milliseconds(timeout));
  const int error = count < 0 ? errno : 0;
  if (error == 0 || error == EINTR) {
    retries_.reset();
  } else if (!retries_.pause(error)) {
    fail(Status::from_errno(error, "epoll_wait"));
  }
  const TimePoint now = current_time();
  bool newcomers = false;
  // Events that are not handled are reported again.
  for (int i = 0; i < count && !is_short_of_memory(); ++i) {
    const uint64_t tag = events[i].data.u64;
    if (tag == kListener) {
      newcomers = true;
    } else if (tag == kWakeup) {
      uint64_t stops;  // not used, because the loop counts them itself
      [[maybe_unused]] ssize_t n = ::read(wakeup().get(), &stops, sizeof(stops));
    } else if (ConnectionRecord* record = find(ConnectionId::from(tag))) {
      attend(static_cast<EpollRecord&>(*record), events[i].events, now);
    }
  }
  if (newcomers) accept_waiting(now);
  return now;
}

bool EpollLoop::watch_listener(bool watch) {
  const int operation = listener_known_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  const bool done = control(epoll_, operation, listener(), watch ? EPOLLIN : 0u, kListener);
  listener_known_ = listener_known_ || done;
  return done;
}

void EpollLoop::watch_connecting(ConnectionRecord& record) {
  set_interest(static_cast<EpollRecord&>(record), EPOLLOUT);
}

std::unique_ptr<ConnectionRecord> EpollLoop::make_record(UniqueFd socket) {
  return std::make_unique<EpollRecord>(*this, std::move(socket));
}

// --- One connection's turn.

void EpollLoop::attend(EpollRecord& record, uint32_t ready, TimePoint now) {
  if (record.connecting != nullptr) return finish_connecting(record, now);
  if ((ready & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(record, ready, now);
  settle(record, now);
}

void EpollLoop::retry(ConnectionRecord& base, TimePoint now) {
  if (base.connecting != nullptr) return watch_connecting(base);
  read(static_cast<EpollRecord&>(base), EPOLLIN, now);
  settle(base, now);
}

void EpollLoop::read_ahead(ConnectionRecord& record, TimePoint now) {
  read(static_cast<EpollRecord&>(record), EPOLLIN, now);
}

void EpollLoop::read(EpollRecord& record, uint32_t ready, TimePoint now) {
  Session& session = *record.session;
  const bool hangs_up = (ready & (EPOLLHUP | EPOLLERR)) != 0;
  if (!session.wants_input() || (hangs_up && is_retrying(record))) {
    // An event without interest in input means that both directions are closed.
    if (hangs_up) hang_up(record, now);
    return;
  }
  const ssize_t n = recv(record.socket.get(), input_.get(), kInputSize, 0);
  if (n > 0) {
    session.receive({input_.get(), static_cast<size_t>(n)}, now);
  } else if (n == 0) {
    session.end_of_input(now);
  } else if (errno == EAGAIN || errno == EINTR) {
    // It is reported again.
  } else if (is_shortage(errno)) {
    retry_later(record, now);
  } else {
    session.fail_input(/*sending=*/false, now);
  }
}

void EpollLoop::hang_up(EpollRecord& record, TimePoint now) {
  record.session->hang_up(now);
  if (record.session->phase() != Session::Phase::kOpen) return;
  // It would be reported in every turn.
  control(epoll_, EPOLL_CTL_DEL, record.socket, 0u, record.id.value());
  record.known = false;
  record.hung_up = true;
}

void EpollLoop::write(ConnectionRecord& record, TimePoint now) {
  if (is_retrying(record)) return;
  Session& session = *record.session;
  size_t left = 0;
  for (int i = 0; i < kWritesPerTurn && session.wants_output(); ++i) {
    OutputBuffers buffers(session.output());
    if (buffers.size() == 0) return session.output_waits(false, 0, now);
    // writev() would raise SIGPIPE after the peer has closed.
    const ssize_t n = sendmsg(record.socket.get(), buffers.message(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno != EAGAIN) {
      if (!is_shortage(errno)) return output_failed(record, errno, now);
      retry_later(record, now);
    }
    if (n > 0) session.sent(static_cast<size_t>(n), now);
    left = buffers.size() - static_cast<size_t>(std::max<ssize_t>(n, 0));
    if (left > 0) break;
  }
  // Even if all was accepted, because that may have filled the socket.
  session.output_waits(session.wants_output(), left, now);
}

void EpollLoop::watch(ConnectionRecord& record) {
  const Session& session = *record.session;
  // While work is left, input is not read, but stays registered, because that changes in every
  // turn.
  const bool input = session.wants_input() || session.has_work();
  const uint32_t interest = (input ? EPOLLIN : 0u) | (session.wants_output() ? EPOLLOUT : 0u);
  // No events are wanted while an operation waits for its repetition.
  set_interest(static_cast<EpollRecord&>(record), is_retrying(record) ? 0u : interest);
}

void EpollLoop::set_interest(EpollRecord& record, uint32_t interest) {
  if (record.known && interest == record.interest) return;
  if (record.hung_up && interest == 0) return;
  const int operation = record.known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (control(epoll_, operation, record.socket, interest, record.id.value())) {
    record.known = true;
    record.interest = interest;
  } else {
    retry_later(record, current_time());
  }
}

}  // namespace headrace::adapters
