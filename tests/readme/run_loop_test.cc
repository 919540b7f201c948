// The run loop that stands first in the README: compiled as it is, and run over a socket.

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include "headrace/headrace.h"
#include "headrace/posix.h"
#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

namespace {

constexpr size_t kBody = 10 * 1024 * 1024;

std::string patterned(size_t size, unsigned seed) {
  std::string octets(size, '\0');
  for (size_t i = 0; i < size; ++i) octets[i] = static_cast<char>(i * seed + i / 251);
  return octets;
}

// What the README's reader has: a timer, a log, a sink, a page.
struct Timer {
  void arm(headrace::TimePoint deadline) { armed = deadline; }
  headrace::TimePoint armed = headrace::TimePoint::max();
};

const std::string page = patterned(kBody, 31);

// All of it at once, as it stands.
headrace::TimePoint turn(std::span<const uint8_t> bytes, int socket) {
  const headrace::Options options;
  const headrace::TimePoint now = std::chrono::steady_clock::now();
  Timer timer;
  const auto log = [&](std::string_view text) { ADD_FAILURE() << text; };
  const auto sink = [&](const headrace::Bytes&) {};
// clang-format off
#include "examples/run_loop.inc"
  // clang-format on
  return timer.armed;
}

// Its pieces behind poll(), until the client has closed. Returns the body that came in.
std::string serve(int socket) {
  const headrace::Options options;
  headrace::TimePoint now = std::chrono::steady_clock::now();
  std::string received;
  std::vector<uint8_t> input(64 * 1024);
  Timer timer;
  const auto log = [&](std::string_view text) { ADD_FAILURE() << text; };
  const auto sink = [&](const headrace::Bytes& data) { received += data.text(); };
// clang-format off
#include "examples/run_loop_construct.inc"
  // clang-format on
  while (!connection.should_close()) {
    pollfd ready = {socket, static_cast<short>(connection.wants_input() ? POLLIN : 0), 0};
    if (connection.wants_output()) ready.events |= POLLOUT;
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(timer.armed - now);
    poll(&ready, 1, static_cast<int>(std::clamp<int64_t>(wait.count(), 0, 1000)));
    now = std::chrono::steady_clock::now();
    if (ready.revents & (POLLIN | POLLHUP)) {
      const ssize_t n = read(socket, input.data(), input.size());
      if (n <= 0) break;
      const std::span<const uint8_t> bytes(input.data(), static_cast<size_t>(n));
// clang-format off
#include "examples/run_loop_read.inc"
      // clang-format on
    }
    if (ready.revents & POLLOUT) {
// clang-format off
#include "examples/run_loop_write.inc"
      // clang-format on
    }
    if (timer.armed <= now) {
      for (headrace::EventPtr event : connection.advance(now)) event.reset();
      timer.arm(connection.next_deadline());
    }
  }
  return received;
}

// A client that shares no code with the library: it uploads a body as the server's windows let it,
// and then opens its window for the response (a server's that is through before its request would
// have the rest of that reset: RFC 9113 §8.1).
class Client {
 public:
  Client(int socket, std::string body) : socket_(socket), body_(std::move(body)) {
    reference::HpackEncoder encoder;
    const std::string block = encoder.encode(
        {{":method", "POST"}, {":scheme", "http"}, {":path", "/"}, {":authority", "test"}});
    output_ = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
              reference::encode(reference::SETTINGS, 0, 0, reference::settings({{0x4, 0}})) +
              reference::encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(1 << 30)) +
              reference::encode(reference::HEADERS, reference::END_HEADERS, 1, block);
  }

