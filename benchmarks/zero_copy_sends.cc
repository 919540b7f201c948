// What a send without a copy costs beside one with: the measure behind
// IoUringOptions::zero_copy_threshold.
//
//   bazel run -c opt //benchmarks:zero_copy_sends
//
// Over loopback the kernel copies all the same, only later, so a row without a
// copy shows what pinning the pages and telling of their release costs on top.
// Where it need not copy, that is the whole price, and the copy (the rows
// memcpy) is what is saved: it pays from the size on where the second is more
// than the first.

#include <benchmark/benchmark.h>
#include <liburing.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

// Two ends of a TCP connection; a thread takes in what comes, and drops it.
class Drain {
 public:
  Drain() {
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(where);
    if (bind(listener, reinterpret_cast<sockaddr*>(&where), size) != 0) fail("bind");
    listen(listener, 1);
    getsockname(listener, reinterpret_cast<sockaddr*>(&where), &size);
    socket_ = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&where), size) != 0) fail("connect");
    const int other = accept(listener, nullptr, nullptr);
    close(listener);
    thread_ = std::thread([other] {
      while (recv(other, nullptr, 1 << 20, MSG_TRUNC) > 0) {
      }
      close(other);
    });
  }
  ~Drain() {
    shutdown(socket_, SHUT_WR);
    thread_.join();
    close(socket_);
  }
  int descriptor() const { return socket_; }

 private:
  int socket_ = -1;
  std::thread thread_;
};

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void send_all(benchmark::State& state, bool zero_copy) {
  io_uring ring;
  if (io_uring_queue_init(8, &ring, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN) != 0) {
    return state.SkipWithError("no io_uring");
  }
  {
    Drain drain;
    const std::vector<char> bytes(static_cast<size_t>(state.range(0)), 'x');
    for (auto _ : state) {
      const double began = thread_seconds();
      io_uring_sqe* entry = io_uring_get_sqe(&ring);
      if (zero_copy) {
        io_uring_prep_send_zc(entry, drain.descriptor(), bytes.data(), bytes.size(), MSG_WAITALL,
                              0);
      } else {
        io_uring_prep_send(entry, drain.descriptor(), bytes.data(), bytes.size(), MSG_WAITALL);
      }
      for (bool more = true; more;) {
        io_uring_submit_and_wait(&ring, 1);
        io_uring_cqe* completion;
        while (io_uring_peek_cqe(&ring, &completion) == 0) {
          more = (completion->flags & IORING_CQE_F_MORE) != 0;
          io_uring_cqe_seen(&ring, completion);
        }
      }
      state.SetIterationTime(thread_seconds() - began);
    }
  }
  io_uring_queue_exit(&ring);
}

void plain(benchmark::State& state) { send_all(state, false); }
void zero_copy(benchmark::State& state) { send_all(state, true); }

// From memory that is not in the cache, as a file's bytes or another thread's
// are.
void copy(benchmark::State& state) {
  const auto size = static_cast<size_t>(state.range(0));
  const std::vector<char> source(64 << 20, 'x');
  std::vector<char> target(size);
  size_t at = 0;
  for (auto _ : state) {
    const double began = thread_seconds();
    std::memcpy(target.data(), source.data() + at, size);
    benchmark::DoNotOptimize(target.data());
    benchmark::ClobberMemory();
    state.SetIterationTime(thread_seconds() - began);
    at = (at + size) % (source.size() - size);
  }
}

BENCHMARK(plain)->RangeMultiplier(2)->Range(4 << 10, 256 << 10)->UseManualTime();
BENCHMARK(zero_copy)->RangeMultiplier(2)->Range(4 << 10, 256 << 10)->UseManualTime();
BENCHMARK(copy)->Name("memcpy")->RangeMultiplier(2)->Range(4 << 10, 256 << 10)->UseManualTime();

}  // namespace

BENCHMARK_MAIN();
