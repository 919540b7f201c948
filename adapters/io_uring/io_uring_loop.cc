#include "adapters/io_uring/io_uring_loop.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace headrace::adapters {
namespace {

// How often the end of a loop looks whether the system has let go of everything.
constexpr std::chrono::milliseconds kClosingWait{100};
constexpr int kClosingWaits = 100;
constexpr size_t kSpareBuffers = 64;
constexpr size_t kAcceptsAtOnce = 4;   // every newcomer wakes all of them
constexpr size_t kListenQueue = 4096;  // the most that wait in one (net.core.somaxconn)

// A socket that does not block makes io_uring say EAGAIN; one that does is waited for.
void let_wait(const UniqueFd& socket, bool wait) {
  int off = wait ? 0 : 1;
  ioctl(socket.get(), FIONBIO, &off);
}

}  // namespace

absl::StatusOr<std::unique_ptr<IoUringLoop>> IoUringLoop::create(
    const LoopOptions& options, Service* service, const IoUringOptions& io_uring_options) {
  absl::StatusOr<std::unique_ptr<Ring>> ring = Ring::create(io_uring_options.kernel_thread);
  if (!ring.ok()) return ring.status();
  absl::StatusOr<std::unique_ptr<BufferRing>> input = BufferRing::create(
      ring->get(), io_uring_options.input_buffers, io_uring_options.input_buffer_size);
  if (!input.ok()) return input.status();
  absl::StatusOr<UniqueFd> wakeup = make_wakeup();
  if (!wakeup.ok()) return wakeup.status();
  return std::unique_ptr<IoUringLoop>(new IoUringLoop(
      options, service, io_uring_options, std::move(*wakeup), std::move(*ring), std::move(*input)));
}

IoUringLoop::IoUringLoop(const LoopOptions& options, Service* service,
                         const IoUringOptions& io_uring_options, UniqueFd wakeup,
                         std::unique_ptr<Ring> ring, std::unique_ptr<BufferRing> input)
    : Loop(options, service, std::move(wakeup), io_uring_options.zero_copy_threshold > 0),
      io_uring_options_(io_uring_options),
      ring_(std::move(ring)),
      input_(std::move(input)) {
  on_wakeup(Completion(io_uring_cqe{}));
}

// What a send under way reads, and a receive writes, must be there until the system has let go.
IoUringLoop::~IoUringLoop() {
  close_all();
  cancel_accepts();
  for (int i = 0; !(closing_.empty() && accepts_ == 0) && i < kClosingWaits; ++i) {
    if (!ring_->wait(kClosingWait).ok()) break;
    ring_->for_each_completion(
        [&](const io_uring_cqe& entry) { complete(Completion(entry), current_time()); });
  }
}

bool IoUringLoop::is_idle() const { return closing_.empty() && parked_.empty() && accepts_ == 0; }

TimePoint IoUringLoop::wait(std::chrono::nanoseconds timeout) {
  if (accept_wanted_) ask_for_newcomers(current_time());
  for (RingPeer* peer : newcomers_) touch(*peer);
  fail(ring_->wait(newcomers_.empty() ? timeout : std::chrono::nanoseconds(0)));
  newcomers_.clear();
  const TimePoint now = current_time();
  ring_->for_each_completion([&](const io_uring_cqe& entry) {
    complete(Completion(entry), now);
    if (is_short_of_memory()) make_room(now);  // a turn's worth of input can ask for a lot
  });
  settle_touched(now);
  start_parked(now);
  return now;
}

void IoUringLoop::complete(const Completion& completion, TimePoint now) {
  switch (completion.operation()) {
    case Operation::kWakeup:
      return on_wakeup(completion);
    case Operation::kAccept:
      return on_accepted(completion, now);
    case Operation::kCancelAccept:
      return;
    default:
      break;
  }
  RingPeer& peer = slots_[completion.slot()];
  switch (completion.operation()) {
    case Operation::kConnect:
      if (!peer.closing) finish_connecting(peer, now);
      break;
    case Operation::kReceive:
      on_received(peer, completion, now);
      break;
    case Operation::kSend:
      completion.is_release() ? on_released(peer, completion, now) : on_sent(peer, completion, now);
      break;
    case Operation::kHangup:
      on_hangup(peer, completion, now);
      break;
    default:  // kCancel: what it has cancelled completes by itself
      break;
  }
  // (Only now: it is not destroyed meanwhile.)
  if (completion.is_last()) --peer.operations;
  destroy_if_done(peer);
}

// --- Submitting.

template <typename Prepare>
void IoUringLoop::submit(Operation operation, Prepare prepare) {
  ring_->submit(Completion::user_data(operation), prepare);
}

template <typename Prepare>
void IoUringLoop::submit(RingPeer& peer, Operation operation, Prepare prepare) {
  ++peer.operations;
  const uint32_t send = operation == Operation::kSend ? ++peer.sends : 0;
  ring_->submit(Completion::user_data(operation, peer.slot, send), prepare);
}