  // Until both bodies are through. Returns the one that came.
  std::string run() {
    while (!(response_ended_ && output_.empty() && sent_ == body_.size())) {
      upload();
      if (sent_ == body_.size() && !window_is_open_) {
        output_ += reference::encode(reference::WINDOW_UPDATE, 0, 1, reference::u32(0x7fffffff));
        window_is_open_ = true;
      }
      pollfd ready = {socket_, POLLIN, 0};
      if (!output_.empty()) ready.events |= POLLOUT;
      poll(&ready, 1, -1);
      if (ready.revents & POLLOUT) {
        const ssize_t n = send(socket_, output_.data(), output_.size(), MSG_DONTWAIT);
        if (n > 0) output_.erase(0, static_cast<size_t>(n));
      }
      if ((ready.revents & (POLLIN | POLLHUP)) && !receive()) break;
    }
    return response_;
  }

 private:
  void upload() {
    while (output_.size() < 65536 && sent_ < body_.size()) {
      const auto room = std::min({windows_[0], windows_[1], int64_t{16384}});
      const size_t size = std::min(body_.size() - sent_, static_cast<size_t>(room));
      if (size == 0) return;
      const bool last = sent_ + size == body_.size();
      output_ += reference::encode(reference::DATA, last ? reference::END_STREAM : 0, 1,
                                   body_.substr(sent_, size));
      sent_ += size;
      for (auto& [stream_id, window] : windows_) window -= static_cast<int64_t>(size);
    }
  }
  bool receive() {
    char octets[65536];
    const ssize_t n = recv(socket_, octets, sizeof(octets), 0);
    if (n <= 0) return false;
    input_.append(octets, static_cast<size_t>(n));
    size_t position = 0;
    while (const auto frame = reference::parse(input_, &position)) {
      if (frame->type == reference::WINDOW_UPDATE) {
        windows_[frame->stream_id] += static_cast<int64_t>(reference::number(frame->payload));
      }
      if (frame->type == reference::DATA) response_ += frame->payload;
      const bool message = frame->type == reference::DATA || frame->type == reference::HEADERS;
      if (message && (frame->flags & reference::END_STREAM) != 0) response_ended_ = true;
      EXPECT_NE(frame->type, reference::GOAWAY);
      EXPECT_NE(frame->type, reference::RST_STREAM);
    }
    input_.erase(0, position);
    return true;
  }

  int socket_;
  std::string body_;
  size_t sent_ = 0;
  std::string output_;
  std::string input_;
  std::map<uint32_t, int64_t> windows_ = {{0, 65535}, {1, 65535}};
  std::string response_;
  bool response_ended_ = false;
  bool window_is_open_ = false;
};

TEST(ReadmeRunLoopTest, RunsAsItStands) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  EXPECT_LT(turn({}, ends[0]), headrace::TimePoint::max());
  close(ends[0]);
  std::string received(4096, '\0');
  const ssize_t n = read(ends[1], received.data(), received.size());
  close(ends[1]);
  ASSERT_GT(n, 0);
  const auto frames =
      reference::parse_all(std::string_view(received).substr(0, static_cast<size_t>(n)));
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(frames[0].type, reference::SETTINGS);
}

TEST(ReadmeRunLoopTest, MovesTenMegabytesBothWays) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const std::string upload = patterned(kBody, 17);
  std::string response;
  std::thread client([&] {
    response = Client(ends[1], upload).run();
    close(ends[1]);
  });
  const std::string received = serve(ends[0]);
  client.join();
  close(ends[0]);
  EXPECT_TRUE(response == page) << response.size();
  EXPECT_TRUE(received == upload) << received.size();
}

std::string file(const char* path) {
  std::ifstream stream(path);
  EXPECT_TRUE(stream.good()) << path;
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

// What was compiled above is what the README shows.
TEST(ReadmeRunLoopTest, StandsInTheReadme) {
  constexpr std::string_view kFence = "```cpp\n";
  const std::string readme = file("README.md");
  const size_t begin = readme.find(kFence);
  ASSERT_NE(begin, std::string::npos) << "the README has no code block";
  const size_t end = readme.find("```\n", begin + kFence.size());
  ASSERT_NE(end, std::string::npos);
  EXPECT_EQ(readme.substr(begin + kFence.size(), end - begin - kFence.size()),
            file("examples/run_loop.inc"));
}

}  // namespace
