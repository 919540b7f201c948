// The wakeup and the accepted connections of an IoUringLoop.

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "headrace/adapters/io_uring/io_uring_loop.h"

namespace headrace::adapters {
namespace {

constexpr size_t kAcceptsAtOnce = 4;   // few, because each new connection wakes all of them
constexpr size_t kListenQueue = 4096;  // most connections in a listen queue (net.core.somaxconn)

}  // namespace

// io_uring waits for a blocking socket; with a non-blocking one it fails with EAGAIN.
void IoUringLoop::wait_on(const UniqueFd& socket, bool wait) {
  int off = wait ? 0 : 1;
  ioctl(socket.get(), FIONBIO, &off);
}

void IoUringLoop::watch_wakeup() {
  submit(Operation::kWakeup,
         [&](io_uring_sqe* entry) { io_uring_prep_poll_multishot(entry, wakeup().get(), POLLIN); });
}

void IoUringLoop::on_wakeup(const Completion& completion) {
  uint64_t stops;  // not used, because the loop counts them itself
  [[maybe_unused]] ssize_t n = ::read(wakeup().get(), &stops, sizeof(stops));
  if (completion.more()) return;
  if (completion.result() >= 0) {
    retries_.reset();
  } else if (!retries_.pause(-completion.result())) {
    return fail(io_uring_error(-completion.result()));
  }
  watch_wakeup();
}

bool IoUringLoop::watch_listener(bool watch) {
  accept_wanted_ = watch;
  wait_on(listener(), watch);
  if (!watch) cancel_accepts();
  return true;
}

// Keeps the descriptor open while accepts are pending, because one that is not submitted yet must
// not find another file under its number.
void IoUringLoop::close_listener(UniqueFd listener) {
  if (accepts_ == 0) return;
  shutdown(listener.get(), SHUT_RDWR);
  former_listener_ = std::move(listener);
}

// If there is room for a whole listen queue, one multishot accept takes all connections. Otherwise
// there is an accept for each free place, or for the place of a connection to evict, because a
// connection that was accepted without a place would use up a descriptor.
void IoUringLoop::ask_for_newcomers(TimePoint now) {
  const size_t places = parked_.empty() ? std::max<size_t>(room(now), 1) : room(now);
  if (places > kListenQueue && accepts_ == 0) {
    accepts_all_ = true;
    submit_accept(io_uring_prep_multishot_accept);
  } else if (places <= kListenQueue && accepts_all_) {
    cancel_accepts();
  } else if (!accepts_all_) {
    while (accepts_ < std::min(places, kAcceptsAtOnce)) submit_accept(io_uring_prep_accept);
  }
}

template <typename Prepare>
void IoUringLoop::submit_accept(Prepare prepare) {
  ++accepts_;
  submit(Operation::kAccept, [&](io_uring_sqe* entry) {
    prepare(entry, listener().get(), nullptr, nullptr, SOCK_CLOEXEC);
  });
}

void IoUringLoop::cancel_accepts() {
  if (accepts_ == 0) return;
  submit(Operation::kCancelAccept, [](io_uring_sqe* entry) {
    io_uring_prep_cancel64(entry, Completion::user_data(Operation::kAccept),
                           IORING_ASYNC_CANCEL_ALL);
  });
}

void IoUringLoop::on_accept_cancelled(const Completion& completion) {
  if (completion.has_cancelled() || accepts_ == 0 || accept_wanted_) return;
  if (!retries_.pause(-completion.result())) return fail(io_uring_error(-completion.result()));
  cancel_accepts();
}

void IoUringLoop::on_accepted(const Completion& completion, TimePoint now) {
  if (!completion.more()) {
    accepts_all_ = false;
    if (--accepts_ == 0) former_listener_.reset();
  }
  if (completion.result() < 0) return accept_failed(-completion.result(), now);
  UniqueFd socket(completion.result());
  if (room(now) > 0) {
    start_accepted(std::move(socket), now);
  } else {
    parked_.push_back(std::move(socket));
  }
}

void IoUringLoop::start_parked(TimePoint now) {
  if (is_stopping()) parked_.clear();  // like connections in the listen queue
  while (!parked_.empty() && has_place(now)) {
    UniqueFd socket = std::move(parked_.front());
    parked_.pop_front();
    start_accepted(std::move(socket), now);
  }
}

}  // namespace headrace::adapters
