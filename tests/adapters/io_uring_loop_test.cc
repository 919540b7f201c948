#include "headrace/adapters/io_uring/io_uring_loop.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "headrace/adapters/socket/listener.h"
#include "headrace/adapters/socket/unique_fd.h"
#include "tests/adapters/loop_peer.h"
#include "tests/adapters/pattern_service.h"

// What only a loop for io_uring can come to; loop_test.cc has what holds for all loops.

namespace headrace::adapters {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr uint16_t kInitialWindowSize = 4;  // RFC 9113 §6.5.2
constexpr uint32_t kMaxWindow = 0x7fffffff;

size_t open_descriptors() {
  size_t count = 0;
  DIR* directory = opendir("/proc/self/fd");
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

class IoUringLoopTest : public testing::Test {
 protected:
  void make_loop() {
    auto loop = IoUringLoop::create(options_, &service_, io_uring_options_);
    ASSERT_TRUE(loop.ok()) << loop.status();
    loop_ = std::move(*loop);
    auto sockets = listen_on("127.0.0.1", 0, 1);
    ASSERT_TRUE(sockets.ok()) << sockets.status();
    address_ = UniqueFd(dup(sockets->front().get()));
    loop_->listen(std::move(sockets->front()));
  }
  // A client that asks for `path` with windows that are never full.
  LoopPeer connect_and_ask(const std::string& path, int receive_buffer = 0) {
    LoopPeer peer(LoopPeer::connect_to(address_, receive_buffer));
    peer.send_preface({{kInitialWindowSize, kMaxWindow}});
    peer.send(
        reference::encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(kMaxWindow - 65535)));
    peer.send_get(1, path);
    return peer;
  }
  bool turn_until(const std::function<bool()>& done, LoopPeer* peer = nullptr) {
    const auto give_up = Clock::now() + std::chrono::seconds(60);  // it hangs
    while (!done()) {
      if (Clock::now() > give_up) return false;
      loop_->turn(milliseconds(1));
      if (peer != nullptr) peer->read();
    }
    return true;
  }
  void turn_for(milliseconds time) {
    const auto end = Clock::now() + time;
    do {
      loop_->turn(milliseconds(1));
    } while (Clock::now() < end);
  }

  LoopOptions options_;
  IoUringOptions io_uring_options_;
  PatternService service_;
  std::unique_ptr<IoUringLoop> loop_;
  UniqueFd address_;
};

// --- Input.

TEST_F(IoUringLoopTest, GoesOnWhenItsBuffersWereFull) {
  io_uring_options_.input_buffers = 2;
  io_uring_options_.input_buffer_size = 64;
  make_loop();
  LoopPeer peer = connect_and_ask("/1000");
  std::string pings;
  for (int i = 0; i < 60; ++i) pings += reference::encode(reference::PING, 0, 0, "01234567");
  peer.send(pings);
  EXPECT_TRUE(turn_until([&] { return peer.frames_of(reference::PING).size() == 60; }, &peer));
  EXPECT_TRUE(turn_until([&] { return peer.ended(1); }, &peer));
  EXPECT_GT(loop_->statistics().input_shortages.value(), 0u);
}

// More comes at once than replies may wait: the receive that stands is cancelled, what it had
// received by then is kept, and nothing is lost.
TEST_F(IoUringLoopTest, CancelsTheReceiveOfWhoIsHeldBack) {
  make_loop();
  LoopPeer peer = connect_and_ask("/10");
  ASSERT_TRUE(turn_until([&] { return peer.ended(1); }, &peer));
  std::string pings;
  constexpr size_t kPings = 120'000;  // as many octets as all buffers of the loop hold
  for (size_t i = 0; i < kPings; ++i) {
    pings += reference::encode(reference::PING, 0, 0, "01234567");
  }
  const size_t before = peer.received().size();
  size_t sent = peer.send(pings);
  EXPECT_TRUE(turn_until(
      [&] {
        if (sent < pings.size()) sent += peer.send(std::string_view(pings).substr(sent));
        return peer.received().size() >= before + kPings * 17;
      },
      &peer));
  EXPECT_EQ(peer.frames_of(reference::PING).size(), kPings);
  EXPECT_TRUE(peer.frames_of(reference::GOAWAY).empty());
}

// --- Sends without a copy. On loopback the kernel copies, and holds on to the bytes all the same
// until the peer has acknowledged them.

TEST_F(IoUringLoopTest, SendsWithoutACopy) {
  io_uring_options_.zero_copy_threshold = 1;
  io_uring_options_.zero_copy_asks = false;
  make_loop();
  LoopPeer peer = connect_and_ask("/5000000");
  ASSERT_TRUE(turn_until([&] { return peer.ended(1); }, &peer));
  EXPECT_TRUE(peer.data_of(1) == pattern(5'000'000));
  peer.close();
  EXPECT_TRUE(turn_until([&] { return service_.destroyed == 1; }));
  EXPECT_EQ(loop_->statistics().connections_failed.value(), 0u);
}

// The peer stops reading, and is dropped while the kernel still holds on to what was sent.
TEST_F(IoUringLoopTest, DropsAConnectionWhoseBytesAreHeld) {
  io_uring_options_.zero_copy_threshold = 1;
  io_uring_options_.zero_copy_asks = false;
  options_.write_timeout = milliseconds(50);
  make_loop();
  const size_t descriptors = open_descriptors();
  {
    LoopPeer peer = connect_and_ask("/50000000");
    EXPECT_TRUE(turn_until([&] { return service_.destroyed == 1; }));
    EXPECT_EQ(open_descriptors(), descriptors + 1) << "the peer's";
    EXPECT_TRUE(turn_until([&] { return peer.saw_reset(); }, &peer));
  }
  EXPECT_EQ(loop_->statistics().connections_failed.value(), 1u);
}

TEST_F(IoUringLoopTest, ThePeerResetsWhileItsBytesAreHeld) {
  io_uring_options_.zero_copy_threshold = 1;
  io_uring_options_.zero_copy_asks = false;
  make_loop();
  LoopPeer peer = connect_and_ask("/50000000");
  ASSERT_TRUE(turn_until([&] { return service_.requests == 1; }));
  turn_for(milliseconds(30));
  peer.send_rst();
  EXPECT_TRUE(turn_until([&] { return service_.destroyed == 1; }));
}

TEST_F(IoUringLoopTest, IsDestroyedWhileBytesAreHeldAndSendsAreUnderWay) {
  io_uring_options_.zero_copy_threshold = 1;
  io_uring_options_.zero_copy_asks = false;
  const size_t descriptors = open_descriptors();
  {
    make_loop();
    std::vector<LoopPeer> peers;
    for (int i = 0; i < 10; ++i) peers.push_back(connect_and_ask("/50000000"));
    EXPECT_TRUE(turn_until([&] { return service_.requests == 10; }));
    turn_for(milliseconds(50));
    loop_.reset();
    EXPECT_EQ(service_.destroyed, 10);
  }
  address_.reset();
  EXPECT_EQ(open_descriptors(), descriptors);
}

TEST_F(IoUringLoopTest, TakesNobodyInAnyMoreWhileItIsDestroyed) {
  make_loop();
  LoopPeer peer = connect_and_ask("/50000000");
  ASSERT_TRUE(turn_until([&] { return service_.requests == 1; }));
  turn_for(milliseconds(20));
  LoopPeer newcomer = connect_and_ask("/1");
  loop_.reset();
  EXPECT_EQ(service_.opened, 1);
  EXPECT_EQ(service_.destroyed, 1);
}

// --- Where there is no io_uring.

// The system call ends with `error`, in this process and for good.
void forbid(uint32_t call, uint32_t error) {
  const std::array<sock_filter, 4> program = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  sock_fprog filter{.len = program.size(), .filter = const_cast<sock_filter*>(program.data())};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
    _exit(99);
  }
}

