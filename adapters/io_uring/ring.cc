#include "headrace/adapters/io_uring/ring.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace headrace::adapters {
namespace {

constexpr unsigned kSubmissions = 256;      // a fuller turn takes a system call more
constexpr unsigned kCompletions = 4096;     // the kernel keeps what is above it, at a price
constexpr int kProbes = 10;                 // a shortage that outlasts them is one
constexpr unsigned kKernelThreadIdle = 50;  // milliseconds, then it sleeps until it is woken

}  // namespace

absl::Status io_uring_error(int error) {
  std::string reason;
  switch (error) {
    case ENOSYS:
      reason = "this kernel has no io_uring";
      break;
    case EPERM:
    case EACCES:
      reason = "io_uring is forbidden here (by kernel.io_uring_disabled, seccomp or a container)";
      break;
    case ENOMEM:
      reason = "no memory for an io_uring (does `ulimit -l` allow some to be locked?)";
      break;
    default:
      reason = std::string("io_uring: ") + std::strerror(error);
  }
  return absl::UnavailableError(reason);
}

absl::StatusOr<std::unique_ptr<Ring>> Ring::create(bool kernel_thread) {
  io_uring_params params{};
  // The thread that creates it need not be the one that uses it: the latter enables it.
  params.flags = IORING_SETUP_R_DISABLED | IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL |
                 IORING_SETUP_SINGLE_ISSUER;
  params.cq_entries = kCompletions;
  if (kernel_thread) {
    params.flags |= IORING_SETUP_SQPOLL;
    params.sq_thread_idle = kKernelThreadIdle;
  } else {
    params.flags |= IORING_SETUP_DEFER_TASKRUN;
  }
  io_uring ring{};
  const int result = io_uring_queue_init_params(kSubmissions, &ring, &params);
  if (result == -EINVAL) {
    return absl::UnavailableError(
        "this kernel's io_uring is too old: Linux 6.1 or later is needed");
  }
  if (result < 0) return io_uring_error(-result);
  std::unique_ptr<Ring> made(new Ring(ring));
  // A system may forbid what makes it work, and not what makes it: this call does nothing, since
  // the ring is still disabled, which the kernel says unless something else forbids the call.
  int entered = 0;
  for (int i = 0; i < kProbes; ++i) {
    entered = io_uring_enter(static_cast<unsigned>(ring.ring_fd), 0, 0, 0, nullptr);
    if (entered != -EINTR && !is_shortage(-entered)) break;
  }
  if (entered < 0 && entered != -EBADFD) return io_uring_error(-entered);
  return made;
}

io_uring_sqe* Ring::next_entry() {
  if (excess_.empty()) {
    if (io_uring_sqe* entry = io_uring_get_sqe(&ring_)) return entry;
  }
  return &excess_.emplace_back();
}

bool Ring::enable() {
  if (enabled_) return true;
  // (liburing 2.3 declares io_uring_enable_rings() and does not export it.)
  const int result = io_uring_register(static_cast<unsigned>(ring_.ring_fd),
                                       IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
  if (!conclude(result).ok() || result < 0) return false;
  io_uring_register_ring_fd(&ring_);  // saves a look-up with every wait; it works without it too
  return enabled_ = true;
}

// The ring's own descriptor wakes nobody while the work of a completion is deferred
// (IORING_SETUP_DEFER_TASKRUN); an eventfd is signalled.
int Ring::descriptor() {
  if (!signal_.valid() && failure_.ok() && enable()) {
    UniqueFd signal(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    const int result = signal.valid() ? io_uring_register_eventfd(&ring_, signal.get()) : -errno;
    if (result < 0 && failure_.ok()) failure_ = io_uring_error(-result);
    if (result >= 0) signal_ = std::move(signal);
  }
  return signal_.get();
}

absl::Status Ring::wait(std::chrono::nanoseconds timeout) {
  if (!failure_.ok() || !enable()) return failure_;
  if (signal_.valid()) {
    uint64_t count;  // what is signalled from here on is seen in the next wait
    [[maybe_unused]] ssize_t n = ::read(signal_.get(), &count, sizeof(count));
  }
  int result = 0;
  while (result >= 0 && !queue_excess()) result = hand_over();
  if (result >= 0) result = hand_over_and_wait(timeout);
  return conclude(result);
}

// False: some are left, for which there is no room.
bool Ring::queue_excess() {
  while (!excess_.empty()) {
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    if (entry == nullptr) return false;
    *entry = excess_.front();
    excess_.pop_front();
  }
  return true;
}

// Makes room in the queue, or says why there is none: an errno value below zero.
int Ring::hand_over() {
  const int result = io_uring_submit(&ring_);
  if (result < 0) return result;
  const bool kernel_thread = (ring_.flags & IORING_SETUP_SQPOLL) != 0;
  if (kernel_thread) return io_uring_sqring_wait(&ring_);
  return result == 0 ? -EAGAIN : result;
}

int Ring::hand_over_and_wait(std::chrono::nanoseconds timeout) {
  if (timeout.count() <= 0) return io_uring_submit_and_get_events(&ring_);
  if (timeout == std::chrono::nanoseconds::max()) return io_uring_submit_and_wait(&ring_, 1);
  __kernel_timespec limit{};
  limit.tv_sec = timeout.count() / 1'000'000'000;
  limit.tv_nsec = timeout.count() % 1'000'000'000;
  io_uring_cqe* first = nullptr;
  return io_uring_submit_and_wait_timeout(&ring_, &first, 1, &limit, nullptr);
}

// What a call ended with. A shortage of the kernel's is waited out: completions may free some, and
// are only made when they are asked for.
absl::Status Ring::conclude(int result) {
  if (result >= 0 || result == -ETIME || result == -EINTR) {
    retries_.reset();
  } else if (is_shortage(-result)) {
    if (enabled_) io_uring_get_events(&ring_);
    if (!retries_.pause(-result)) failure_ = io_uring_error(-result);
  } else {
    failure_ = io_uring_error(-result);
  }
  return failure_;
}

}  // namespace headrace::adapters