// --- Whom the loop wakes for, and who comes.

void IoUringLoop::on_wakeup(const Completion& completion) {
  uint64_t stops;  // the loop has counted them
  [[maybe_unused]] ssize_t n = ::read(wakeup().get(), &stops, sizeof(stops));
  if (completion.more()) return;
  submit(Operation::kWakeup,
         [&](io_uring_sqe* entry) { io_uring_prep_poll_multishot(entry, wakeup().get(), POLLIN); });
}

void IoUringLoop::watch_listener(bool watch) {
  accept_wanted_ = watch;
  let_wait(listener(), watch);
  if (!watch) cancel_accepts();
}

// With room for all who can be waiting, one accept takes them as they come. Else there is one for
// each place that is left, or for that of who gives way: who was accepted and has none would keep a
// descriptor from others.
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

void IoUringLoop::on_accepted(const Completion& completion, TimePoint now) {
  if (!completion.more()) {
    --accepts_;
    accepts_all_ = false;
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
  if (is_stopping()) parked_.clear();  // like who is left in the listen queue
  while (!parked_.empty() && has_place(now)) {
    UniqueFd socket = std::move(parked_.front());
    parked_.pop_front();
    start_accepted(std::move(socket), now);
  }
}

void IoUringLoop::watch_connecting(Peer& peer) {
  submit(static_cast<RingPeer&>(peer), Operation::kConnect,
         [&](io_uring_sqe* entry) { io_uring_prep_poll_add(entry, peer.socket.get(), POLLOUT); });
}

std::unique_ptr<Peer> IoUringLoop::make_peer(UniqueFd socket) {
  let_wait(socket, true);
  auto peer = std::make_unique<RingPeer>(*this, std::move(socket), io_uring_options_);
  slots_.add(peer.get());
  return peer;
}

// --- One connection's turn.

void IoUringLoop::read_ahead(Peer& base, TimePoint) {
  RingPeer& peer = static_cast<RingPeer&>(base);
  peer.reads_first = true;
  newcomers_.push_back(&peer);
}

void IoUringLoop::on_received(RingPeer& peer, const Completion& completion, TimePoint now) {
  if (!completion.more()) peer.receiving = peer.receive_cancelled = false;
  if (!peer.closing) {
    Session& session = *peer.session;
    if (completion.result() > 0) {
      session.receive(
          input_->received(completion.buffer(), static_cast<size_t>(completion.result())), now);
      session.publish_statistics();
    } else if (completion.result() == 0) {
      session.end_of_input(now);
    } else if (completion.result() == -ENOBUFS) {
      counters().input_shortages.add(1);  // watch() goes on, with those that have been given back
      peer.starved = starved_ = true;
    } else if (completion.result() != -ECANCELED && completion.result() != -EINTR) {
      session.fail(now);
    }
    touch(peer);
  }
  if (completion.has_buffer()) input_->give_back(completion.buffer());
}

void IoUringLoop::on_sent(RingPeer& peer, const Completion& completion, TimePoint now) {
  if (spare_buffers_.size() < kSpareBuffers) spare_buffers_.push_back(std::move(peer.sending));
  peer.sending.reset();
  if (completion.more()) ++peer.releases_due;
  if (peer.closing) return;
  touch(peer);
  Session& session = *peer.session;
  if (completion.result() > 0) {
    session.sent(static_cast<size_t>(completion.result()), now);
    if (io_uring_options_.zero_copy_threshold > 0) {
      peer.sent.push(completion.send(), static_cast<size_t>(completion.result()),
                     completion.more());
      session.released(peer.sent.take_released(), now);
    }
  } else if (completion.result() == -EOPNOTSUPP || completion.result() == -ENOMEM ||
             completion.result() == -ENOBUFS) {
    // No TCP socket, or more than may be locked: not without a copy, then.
    if (!peer.zero_copy.give_up()) session.fail(now);
  } else if (completion.result() != -EINTR && completion.result() != -EAGAIN) {
    session.fail(now);
  }
}

void IoUringLoop::on_released(RingPeer& peer, const Completion& completion, TimePoint now) {
  --peer.releases_due;
  peer.zero_copy.on_release(completion.was_copied());
  if (peer.closing) return;
  peer.sent.done(completion.send());
  peer.session->released(peer.sent.take_released(), now);
  touch(peer);
}

void IoUringLoop::on_hangup(RingPeer& peer, const Completion& completion, TimePoint now) {
  peer.hangup_watched = false;
  if (peer.closing || completion.result() < 0) return;
  Session& session = *peer.session;
  if (session.phase() != Session::Phase::kOpen || session.wants_input()) return;
  session.fail(now);
  touch(peer);
}

void IoUringLoop::write(Peer& base, TimePoint now) {
  RingPeer& peer = static_cast<RingPeer&>(base);
  Session& session = *peer.session;
  if (peer.reads_first || peer.sending != nullptr || !session.wants_output()) return;
  std::unique_ptr<OutputBuffers> buffers =
      take_buffers(session.output(io_uring_options_.output_size));
  if (buffers->size() == 0) {
    spare_buffers_.push_back(std::move(buffers));
    return;
  }
  const bool zero_copy = peer.zero_copy.takes(buffers.get());
  peer.sending = std::move(buffers);
  submit(peer, Operation::kSend, [&](io_uring_sqe* entry) {
    if (zero_copy) {
      io_uring_prep_sendmsg_zc(entry, peer.socket.get(), peer.sending->message(), MSG_NOSIGNAL);
      entry->ioprio |= IORING_SEND_ZC_REPORT_USAGE;
    } else {
      io_uring_prep_sendmsg(entry, peer.socket.get(), peer.sending->message(), MSG_NOSIGNAL);
    }
  });
  session.output_waits(true, peer.sending->size(), now);
}

std::unique_ptr<OutputBuffers> IoUringLoop::take_buffers(gsl::span<const ConstBuffer> output) {
  std::unique_ptr<OutputBuffers> buffers;
  if (spare_buffers_.empty()) {
    buffers = std::make_unique<OutputBuffers>();
  } else {
    buffers = std::move(spare_buffers_.back());
    spare_buffers_.pop_back();
  }
  buffers->set(output);
  return buffers;
}

void IoUringLoop::watch(Peer& base) {
  RingPeer& peer = static_cast<RingPeer&>(base);
  const Session& session = *peer.session;
  const bool wanted = session.wants_input();
  if (wanted && !peer.receiving) {
    peer.receiving = true;
    submit(peer, Operation::kReceive, [&](io_uring_sqe* entry) {
      io_uring_prep_recv_multishot(entry, peer.socket.get(), nullptr, 0, 0);
      entry->flags |= IOSQE_BUFFER_SELECT;
      entry->buf_group = BufferRing::kGroup;
    });
  } else if (!wanted && peer.receiving && !peer.receive_cancelled) {
    peer.receive_cancelled = true;
    submit(peer, Operation::kCancel, [&](io_uring_sqe* entry) {
      io_uring_prep_cancel64(entry, Completion::user_data(Operation::kReceive, peer.slot), 0);
    });
  } else if (session.phase() == Session::Phase::kOpen && !wanted && !peer.receiving &&
             peer.sending == nullptr && !peer.hangup_watched) {
    // Nothing else would tell that both directions are gone.
    peer.hangup_watched = true;
    submit(peer, Operation::kHangup, [&](io_uring_sqe* entry) {
      io_uring_prep_poll_add(entry, peer.socket.get(), 0);  // POLLHUP and POLLERR come unasked
    });
  }
}

void IoUringLoop::touch(RingPeer& peer) {
  if (!std::exchange(peer.touched, true)) touched_.push_back(&peer);
}

void IoUringLoop::settle_touched(TimePoint now) {
  // Who found no buffer asks first: else the same ones would empty the ring in every turn.
  for (const bool starved : {true, false}) {
    if (starved && !std::exchange(starved_, false)) continue;
    for (size_t i = 0; i < touched_.size(); ++i) {
      RingPeer* peer = touched_[i];
      if (peer == nullptr || (starved && !peer->starved)) continue;  // closed or settled since
      peer->touched = peer->reads_first = peer->starved = false;
      touched_[i] = nullptr;
      settle(*peer, now);
    }
  }
  touched_.clear();
}

// --- Its end.

void IoUringLoop::close(std::unique_ptr<Peer> base) {
  std::unique_ptr<RingPeer> peer(static_cast<RingPeer*>(base.release()));
  if (peer->touched) std::ranges::replace(touched_, peer.get(), static_cast<RingPeer*>(nullptr));
  if (peer->reads_first) std::erase(newcomers_, peer.get());
  peer->closing = true;
  if (peer->operations > 0) {
    submit(*peer, Operation::kCancel, [&](io_uring_sqe* entry) {
      io_uring_prep_cancel_fd(entry, peer->socket.get(), IORING_ASYNC_CANCEL_ALL);
    });
  }
  RingPeer& closed = *peer;
  closed.index = closing_.size();
  closing_.push_back(std::move(peer));
  destroy_if_done(closed);
}

// The memory that sends read and receives refer to outlives them. What a zero-copy send reads is
// let go when the peer has it, or when the connection is reset: nobody waits for it any more.
void IoUringLoop::destroy_if_done(RingPeer& peer) {
  if (!peer.closing || peer.operations > 0) return;
  if (peer.releases_due > 0) {
    if (peer.socket.valid()) abort_at_close(peer.socket);
    return peer.socket.reset();
  }
  slots_.remove(peer);
  const size_t index = peer.index;
  std::swap(closing_[index], closing_.back());
  closing_[index]->index = index;
  // Its handler may call connect() while it is destroyed.
  const std::unique_ptr<RingPeer> removed = std::move(closing_.back());
  closing_.pop_back();
}

}  // namespace headrace::adapters
