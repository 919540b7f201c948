#include "headrace/adapters/io_uring/ring.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace headrace::adapters {
namespace {

constexpr unsigned kSubmissions = 256;      // a turn with more makes another system call
constexpr unsigned kCompletions = 4096;     // the kernel stores more, at a cost
constexpr int kProbes = 10;                 // attempts during a shortage
constexpr unsigned kKernelThreadIdle = 50;  // milliseconds until it sleeps

}  // namespace

Status io_uring_error(int error) {
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
  return Status::unavailable(reason);
}

StatusOr<std::unique_ptr<Ring>> Ring::create(bool kernel_thread) {
  io_uring_params params{};
  // The thread that uses the ring enables it, because another one may create it.
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
    return Status::unavailable("this kernel's io_uring is too old: Linux 6.1 or later is needed");
  }
  if (result < 0) return io_uring_error(-result);
  std::unique_ptr<Ring> made(new Ring(ring));
  // A system may permit io_uring_setup() but not io_uring_enter(). This call has no effect, because
  // the ring is still disabled; any error but the kernel's for that means that it is not permitted.
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
  // liburing 2.3 declares io_uring_enable_rings() but does not export it.
  const int result = io_uring_register(static_cast<unsigned>(ring_.ring_fd),
                                       IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
  if (!conclude(result).ok() || result < 0) return false;
  io_uring_register_ring_fd(&ring_);  // saves a look-up in each wait; optional
  return enabled_ = true;
}

// Returns an eventfd, because the ring's own descriptor does not become readable while the work of
// completions is deferred (IORING_SETUP_DEFER_TASKRUN).
int Ring::descriptor() {
  if (!signal_.valid() && failure_.ok() && enable()) {
    UniqueFd signal(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    const int result = signal.valid() ? io_uring_register_eventfd(&ring_, signal.get()) : -errno;
    if (result < 0 && failure_.ok()) failure_ = io_uring_error(-result);
    if (result >= 0) signal_ = std::move(signal);
  }
  return signal_.get();
}

Status Ring::wait(std::chrono::nanoseconds timeout) {
  if (!failure_.ok() || !enable()) return failure_;
  if (signal_.valid()) {
    uint64_t count;  // later signals are for the next wait
    [[maybe_unused]] ssize_t n = ::read(signal_.get(), &count, sizeof(count));
  }
  int result = 0;
  while (result >= 0 && !queue_excess()) result = hand_over();
  if (result >= 0) result = hand_over_and_wait(timeout);
  return conclude(result);
}

// False if the queue has no room for some.
bool Ring::queue_excess() {
  while (!excess_.empty()) {
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    if (entry == nullptr) return false;
    *entry = excess_.front();
    excess_.pop_front();
  }
  return true;
}

// Submits, to make room in the queue. Returns a negative errno value if that failed.
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

// The status for the result of a call. A shortage of memory is waited for, because completions,
// which are only made during a call, may free some.
Status Ring::conclude(int result) {
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
