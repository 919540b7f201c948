#include "tests/adapters/kernel/kernel.h"

#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "tests/adapters/kernel/ring.h"

namespace headrace::simulation {

Kernel* Kernel::current_ = nullptr;

Kernel::Kernel(Choices& choices) : choices_(choices), network_(choices) { current_ = this; }

Kernel::~Kernel() { current_ = nullptr; }

// --- Descriptors.

int Kernel::open(Descriptor descriptor) {
  int fd = kFirstDescriptor;  // the lowest that is free, as POSIX has it
  while (descriptors_.contains(fd)) ++fd;
  descriptors_.emplace(fd, std::move(descriptor));
  note_progress();
  return fd;
}

Kernel::Descriptor* Kernel::find(int fd) {
  const auto found = descriptors_.find(fd);
  return found == descriptors_.end() ? nullptr : &found->second;
}

Kernel::Descriptor& Kernel::of(int fd, Kind kind, const char* call) {
  Descriptor* found = find(fd);
  if (found != nullptr && found->kind == kind) return *found;
  complain(std::string(call) + " of a descriptor that is not open, or something else");
  return none_;
}

int Kernel::close(int fd) {
  Descriptor* closed = find(fd);
  if (closed == nullptr) {
    complain("close() of a descriptor that is not open");
    return -EBADF;
  }
  if (closed->kind == Kind::kSocket) {
    if (ring != nullptr && ring->works_on(*closed->socket)) {
      complain("a socket is closed for which the ring is at work");
    }
    closed->socket->closed = true;
    // TCP resets a connection that is closed with input unread: the peer loses what is on its way.
    Socket& socket = *closed->socket;
    if (socket.aborts || !socket.inbound.empty()) socket.outbound.clear();
  }
  descriptors_.erase(fd);
  interests_.erase(fd);
  note_progress();
  return 0;
}

int Kernel::open_listener() {
  return open({.kind = Kind::kListener, .socket = std::make_shared<Socket>()});
}

int Kernel::eventfd() {
  if (const int error = fails({EMFILE, ENOMEM})) return -error;
  return open({.kind = Kind::kEvent});
}

ssize_t Kernel::read(int fd, void* to, size_t size) {
  Descriptor& event = of(fd, Kind::kEvent, "read()");
  if (event.count == 0) return -EAGAIN;
  std::memcpy(to, &event.count, std::min(size, sizeof(event.count)));
  event.count = 0;
  return sizeof(event.count);
}

ssize_t Kernel::write(int fd, const void* from, size_t size) {
  uint64_t count = 0;
  std::memcpy(&count, from, std::min(size, sizeof(count)));
  of(fd, Kind::kEvent, "write()").count += count;
  return static_cast<ssize_t>(size);
}

// --- Choices, and time.

int Kernel::fails(std::initializer_list<int> errors) {
  if (!failing) return 0;
  const size_t choice = choices_.seldom(errors.size() + 1);
  return choice == 0 ? 0 : errors.begin()[choice - 1];
}

bool Kernel::pass_time(int64_t until) {
  if (network_.step()) {
    note_progress();
    return true;
  }
  if (until == std::numeric_limits<int64_t>::max()) {
    complain("the loop waits for ever");
    return false;
  }
  now_ = std::max(now_, until);
  return false;
}

// --- Sockets.

int Kernel::accept_newcomer(bool blocking) {
  std::shared_ptr<Socket> socket = network_.accept();
  socket->blocking = blocking;
  return open({.kind = Kind::kSocket, .socket = std::move(socket)});
}

int Kernel::accept(int fd, bool blocking) {
  of(fd, Kind::kListener, "accept4()");
  network_.maybe_step();
  if (!network_.somebody_waits()) return -EAGAIN;
  if (const int error = fails({EMFILE, ENOMEM, ECONNABORTED, EINTR, EPERM})) return -error;
  return accept_newcomer(blocking);
}

ssize_t Kernel::take_inbound(Socket& socket, void* to, size_t size) {
  if (socket.inbound.empty()) {
    if (socket.reset && !socket.fin) return -std::exchange(socket.failure, 0);
    return socket.readable() ? 0 : -EAGAIN;
  }
  const size_t most = std::min(size, socket.inbound.size());
  const size_t taken = most - choices_.seldom(most);
  std::memcpy(to, socket.inbound.data(), taken);
  socket.inbound.erase(0, taken);
  note_progress();
  return static_cast<ssize_t>(taken);
}

ssize_t Kernel::receive(int fd, void* to, size_t size) {
  Descriptor& descriptor = of(fd, Kind::kSocket, "recv()");
  network_.maybe_step();
  if (const int error = fails({EINTR, ENOMEM, EAGAIN})) return -error;
  return take_inbound(*descriptor.socket, to, size);
}

ssize_t Kernel::transmit(Socket& socket, const std::string& bytes) {
  if (socket.failure != 0) return -std::exchange(socket.failure, 0);
  if (socket.reset) return -EPIPE;
  if (socket.connecting) return -ENOTCONN;
  if (socket.shut) complain("octets are sent after SHUT_WR");
  if (socket.outbound.size() >= Socket::kRoom) return -EAGAIN;
  const size_t most = std::min(bytes.size(), Socket::kRoom - socket.outbound.size());
  const size_t taken = most - choices_.seldom(most);
  socket.outbound.append(bytes, 0, taken);
  if (socket.gone) socket.fail();
  note_progress();
  return static_cast<ssize_t>(taken);
}

ssize_t Kernel::send(int fd, const msghdr& message) {
  Descriptor& descriptor = of(fd, Kind::kSocket, "sendmsg()");
  network_.maybe_step();
  if (const int error = fails({EINTR, ENOBUFS, EAGAIN})) return -error;
  std::string bytes;
  for (size_t i = 0; i < message.msg_iovlen; ++i) {
    bytes.append(static_cast<const char*>(message.msg_iov[i].iov_base), message.msg_iov[i].iov_len);
  }
  return transmit(*descriptor.socket, bytes);
}

int Kernel::set_option(int fd, int level, int name, const void* value) {
  Descriptor& descriptor = of(fd, Kind::kSocket, "setsockopt()");
  if (const int error = fails({ENOMEM})) return -error;
  if (level == SOL_SOCKET && name == SO_LINGER) {
    const auto* option = static_cast<const linger*>(value);
    descriptor.socket->aborts = option->l_onoff != 0 && option->l_linger == 0;
  }
  return 0;
}

int Kernel::get_option(int fd, int name, void* value, socklen_t* size) {
  Descriptor& descriptor = of(fd, Kind::kSocket, "getsockopt()");
  Socket& socket = *descriptor.socket;
  if (const int failure = fails({ENOBUFS})) return -failure;
  switch (name) {
    case SO_ERROR:
      if (socket.connecting) complain("SO_ERROR is asked for while it is connecting");
      *static_cast<int*>(value) = std::exchange(socket.error, 0);
      return 0;
    case SO_MEMINFO:
      std::memset(value, 0, *size);
      static_cast<uint32_t*>(value)[SK_MEMINFO_WMEM_QUEUED] =
          static_cast<uint32_t>(socket.outbound.size());
      // What is reserved ahead may be below zero for a moment.
      static_cast<uint32_t*>(value)[SK_MEMINFO_FWD_ALLOC] =
          choices_.seldom(2) == 1 ? static_cast<uint32_t>(-841) : 0u;
      return 0;
    default:
      complain("a getsockopt() that the simulation does not know");
      return -ENOPROTOOPT;
  }
}

int Kernel::control(int fd, unsigned long request, int* value) {
  Descriptor* descriptor = find(fd);
  if (descriptor == nullptr || descriptor->socket == nullptr) {
    complain("ioctl() of a descriptor that is not open");
    return -EBADF;
  }
  if (const int error = fails({ENOMEM})) return -error;
  Socket& socket = *descriptor->socket;
  switch (request) {
    case FIONBIO:
      socket.blocking = *value == 0;
      return 0;
    case SIOCINQ:
      *value = static_cast<int>(socket.inbound.size());
      return 0;
    case SIOCOUTQ:
      *value = static_cast<int>(socket.outbound.size());
      return 0;
    default:
      complain("an ioctl() that the simulation does not know");
      return -EINVAL;
  }
}

int Kernel::shutdown(int fd, int how) {
  Descriptor* descriptor = find(fd);
  if (descriptor == nullptr || descriptor->socket == nullptr) {
    complain("shutdown() of a descriptor that is not open");
    return -EBADF;
  }
  if (const int error = fails({ENOMEM})) return -error;
  if (descriptor->socket->reset) return -ENOTCONN;
  (how == SHUT_RD ? descriptor->socket->ended : descriptor->socket->shut) = true;
  return 0;
}

// --- epoll.

int Kernel::epoll_create() {
  if (const int error = fails({EMFILE, ENOMEM})) return -error;
  return open({.kind = Kind::kEpoll});
}

int Kernel::epoll_ctl(int operation, int fd, const epoll_event* event) {
  if (find(fd) == nullptr) {
    complain("epoll_ctl() of a descriptor that is not open");
    return -EBADF;
  }
  const bool known = interests_.contains(fd);
  if (operation == EPOLL_CTL_DEL) {
    if (!known) complain("epoll_ctl() takes out what epoll does not know");
    interests_.erase(fd);
    return known ? 0 : -ENOENT;
  }
  // A descriptor that is known already needs no memory.
  if (const int error = fails({ENOMEM, ENOSPC})) return -error;
  if (known != (operation == EPOLL_CTL_MOD)) {
    complain("epoll_ctl() mixes up what epoll knows");
    return known ? -EEXIST : -ENOENT;
  }
  interests_[fd] = {event->events, event->data};
  note_progress();
  return 0;
}

uint32_t Kernel::ready(const Descriptor& descriptor) const {
  switch (descriptor.kind) {
    case Kind::kListener:
      return has_newcomer() ? EPOLLIN : 0u;
    case Kind::kEvent:
      return descriptor.count > 0 ? EPOLLIN : 0u;
    case Kind::kSocket: {
      const Socket& socket = *descriptor.socket;
      return (socket.readable() ? EPOLLIN : 0u) | (socket.writable() ? EPOLLOUT : 0u) |
             (socket.hung_up() ? EPOLLHUP : 0u) | (socket.failure != 0 ? EPOLLERR : 0u);
    }
    default:
      return 0;
  }
}

int Kernel::epoll_wait(epoll_event* events, int most, int timeout) {
  if (const int error = fails({EINTR, ENOMEM})) return -error;
  const int64_t until =
      timeout < 0 ? std::numeric_limits<int64_t>::max() : now_ + int64_t{timeout} * 1'000'000;
  std::vector<epoll_event> found;
  do {
    network_.maybe_step();
    for (const auto& [fd, interest] : interests_) {
      const uint32_t told = ready(*find(fd)) & (interest.events | EPOLLHUP | EPOLLERR);
      if (told != 0) found.push_back({told, interest.data});
    }
  } while (found.empty() && now_ < until && pass_time(until));
  if (found.empty()) return 0;
  // In any order, and not all of them at once. Much may happen before they are attended to.
  std::ranges::rotate(found,
                      found.begin() + static_cast<std::ptrdiff_t>(choices_.pick(found.size())));
  found.resize(std::min(found.size() - choices_.seldom(found.size()), static_cast<size_t>(most)));
  network_.maybe_step();
  std::ranges::copy(found, events);
  return static_cast<int>(found.size());
}

}  // namespace headrace::simulation
