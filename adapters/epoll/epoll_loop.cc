#include "adapters/epoll/epoll_loop.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

namespace headrace::adapters {
namespace {

// Bounds of one turn, so that no connection starves the others.
constexpr int kEventsPerWait = 256;
constexpr int kAcceptsPerTurn = 64;
constexpr size_t kInputSize = 64 * 1024;  // one read a connection
constexpr int kWritesPerTurn = 4;         // each at most the 64 KiB that pending_output() shows
constexpr size_t kMaxBuffers = 256;       // of one sendmsg(): a hundred heads with their bodies

using std::chrono::milliseconds;

TimePoint current_time() { return std::chrono::steady_clock::now(); }

bool control(const UniqueFd& epoll, int operation, const UniqueFd& fd, uint32_t interest,
             void* tag) {
  epoll_event event{};
  event.events = interest;
  event.data.ptr = tag;
  return epoll_ctl(epoll.get(), operation, fd.get(), &event) == 0;
}

// How connect() ended: 0, or an errno value.
int socket_error(const UniqueFd& socket) {
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

// What was written and the peer's side has not acknowledged.
size_t bytes_in_flight(const UniqueFd& socket) {
  int bytes = 0;
  return ioctl(socket.get(), SIOCOUTQ, &bytes) == 0 ? static_cast<size_t>(bytes) : 0;
}

}  // namespace

struct EpollLoop::Peer : DeadlineQueue::Entry, Driver {
  Peer(EpollLoop& owner, UniqueFd fd) : loop(owner), socket(std::move(fd)) {}

  void attend() override {
    if (!called) loop.called_.push_back(this);
    called = true;
  }

  // An outbound connection that is not made yet.
  struct Connecting {
    Options options;
    Service* service;
  };

