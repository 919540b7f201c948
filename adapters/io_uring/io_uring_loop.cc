#include "headrace/adapters/io_uring/io_uring_loop.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <span>
#include <utility>

namespace headrace::adapters {
namespace {

// The interval and the number of checks, at the end of a loop, whether all operations have ended.
constexpr std::chrono::milliseconds kClosingWait{100};
constexpr int kClosingWaits = 100;
constexpr size_t kSpareBuffers = 64;

}  // namespace

StatusOr<std::unique_ptr<IoUringLoop>> IoUringLoop::create(const LoopOptions& options,
                                                           Service* service,
                                                           const IoUringOptions& io_uring_options) {
  StatusOr<std::unique_ptr<Ring>> ring = Ring::create(io_uring_options.kernel_thread);
  if (!ring.ok()) return ring.status();
  StatusOr<std::unique_ptr<BufferRing>> input = BufferRing::create(
      ring->get(), io_uring_options.input_buffers, io_uring_options.input_buffer_size);
  if (!input.ok()) return input.status();
  StatusOr<UniqueFd> wakeup = make_wakeup();
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
  watch_wakeup();
}

// Waits for all operations to end, because the system uses the memory of the connections until
// then.
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
  touched_.take_all(newcomers_);
  fail(ring_->wait(touched_.empty() ? timeout : std::chrono::nanoseconds(0)));
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
      return on_accept_cancelled(completion);
    default:
      break;
  }
  RingRecord* const found = static_cast<RingRecord*>(find(completion.id()));
  if (found == nullptr) {  // cannot happen: a record outlives its operations
    if (completion.has_buffer()) input_->give_back(completion.buffer());
    return;
  }
  RingRecord& record = *found;
  switch (completion.operation()) {
    case Operation::kConnect:
      on_connected(record, completion, now);
      break;
    case Operation::kReceive:
      on_received(record, completion, now);
      break;
    case Operation::kSend:
      completion.is_release() ? on_released(record, completion, now)
                              : on_sent(record, completion, now);
      break;
    case Operation::kHangup:
      on_hangup(record, completion, now);
      break;
    default:
      on_cancelled(record, completion, now);
      break;
  }
  // Counted only now, so that the record is not destroyed meanwhile.
  if (completion.is_last()) --record.operations;
  destroy_if_done(record);
}

// --- Its connections.

void IoUringLoop::watch_connecting(ConnectionRecord& record) {
  submit(static_cast<RingRecord&>(record), Operation::kConnect,
         [&](io_uring_sqe* entry) { io_uring_prep_poll_add(entry, record.socket.get(), POLLOUT); });
}

std::unique_ptr<ConnectionRecord> IoUringLoop::make_record(UniqueFd socket) {
  wait_on(socket, true);
  return std::make_unique<RingRecord>(*this, std::move(socket), io_uring_options_);
}

// --- One connection's turn.

void IoUringLoop::read_ahead(ConnectionRecord& base, TimePoint) {
  newcomers_.push_back(static_cast<RingRecord&>(base));
}

void IoUringLoop::retry(ConnectionRecord& base, TimePoint now) {
  RingRecord& record = static_cast<RingRecord&>(base);
  if (closing_.contains(record)) {
    if (record.operations > 0) cancel_operations(record);
  } else if (record.connecting != nullptr) {
    watch_connecting(record);
  } else {
    settle(record, now);
  }
}

void IoUringLoop::on_connected(RingRecord& record, const Completion& completion, TimePoint now) {
  if (closing_.contains(record)) return;
  completion.result() < 0 ? retry_later(record, now) : finish_connecting(record, now);
}

void IoUringLoop::on_cancelled(RingRecord& record, const Completion& completion, TimePoint now) {
  // The cancelled operation has a completion of its own.
  if (completion.has_cancelled()) return;
  record.receive_cancelled = false;
  retry_later(record, now);
}

void IoUringLoop::on_received(RingRecord& record, const Completion& completion, TimePoint now) {
  if (!completion.more()) record.receiving = record.receive_cancelled = false;
  if (!closing_.contains(record)) {
    Session& session = *record.session;
    if (completion.result() > 0) {
      session.receive(
          input_->received(completion.buffer(), static_cast<size_t>(completion.result())), now);
      session.publish_statistics();
    } else if (completion.result() == 0) {
      session.end_of_input(now);
    } else if (completion.result() == -ENOBUFS) {
      counters().input_shortages.add(1);  // watch() receives again when buffers were given back
      starved_.push_back(record);
    } else if (is_shortage(-completion.result())) {
      retry_later(record, now);
    } else if (completion.result() != -ECANCELED && completion.result() != -EINTR) {
      session.fail_input(/*sending=*/record.sending != nullptr, now);
    }
    touch(record);
  }
  if (completion.has_buffer()) input_->give_back(completion.buffer());
}

void IoUringLoop::on_sent(RingRecord& record, const Completion& completion, TimePoint now) {
  if (spare_buffers_.size() < kSpareBuffers) spare_buffers_.push_back(std::move(record.sending));
  record.sending.reset();
  if (completion.more()) ++record.releases_due;
  if (closing_.contains(record)) return;
  touch(record);
  Session& session = *record.session;
  if (completion.result() > 0) {
    session.sent(static_cast<size_t>(completion.result()), now);
    if (io_uring_options_.zero_copy_threshold > 0) {
      record.sent.push(completion.send(), static_cast<size_t>(completion.result()),
                       completion.more());
      session.released(record.sent.take_released(), now);
    }
  } else if (session.has_failed()) {  // meanwhile: it is not sent again
    output_failed(record, -completion.result(), now);
  } else if ((completion.result() == -EOPNOTSUPP || is_shortage(-completion.result())) &&
             record.zero_copy.give_up()) {
    // Not a TCP socket, or the limit of locked memory: the next sends are made with a copy.
  } else if (is_shortage(-completion.result())) {
    retry_later(record, now);
  } else if (completion.result() != -EINTR) {
    output_failed(record, -completion.result(), now);
  }
}

