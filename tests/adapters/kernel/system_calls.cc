// The system calls of the adapters, and what they use of liburing, defined in the test's own
// program: the linker takes these before the C library's. Those that concern a simulated kernel end
// there; all others go on to the real one.

#include <liburing.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <limits>
#include <memory>

#include "tests/adapters/kernel/kernel.h"
#include "tests/adapters/kernel/ring.h"

namespace {

using headrace::simulation::Kernel;
using headrace::simulation::Ring;

// The simulated kernel whose descriptor it is, or null.
Kernel* owner(int fd) { return fd >= Kernel::kFirstDescriptor ? Kernel::current() : nullptr; }

// As the C library returns it.
template <typename Result>
Result returned(Result result) {
  if (result >= 0) return result;
  errno = static_cast<int>(-result);
  return -1;
}

constexpr int64_t kSecond = 1'000'000'000;

std::unique_ptr<Ring> ring;

}  // namespace

extern "C" {

// --- Any kernel's.

int close(int fd) {
  Kernel* kernel = owner(fd);
  if (kernel == nullptr) return static_cast<int>(syscall(SYS_close, fd));
  return returned(kernel->close(fd));
}

ssize_t read(int fd, void* to, size_t size) {
  Kernel* kernel = owner(fd);
  return kernel == nullptr ? syscall(SYS_read, fd, to, size) : returned(kernel->read(fd, to, size));
}

ssize_t write(int fd, const void* from, size_t size) {
  Kernel* kernel = owner(fd);
  return kernel == nullptr ? syscall(SYS_write, fd, from, size)
                           : returned(kernel->write(fd, from, size));
}

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const Kernel* kernel = Kernel::current();
  if (kernel == nullptr || clock != CLOCK_MONOTONIC) {
    return static_cast<int>(syscall(SYS_clock_gettime, clock, now));
  }
  now->tv_sec = kernel->now() / kSecond;
  now->tv_nsec = kernel->now() % kSecond;
  return 0;
}

int nanosleep(const timespec* time, timespec* left) {
  Kernel* kernel = Kernel::current();
  if (kernel == nullptr) return static_cast<int>(syscall(SYS_nanosleep, time, left));
  kernel->sleep(time->tv_sec * kSecond + time->tv_nsec);
  return 0;
}

// --- The simulated one's. Nothing else in the program calls them.

int eventfd(unsigned, int) noexcept { return returned(Kernel::current()->eventfd()); }

int epoll_create1(int) noexcept { return returned(Kernel::current()->epoll_create()); }

int epoll_ctl(int, int operation, int fd, epoll_event* event) noexcept {
  return returned(Kernel::current()->epoll_ctl(operation, fd, event));
}

int epoll_wait(int, epoll_event* events, int most, int timeout) {
  return returned(Kernel::current()->epoll_wait(events, most, timeout));
}

int accept4(int fd, sockaddr*, socklen_t*, int flags) {
  return returned(Kernel::current()->accept(fd, (flags & SOCK_NONBLOCK) == 0));
}

ssize_t recv(int fd, void* to, size_t size, int) {
  return returned(Kernel::current()->receive(fd, to, size));
}

ssize_t sendmsg(int fd, const msghdr* message, int) {
  return returned(Kernel::current()->send(fd, *message));
}

int setsockopt(int fd, int level, int name, const void* value, socklen_t) noexcept {
  return returned(Kernel::current()->set_option(fd, level, name, value));
}

int getsockopt(int fd, int, int name, void* value, socklen_t* size) noexcept {
  return returned(Kernel::current()->get_option(fd, name, value, size));
}

int ioctl(int fd, unsigned long request, ...) noexcept {
  va_list arguments;
  va_start(arguments, request);
  void* value = va_arg(arguments, void*);
  va_end(arguments);
  Kernel* kernel = owner(fd);
  if (kernel == nullptr) return static_cast<int>(syscall(SYS_ioctl, fd, request, value));
  return returned(kernel->control(fd, request, static_cast<int*>(value)));
}

int shutdown(int fd, int how) noexcept { return returned(Kernel::current()->shutdown(fd, how)); }

// --- liburing, which returns an errno value below zero.

int io_uring_queue_init_params(unsigned, io_uring* user, io_uring_params* parameters) {
  Kernel& kernel = *Kernel::current();
  if (const int error = kernel.fails({ENOMEM, EPERM, EMFILE})) return -error;
  ring = std::make_unique<Ring>(kernel, kernel.ring_entries, user);
  user->flags = parameters->flags;
  return 0;
}

void io_uring_queue_exit(io_uring*) { ring.reset(); }

int io_uring_enter(unsigned, unsigned, unsigned, unsigned, sigset_t*) { return -EBADFD; }

int io_uring_register(unsigned, unsigned, const void*, unsigned) {
  if (const int error = Kernel::current()->fails({ENOMEM, EINTR})) return -error;
  ring->enable();
  return 0;
}

int io_uring_register_ring_fd(io_uring*) { return -EINVAL; }

int io_uring_register_eventfd(io_uring*, int) { return 0; }

int io_uring_register_buf_ring(io_uring*, io_uring_buf_reg* registration, unsigned) {
  if (const int error = Kernel::current()->fails({ENOMEM})) return -error;
  ring->register_buffers(reinterpret_cast<io_uring_buf_ring*>(registration->ring_addr),
                         registration->ring_entries);
  return 0;
}

int io_uring_unregister_buf_ring(io_uring*, int) {
  ring->unregister_buffers();
  return 0;
}

int io_uring_submit(io_uring* user) { return ring->enter(*user, false, 0); }

int io_uring_submit_and_get_events(io_uring* user) { return ring->enter(*user, false, 0); }

int io_uring_get_events(io_uring*) {
  ring->get_events();
  return 0;
}

int io_uring_submit_and_wait(io_uring* user, unsigned) {
  return ring->enter(*user, true, std::numeric_limits<int64_t>::max());
}

int io_uring_submit_and_wait_timeout(io_uring* user, io_uring_cqe**, unsigned,
                                     __kernel_timespec* timeout, sigset_t*) {
  return ring->enter(*user, true,
                     Kernel::current()->now() + timeout->tv_sec * kSecond + timeout->tv_nsec);
}

}  // extern "C"