// What `tell` says in a process of its own.
std::string told_elsewhere(const std::function<std::string()>& tell) {
  std::array<int, 2> ends;
  EXPECT_EQ(pipe(ends.data()), 0);
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  const pid_t child = fork();
  if (child == 0) {
    const std::string reason = tell();
    _exit(::write(write_end.get(), reason.data(), reason.size()) < 0 ? 98 : 0);
  }
  write_end.reset();
  std::string reason(1000, '\0');
  const ssize_t size = ::read(read_end.get(), reason.data(), reason.size());
  reason.resize(static_cast<size_t>(std::max<ssize_t>(size, 0)));
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  return reason;
}

std::string reason_when(uint32_t call, uint32_t error) {
  return told_elsewhere([&] {
    forbid(call, error);
    return std::string(IoUringLoop::create({}, nullptr).status().message());
  });
}

constexpr char kMissing[] = "this kernel has no io_uring";
constexpr char kForbidden[] =
    "io_uring is forbidden here (by kernel.io_uring_disabled, seccomp or a container)";
constexpr char kTooOld[] = "this kernel's io_uring is too old: Linux 6.1 or later is needed";
constexpr char kNoMemory[] =
    "no memory for an io_uring (does `ulimit -l` allow some to be locked?)";

TEST(IoUringUnavailableTest, SaysWhy) {
  EXPECT_EQ(reason_when(SYS_io_uring_setup, EINVAL), kTooOld);
  for (const uint32_t call : {SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register}) {
    EXPECT_EQ(reason_when(call, ENOSYS), kMissing) << call;
    EXPECT_EQ(reason_when(call, EPERM), kForbidden) << call;
    EXPECT_EQ(reason_when(call, ENOMEM), kNoMemory) << call;
  }
}

// --- Where it is taken away.

TEST_F(IoUringLoopTest, EndsWhenTheSystemTakesNoMoreFromIt) {
  for (const uint32_t call : {SYS_io_uring_enter, SYS_io_uring_register}) {
    EXPECT_EQ(told_elsewhere([&]() -> std::string {
                make_loop();
                // Only the first wait registers anything.
                if (call == SYS_io_uring_enter && !loop_->turn(milliseconds(1))) return "at once";
                forbid(call, EPERM);
                // More than the ring has room for, and it can't hand them on.
                std::vector<UniqueFd> ends;
                for (int i = 0; i < 1000; ++i) {
                  std::array<int, 2> pair;
                  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data()) != 0) break;
                  loop_->adopt(UniqueFd(pair[0]));
                  ends.emplace_back(pair[1]);
                }
                loop_->run();
                if (loop_->turn(milliseconds::max())) return "it goes on";
                const std::string reason(loop_->failure().message());
                loop_.reset();
                return reason;
              }),
              kForbidden)
        << call;
  }
}

// The loop turns in one thread and is destroyed in another, whose submissions the ring does not
// take, with more to cancel than it has room for.
TEST_F(IoUringLoopTest, IsDestroyedElsewhereInTheMiddle) {
  make_loop();
  std::vector<UniqueFd> ends;
  std::thread([&] {
    for (int i = 0; i < 400; ++i) {
      std::array<int, 2> pair;
      ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data()), 0);
      loop_->adopt(UniqueFd(pair[0]));
      ends.emplace_back(pair[1]);
    }
    turn_for(milliseconds(20));
  }).join();
  EXPECT_EQ(loop_->open_connections(), 400u);
  loop_.reset();
  EXPECT_EQ(service_.destroyed, 400);
}

}  // namespace
}  // namespace headrace::adapters