void IoUringLoop::on_released(RingRecord& record, const Completion& completion, TimePoint now) {
  --record.releases_due;
  record.zero_copy.on_release(completion.was_copied());
  if (closing_.contains(record)) return;
  record.sent.done(completion.send());
  record.session->released(record.sent.take_released(), now);
  touch(record);
}

void IoUringLoop::on_hangup(RingRecord& record, const Completion& completion, TimePoint now) {
  if (!completion.more()) record.hangup_watched = false;
  if (closing_.contains(record)) return;
  if (completion.result() < 0) return retry_later(record, now);
  Session& session = *record.session;
  if (!completion.hung_up() || session.wants_input()) return;
  session.hang_up(now);
  touch(record);
}

void IoUringLoop::write(ConnectionRecord& base, TimePoint now) {
  RingRecord& record = static_cast<RingRecord&>(base);
  Session& session = *record.session;
  if (newcomers_.contains(record) || is_retrying(record)) return;
  if (record.sending != nullptr || !session.wants_output()) return;
  std::unique_ptr<OutputBuffers> buffers =
      take_buffers(session.output(io_uring_options_.output_size));
  if (buffers->size() == 0) {
    spare_buffers_.push_back(std::move(buffers));
    return;
  }
  const bool zero_copy = record.zero_copy.takes(buffers.get());
  record.sending = std::move(buffers);
  const msghdr* message = record.sending->message();
  if (zero_copy) {
    const auto prepare = [&](io_uring_sqe* entry) {
      io_uring_prep_sendmsg_zc(entry, record.socket.get(), message, MSG_NOSIGNAL);
      entry->ioprio |= IORING_SEND_ZC_REPORT_USAGE;
    };
    submit(record, Operation::kSend, prepare, ++record.zero_copies);
  } else {
    submit(record, Operation::kSend, [&](io_uring_sqe* entry) {
      io_uring_prep_sendmsg(entry, record.socket.get(), message, MSG_NOSIGNAL);
    });
  }
  session.output_waits(true, record.sending->size(), now);
}

std::unique_ptr<OutputBuffers> IoUringLoop::take_buffers(std::span<const ConstBuffer> output) {
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

void IoUringLoop::watch(ConnectionRecord& base) {
  RingRecord& record = static_cast<RingRecord&>(base);
  if (is_retrying(record)) return;
  const Session& session = *record.session;
  const bool wanted = session.wants_input();
  if (wanted && !record.receiving) {
    record.receiving = true;
    submit(record, Operation::kReceive, [&](io_uring_sqe* entry) {
      io_uring_prep_recv_multishot(entry, record.socket.get(), nullptr, 0, 0);
      entry->flags |= IOSQE_BUFFER_SELECT;
      entry->buf_group = BufferRing::kGroup;
    });
  } else if (!wanted && record.receiving && !record.receive_cancelled) {
    record.receive_cancelled = true;
    submit(record, Operation::kCancel, [&](io_uring_sqe* entry) {
      io_uring_prep_cancel64(entry, Completion::user_data(Operation::kReceive, record.id), 0);
    });
  } else if (session.phase() == Session::Phase::kOpen && !wanted && !record.receiving &&
             record.sending == nullptr && !record.hangup_watched) {
    // Without it there would be no notification that both directions are closed. Multishot, because
    // that reports each change once, the peer's end too, which is not waited for.
    record.hangup_watched = true;
    submit(record, Operation::kHangup, [&](io_uring_sqe* entry) {
      io_uring_prep_poll_multishot(entry, record.socket.get(), 0);  // POLLHUP and POLLERR always
    });
  }
}

// Connections that found no buffer stay in starved_, and those in closing_ are not settled any
// more.
void IoUringLoop::touch(RingRecord& record) {
  if (!starved_.contains(record) && !closing_.contains(record)) touched_.push_back(record);
}

void IoUringLoop::settle_touched(TimePoint now) {
  // Connections that found no buffer are first, so that not the same ones empty the ring each turn.
  for (RingList* list : {&starved_, &touched_}) {
    while (RingRecord* record = list->pop_front()) settle(*record, now);
  }
}

// --- The end.

void IoUringLoop::close(ConnectionRecord& base) {
  RingRecord& record = static_cast<RingRecord&>(base);
  closing_.push_back(record);
  if (record.operations > 0) cancel_operations(record);
  destroy_if_done(record);
}

void IoUringLoop::cancel_operations(RingRecord& record) {
  submit(record, Operation::kCancel, [&](io_uring_sqe* entry) {
    io_uring_prep_cancel_fd(entry, record.socket.get(), IORING_ASYNC_CANCEL_ALL);
  });
}

// Destroys a record whose operations have ended, because these use its memory. A zero-copy send is
// released when the peer has acknowledged it; the connection is reset to release it at once.
void IoUringLoop::destroy_if_done(RingRecord& record) {
  if (!closing_.contains(record) || record.operations > 0) return;
  if (record.releases_due > 0) {
    if (record.socket.valid()) abort_at_close(record.socket);
    return record.socket.reset();
  }
  destroy(record);
}

}  // namespace headrace::adapters
