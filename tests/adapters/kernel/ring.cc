#include "tests/adapters/kernel/ring.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

// From Linux 6.2; liburing 2.3 does not name it.
#ifndef IORING_NOTIF_USAGE_ZC_COPIED
#define IORING_NOTIF_USAGE_ZC_COPIED (1U << 31)
#endif

namespace headrace::simulation {

Ring::Ring(Kernel& kernel, unsigned entries, io_uring* user)
    : kernel_(kernel), submissions_(entries) {
  *user = {};
  user->sq.khead = &submission_head_;
  user->sq.ktail = &submission_tail_;
  user->sq.kflags = &submission_flags_;
  user->sq.sqes = submissions_.data();
  user->sq.ring_mask = entries - 1;
  user->sq.ring_entries = entries;
  user->cq.khead = &completion_head_;
  user->cq.ktail = &completion_tail_;
  user->cq.kflags = &completion_flags_;
  user->cq.cqes = completions_.data();
  user->cq.ring_mask = kCompletions - 1;
  user->cq.ring_entries = kCompletions;
  user->ring_fd = user->enter_ring_fd = fd_ = kernel.open({.kind = Kernel::Kind::kRing});
  kernel.ring = this;
}

Ring::~Ring() {
  kernel_.ring = nullptr;
  kernel_.close(fd_);
}

void Ring::register_buffers(io_uring_buf_ring* buffers, unsigned count) {
  buffers_ = buffers;
  buffers_mask_ = count - 1;
}

bool Ring::works_on(const Socket& socket) const {
  return std::ranges::any_of(operations_, [&](const Operation& operation) {
    return operation.socket.get() == &socket && !operation.sent;
  });
}

// --- io_uring_enter().

int Ring::enter(const io_uring& user, bool waits, int64_t until) {
  if (!enabled_) kernel_.complain("the ring is entered before it is enabled");
  if (const int error = kernel_.fails({ENOMEM, EAGAIN, EBUSY, EINTR})) return -error;
  const unsigned noted = user.sq.sqe_tail - submission_head_;
  const int submitted = submit(noted);
  if (submitted < static_cast<int>(noted)) return submitted;
  complete_ready();
  while (waits && completion_head_ == completion_tail_) {
    // (Late is not so late that time passes.)
    const bool ready =
        std::ranges::any_of(operations_, [&](const Operation& o) { return is_ready(o); });
    if (!ready && kernel_.now() >= until) return -ETIME;
    if (!ready) kernel_.pass_time(until);
    complete_ready();
  }
  return submitted;
}

// As many as there is memory for.
int Ring::submit(unsigned noted) {
  unsigned count = noted;
  if (noted > 0 && kernel_.fails({ENOMEM}) != 0) count -= kernel_.choices().pick(noted) + 1;
  if (noted > 0 && count == 0) return -EAGAIN;
  for (unsigned i = 0; i < count; ++i) {
    issue(submissions_[submission_head_ % submissions_.size()]);
    ++submission_head_;
  }
  submission_tail_ = submission_head_;
  return static_cast<int>(count);
}

// As they are now.
std::string Ring::bytes_of(const Operation& operation) {
  std::string bytes;
  for (const iovec& piece : operation.pieces) {
    bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  }
  return bytes;
}

// What was not taken is nothing to the kernel any more.
void Ring::Operation::shorten(size_t size) {
  bytes.resize(size);
  for (iovec& piece : pieces) {
    piece.iov_len = std::min(piece.iov_len, size);
    size -= piece.iov_len;
  }
}

void Ring::issue(const io_uring_sqe& entry) {
  kernel_.note_progress();
  if (entry.opcode == IORING_OP_ASYNC_CANCEL) return cancel(entry);
  Kernel::Descriptor* descriptor = kernel_.find(entry.fd);
  if (descriptor == nullptr) {
    kernel_.complain("a descriptor is submitted that is not open, to operation " +
                     std::to_string(entry.opcode));
    return push(entry.user_data, -EBADF, 0);
  }
  operations_.push_back({.entry = entry, .socket = descriptor->socket, .fd = entry.fd});
  Operation& operation = operations_.back();
  const bool sends = entry.opcode == IORING_OP_SENDMSG || entry.opcode == IORING_OP_SENDMSG_ZC;
  if (sends) {
    const auto* message = reinterpret_cast<const msghdr*>(entry.addr);
    operation.pieces.assign(message->msg_iov, message->msg_iov + message->msg_iovlen);
    operation.bytes = bytes_of(operation);
  }
  if (is_ready(operation)) {
    // (Perhaps at once; several of a multishot one.)
    if (kernel_.choices().pick(2) == 1 && complete(operation)) operations_.pop_back();
  } else if (entry.opcode != IORING_OP_POLL_ADD && !descriptor->socket->blocking) {
    end(operation, -EAGAIN);
    operations_.pop_back();
  }
}

void Ring::cancel(const io_uring_sqe& entry) {
  if (const int error = kernel_.fails({ENOMEM})) return push(entry.user_data, -error, 0);
  const bool by_fd = (entry.cancel_flags & IORING_ASYNC_CANCEL_FD) != 0;
  const bool all = (entry.cancel_flags & IORING_ASYNC_CANCEL_ALL) != 0;
  int count = 0;
  for (Operation& operation : operations_) {
    const bool meant = by_fd ? operation.fd == entry.fd : operation.entry.user_data == entry.addr;
    if (!meant || operation.sent || operation.cancelled || (count > 0 && !all)) continue;
    operation.cancelled = true;
    ++count;
  }
  push(entry.user_data, count == 0 ? -ENOENT : all ? count : 0, 0);
}

// --- Completions.

// In any order, some of them later, and more than one of a multishot operation.
void Ring::complete_ready() {
  flush();
  kernel_.network().maybe_step();
  Choices& choices = kernel_.choices();
  if (operations_.size() > 1) {
    const size_t first = choices.pick(operations_.size());
    std::rotate(operations_.begin(), operations_.begin() + static_cast<std::ptrdiff_t>(first),
                operations_.end());
  }
  size_t count = operations_.size();
  for (size_t i = 0; i < count; ++i) {
    Operation operation = std::move(operations_.front());
    operations_.pop_front();
    bool ended = false;
    while (!ended && is_ready(operation) && choices.seldom(2) == 0) {
      ended = complete(operation);
      if (operation.entry.opcode == IORING_OP_POLL_ADD) break;  // told once of what has come
    }
    if (!ended) operations_.push_back(std::move(operation));
  }
}

// What a poll always tells of, the peer's end included, whether it was asked for or not.
int Ring::hang_up_of(const Socket& socket) {
  const bool ended = socket.fin || socket.ended || socket.reset;
  return (ended ? POLLRDHUP : 0) | (socket.hung_up() ? POLLHUP : 0) |
         (socket.failure != 0 ? POLLERR : 0);
}

bool Ring::is_ready(const Operation& operation) const {
  if (operation.cancelled) return true;
  const Socket* socket = operation.socket.get();
  switch (operation.entry.opcode) {
    case IORING_OP_ACCEPT:
      return kernel_.has_newcomer() || socket->shut;
    case IORING_OP_RECV:
      return socket->readable();
    case IORING_OP_SENDMSG:
      return socket->writable();
    case IORING_OP_SENDMSG_ZC:
      if (!operation.sent) return socket->writable();
      return socket->outbound.empty() || socket->reset || (socket->closed && socket->aborts);
    default:  // IORING_OP_POLL_ADD
      if (socket == nullptr) return kernel_.find(operation.fd)->count > 0;
      if (operation.entry.poll32_events != 0) return socket->writable();
      return (hang_up_of(*socket) & ~operation.told) != 0;
  }
}

bool Ring::complete(Operation& operation) {
  kernel_.note_progress();
  if (operation.sent) {
    if (bytes_of(operation) != operation.bytes) {
      kernel_.complain("octets of a zero-copy send change before its release");
    }
    const bool copied = kernel_.choices().pick(2) == 1;
    return end(operation, static_cast<int>(copied ? IORING_NOTIF_USAGE_ZC_COPIED : 0u),
               IORING_CQE_F_NOTIF);
  }
  // A cancellation may come too late for what is ready.
  if (operation.cancelled && kernel_.choices().pick(2) == 0) return end(operation, -ECANCELED);
  if (const int error = kernel_.fails({ENOMEM, EINTR, EAGAIN})) return end(operation, -error);
  switch (operation.entry.opcode) {
    case IORING_OP_ACCEPT:
      return complete_accept(operation);
    case IORING_OP_RECV:
      return complete_receive(operation);
    case IORING_OP_SENDMSG:
    case IORING_OP_SENDMSG_ZC:
      return complete_send(operation);
    default:
      if (operation.cancelled) return end(operation, -ECANCELED);
      return complete_poll(operation);
  }
}

bool Ring::complete_poll(Operation& operation) {
  int ready = operation.socket == nullptr ? POLLIN : POLLOUT;
  if (operation.socket != nullptr && operation.entry.poll32_events == 0) {
    ready = hang_up_of(*operation.socket);
    operation.told = ready;  // a multishot one tells of changes
  }
  return (operation.entry.len & IORING_POLL_ADD_MULTI) != 0 ? go_on(operation, ready)
                                                            : end(operation, ready);
}

bool Ring::complete_accept(Operation& operation) {
  if (operation.socket->shut) return end(operation, -EINVAL);
  if (!kernel_.has_newcomer()) return end(operation, -ECANCELED);
  if (const int error = kernel_.fails({EMFILE, ECONNABORTED})) return end(operation, -error);
  const int fd = kernel_.accept_newcomer((operation.entry.accept_flags & SOCK_NONBLOCK) == 0);
  return (operation.entry.ioprio & IORING_ACCEPT_MULTISHOT) != 0 ? go_on(operation, fd)
                                                                 : end(operation, fd);
}

bool Ring::complete_receive(Operation& operation) {
  Socket& socket = *operation.socket;
  if (!socket.readable()) return end(operation, -ECANCELED);
  if (socket.inbound.empty()) {
    return end(operation, static_cast<int>(kernel_.take_inbound(socket, nullptr, 0)));
  }
  if (buffers_ == nullptr || buffers_taken_ == buffers_->tail) return end(operation, -ENOBUFS);
  const io_uring_buf& buffer = buffers_->bufs[buffers_taken_++ & buffers_mask_];
  const uint32_t flags = IORING_CQE_F_BUFFER | uint32_t{buffer.bid} << IORING_CQE_BUFFER_SHIFT;
  const ssize_t size =
      kernel_.take_inbound(socket, reinterpret_cast<void*>(buffer.addr), buffer.len);
  return go_on(operation, static_cast<int>(size), flags);
}

bool Ring::complete_send(Operation& operation) {
  Socket& socket = *operation.socket;
  if (bytes_of(operation) != operation.bytes) {
    kernel_.complain("octets of a send change before it has completed");
  }
  if (!socket.writable()) return end(operation, -ECANCELED);
  const int result = static_cast<int>(kernel_.transmit(socket, operation.bytes));
  if (operation.entry.opcode == IORING_OP_SENDMSG || result < 0) return end(operation, result);
  operation.shorten(static_cast<size_t>(result));
  operation.sent = true;
  operation.cancelled = false;
  push(operation.entry.user_data, result, IORING_CQE_F_MORE);
  return false;
}

bool Ring::end(const Operation& operation, int result, uint32_t flags) {
  push(operation.entry.user_data, result, flags);
  return true;
}

// Of a multishot operation, which may end at any time.
bool Ring::go_on(const Operation& operation, int result, uint32_t flags) {
  const bool ends = operation.cancelled || kernel_.choices().seldom(2) == 1;
  push(operation.entry.user_data, result, flags | (ends ? 0u : IORING_CQE_F_MORE));
  return ends;
}

void Ring::push(uint64_t user_data, int result, uint32_t flags) {
  io_uring_cqe completion{};
  completion.user_data = user_data;
  completion.res = result;
  completion.flags = flags;
  overflown_.push_back(completion);
  flush();
}

void Ring::flush() {
  while (!overflown_.empty() && completion_tail_ - completion_head_ < kCompletions) {
    io_uring_cqe& place = completions_[completion_tail_++ & (kCompletions - 1)];
    std::memcpy(&place, &overflown_.front(), sizeof(place));
    overflown_.pop_front();
  }
}

}  // namespace headrace::simulation