  EpollLoop& loop;
  UniqueFd socket;
  std::unique_ptr<Connecting> connecting;
  std::optional<Session> session;  // none while it is connecting
  uint32_t interest = 0;           // as epoll knows it
  bool watched = false;            // epoll knows it
  bool called = false;             // is in loop.called_
  bool fin_sent = false;
  size_t index = 0;  // in peers_
};

absl::StatusOr<std::unique_ptr<EpollLoop>> EpollLoop::create(const LoopOptions& options,
                                                             Service* service) {
  UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) return absl::ErrnoToStatus(errno, "epoll_create1");
  UniqueFd wakeup(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!wakeup.valid()) return absl::ErrnoToStatus(errno, "eventfd");
  return std::unique_ptr<EpollLoop>(
      new EpollLoop(options, service, std::move(epoll), std::move(wakeup)));
}

EpollLoop::EpollLoop(const LoopOptions& options, Service* service, UniqueFd epoll, UniqueFd wakeup)
    : options_(options),
      service_(service),
      epoll_(std::move(epoll)),
      wakeup_(std::move(wakeup)),
      admission_(options.max_connections),
      input_(new uint8_t[kInputSize]) {
  control(epoll_, EPOLL_CTL_ADD, wakeup_, EPOLLIN, &wakeup_);
}

EpollLoop::~EpollLoop() {
  while (!peers_.empty()) remove(*peers_.back());
}

void EpollLoop::listen(UniqueFd listener) {
  listener_ = std::move(listener);
  control(epoll_, EPOLL_CTL_ADD, listener_, 0, &listener_);
  watch_listener(current_time());
}

void EpollLoop::adopt(UniqueFd socket) {
  start(add(std::move(socket), 0), Role::kServer, options_.connection, *service_, current_time());
}

void EpollLoop::connect(UniqueFd socket, const Options& options, Service* service) {
  // Also when it is connected already: nothing of the application is called from here.
  Peer& peer = add(std::move(socket), EPOLLOUT);
  peer.connecting.reset(new Peer::Connecting{options, service});
  const TimePoint now = current_time();
  const bool hopeless = !peer.watched || stops_handled_ > 0;
  deadlines_.schedule(peer, hopeless ? now : now + options_.connect_timeout);
}

void EpollLoop::run() {
  while (turn(milliseconds::max())) {
  }
}

bool EpollLoop::turn(milliseconds max_wait) {
  std::array<epoll_event, kEventsPerWait> events;
  const int count = epoll_wait(epoll_.get(), events.data(), kEventsPerWait,
                               wait_milliseconds(max_wait, current_time()));
  const TimePoint now = current_time();
  for (int i = 0; i < count; ++i) {
    void* tag = events[i].data.ptr;
    if (tag == &listener_) {
      accept(now);
    } else if (tag == &wakeup_) {
      uint64_t stops;  // stops_requested_ has them
      [[maybe_unused]] ssize_t n = ::read(wakeup_.get(), &stops, sizeof(stops));
    } else {
      attend(*static_cast<Peer*>(tag), events[i].events, now);
    }
  }
  expire_deadlines(now);
  attend_called(now);
  handle_stop(now);
  watch_listener(now);
  return stops_handled_ == 0 || !peers_.empty();
}

void EpollLoop::stop() {
  stops_requested_.fetch_add(1);
  const uint64_t one = 1;
  [[maybe_unused]] ssize_t n = ::write(wakeup_.get(), &one, sizeof(one));
}

TimePoint EpollLoop::next_deadline(TimePoint now) const {
  if (!called_.empty()) return now;
  return std::min({deadlines_.next(), admission_.resumes_at(now), grace_ends_});
}

// Rounded up, so that the loop does not wake just before a deadline and wait again.
int EpollLoop::wait_milliseconds(milliseconds max_wait, TimePoint now) const {
  const TimePoint next = next_deadline(now);
  if (next <= now) return 0;
  if (next != TimePoint::max()) {
    max_wait = std::min(max_wait, std::chrono::ceil<milliseconds>(next - now));
  }
  return max_wait == milliseconds::max()
             ? -1
             : static_cast<int>(std::min<int64_t>(max_wait.count(), 60'000));
}

// --- Accepting.

// True: it stopped at the turn's bound, and more may be waiting.
bool EpollLoop::accept(TimePoint now) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    if (!admission_.admits(peers_.size(), now)) return false;
    UniqueFd socket(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.valid()) {
      start(add(std::move(socket), 0), Role::kServer, options_.connection, *service_, now);
    } else if (errno == EAGAIN) {
      return false;
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      admission_.pause(now);
      statistics_.accept_pauses.add(1);
    }
    // Any other error is that of the connection which would have been accepted (accept(2)).
  }
  return true;
}

EpollLoop::Peer& EpollLoop::add(UniqueFd socket, uint32_t interest) {
  const int on = 1;  // frames leave when they are written; not every stream socket is TCP
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  peers_.push_back(std::make_unique<Peer>(*this, std::move(socket)));
  Peer& peer = *peers_.back();
  peer.index = peers_.size() - 1;
  peer.interest = interest;
  peer.watched = control(epoll_, EPOLL_CTL_ADD, peer.socket, interest, &peer);
  return peer;
}

void EpollLoop::start(Peer& peer, Role role, const Options& options, Service& service,
                      TimePoint now) {
  if (!peer.watched) return remove(peer);
  peer.session.emplace(role, options, options_, service, peer, statistics_, now);
  // A client speaks first, and its preface is usually here already: our SETTINGS go out with
  // replies.
  attend(peer, role == Role::kServer ? EPOLLIN : 0u, now);
}

// --- Connecting.

void EpollLoop::finish_connecting(Peer& peer, int error, TimePoint now) {
  const std::unique_ptr<Peer::Connecting> connecting = std::move(peer.connecting);
  if (error == 0) {
    return start(peer, Role::kClient, connecting->options, *connecting->service, now);
  }
  statistics_.connects_failed.add(1);
  remove(peer);
  connecting->service->connect_failed(error);
}

// While nobody may come in the listener is not watched: it would be reported every turn.
void EpollLoop::watch_listener(TimePoint now) {
  if (!listener_.valid()) return;
  const bool watch = admission_.admits(peers_.size(), now);
  if (watch == listener_watched_) return;
  listener_watched_ = watch;
  control(epoll_, EPOLL_CTL_MOD, listener_, watch ? EPOLLIN : 0u, &listener_);
}

// --- One connection's turn.

void EpollLoop::attend(Peer& peer, uint32_t ready, TimePoint now) {
  if (peer.connecting != nullptr) return finish_connecting(peer, socket_error(peer.socket), now);
  if ((ready & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(peer, ready, now);
  write(peer, now);
  settle(peer);
}

void EpollLoop::read(Peer& peer, uint32_t ready, TimePoint now) {
  Session& session = *peer.session;
  if (!session.wants_input()) {
    // Not reading, yet told of it: both directions are gone. Ignored, it would be told every turn.
    if ((ready & (EPOLLHUP | EPOLLERR)) != 0) session.fail(now);
    return;
  }
  const ssize_t n = recv(peer.socket.get(), input_.get(), kInputSize, 0);
  if (n > 0) {
    session.receive({input_.get(), static_cast<size_t>(n)}, now);
  } else if (n == 0) {
    session.end_of_input(now);
  } else if (errno != EAGAIN && errno != EINTR) {
    session.fail(now);
  }
}

void EpollLoop::write(Peer& peer, TimePoint now) {
  Session& session = *peer.session;
  for (int i = 0; i < kWritesPerTurn && session.wants_output(); ++i) {
    const gsl::span<const ConstBuffer> output = session.output();
    std::array<iovec, kMaxBuffers> buffers;
    const size_t count = std::min(output.size(), buffers.size());
    size_t size = 0;
    for (size_t b = 0; b < count; ++b) {
      buffers[b] = {const_cast<uint8_t*>(output[b].data), output[b].size};
      size += output[b].size;
    }
    if (size == 0) return;
    msghdr message{};
    message.msg_iov = buffers.data();
    message.msg_iovlen = count;
    // writev() would raise SIGPIPE when the peer is gone.
    const ssize_t n = sendmsg(peer.socket.get(), &message, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno != EAGAIN) return session.fail(now);
    if (n > 0) session.sent(static_cast<size_t>(n), now);
    if (n < static_cast<ssize_t>(size)) return session.output_blocked(now);
  }
}

// Tells epoll what the session waits for now, or ends it.
void EpollLoop::settle(Peer& peer) {
  Session& session = *peer.session;
  session.publish_statistics();
  if (session.phase() == Session::Phase::kLingering && !peer.fin_sent) {
    peer.fin_sent = true;
    shutdown(peer.socket.get(), SHUT_WR);
  }
  if (session.phase() == Session::Phase::kClosed) return remove(peer);
  const uint32_t interest =
      (session.wants_input() ? EPOLLIN : 0u) | (session.wants_output() ? EPOLLOUT : 0u);
  if (interest != peer.interest) {
    peer.interest = interest;
    control(epoll_, EPOLL_CTL_MOD, peer.socket, interest, &peer);
  }
  deadlines_.schedule(peer, session.deadline());
}

void EpollLoop::remove(Peer& peer) {
  deadlines_.remove(peer);
  if (std::exchange(peer.called, true)) std::ranges::replace(called_, &peer, nullptr);
  const size_t index = peer.index;
  std::swap(peers_[index], peers_.back());
  peers_[index]->index = index;
  // Its handler may call connect() while it is destroyed.
  const std::unique_ptr<Peer> removed = std::move(peers_.back());
  peers_.pop_back();
}

void EpollLoop::expire_deadlines(TimePoint now) {
  while (DeadlineQueue::Entry* due = deadlines_.take_due(now)) {
    Peer& peer = static_cast<Peer&>(*due);
    if (peer.connecting != nullptr) {
      finish_connecting(peer, stops_handled_ == 0 ? ETIMEDOUT : ECANCELED, now);
      continue;
    }
    peer.session->expire(now, bytes_in_flight(peer.socket));
    attend(peer, 0, now);
  }
}

// Who is called meanwhile has its turn in the next round.
void EpollLoop::attend_called(TimePoint now) {
  const size_t count = called_.size();
  for (size_t i = 0; i < count; ++i) {
    Peer* peer = std::exchange(called_[i], nullptr);
    if (peer == nullptr) continue;  // removed
    peer->called = false;
    peer->session->attend(now);
    attend(*peer, 0, now);
  }
  called_.erase(called_.begin(), called_.begin() + static_cast<std::ptrdiff_t>(count));
}

// --- The end.

void EpollLoop::handle_stop(TimePoint now) {
  const int requested = std::min(stops_requested_.load(), 2);
  if (requested >= 1 && stops_handled_ == 0) stop_gracefully(now);
  if ((requested >= 2 && stops_handled_ == 1) || now >= grace_ends_) stop_at_once(now);
}

void EpollLoop::stop_gracefully(TimePoint now) {
  stops_handled_ = 1;
  if (options_.shutdown_grace.count() > 0) grace_ends_ = now + options_.shutdown_grace;
  // Who waits in the queue already is served: closing the listener would reset them.
  while (listener_.valid() && accept(now)) {
  }
  listener_.reset();
  for (size_t i = peers_.size(); i-- > 0;) {  // from the back: attend() may remove that one
    Peer& peer = *peers_[i];
    if (peer.connecting != nullptr) {
      finish_connecting(peer, ECANCELED, now);
      continue;
    }
    peer.session->shutdown(now);
    attend(peer, 0, now);
  }
}

void EpollLoop::stop_at_once(TimePoint now) {
  stops_handled_ = 2;
  grace_ends_ = TimePoint::max();
  for (size_t i = peers_.size(); i-- > 0;) {
    Peer& peer = *peers_[i];
    if (peer.connecting != nullptr) {
      finish_connecting(peer, ECANCELED, now);
      continue;
    }
    peer.session->terminate(now);
    write(peer, now);
    remove(peer);
  }
}

}  // namespace headrace::adapters
