#include <headrace/adapters/epoll/epoll_loop.h>
#include <headrace/adapters/io_uring/io_uring_loop.h>

#include <cstdio>

// Both loops begin and end. (Where the system has no io_uring, its loop says so.)
int main() {
  using namespace headrace::adapters;
  const LoopOptions options;
  auto epoll = EpollLoop::create(options, nullptr);
  if (!epoll.ok()) return 1;
  (*epoll)->stop();
  (*epoll)->run();
  auto io_uring = IoUringLoop::create(options, nullptr);
  if (!io_uring.ok()) {
    std::puts(io_uring.status().message().c_str());
    return 0;
  }
  (*io_uring)->stop();
  (*io_uring)->run();
  return 0;
}
