// The run loop that stands first in the README: compiled as it is, and run once over a socket pair.

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "headrace/headrace.h"
#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

namespace {

// What the README's reader has: a writev() that takes the spans, a timer, a log, a sink, a page.
ssize_t writev(int socket, gsl::span<const headrace::ConstBuffer> output) {
  std::vector<iovec> buffers;
  for (const headrace::ConstBuffer& buffer : output) {
    buffers.push_back({const_cast<uint8_t*>(buffer.data), buffer.size});
  }
  return ::writev(socket, buffers.data(), static_cast<int>(buffers.size()));
}

struct Timer {
  void arm(headrace::TimePoint deadline) { armed = deadline; }
  headrace::TimePoint armed;
};

struct Outcome {
  std::string body_received;
  std::vector<std::string> logged;
  Timer timer;
};

constexpr std::string_view page = "a page";

Outcome turn(const std::string& input, int socket) {
  const headrace::Options options;
  const headrace::TimePoint now = std::chrono::steady_clock::now();
  const gsl::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(input.data()),
                                       input.size());
  Outcome outcome;
  Timer& timer = outcome.timer;
  const auto log = [&](const char* text) { outcome.logged.push_back(text); };
  const auto sink = [&](const headrace::Bytes& data) { outcome.body_received += data.text(); };

// clang-format off
#include "examples/run_loop.inc"
  // clang-format on
  return outcome;
}

std::string post(std::string_view body) {
  std::string block;
  reference::HpackEncoder encoder;
  block = encoder.encode(
      {{":method", "POST"}, {":scheme", "http"}, {":path", "/"}, {":authority", "test"}});
  return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + reference::encode(reference::SETTINGS, 0, 0) +
         reference::encode(reference::HEADERS, reference::END_HEADERS, 1, block) +
         reference::encode(reference::DATA, reference::END_STREAM, 1, std::string(body));
}

TEST(ReadmeRunLoopTest, AnswersARequest) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const Outcome outcome = turn(post("a body"), ends[0]);
  EXPECT_EQ(outcome.body_received, "a body");
  EXPECT_TRUE(outcome.logged.empty());
  EXPECT_LT(outcome.timer.armed, headrace::TimePoint::max());

  close(ends[0]);
  std::string received(4096, '\0');
  const ssize_t n = read(ends[1], received.data(), received.size());
  close(ends[1]);
  ASSERT_GT(n, 0);
  std::string data;
  for (const reference::Frame& frame :
       reference::parse_all(std::string_view(received).substr(0, static_cast<size_t>(n)))) {
    if (frame.type == reference::DATA && frame.stream_id == 1) data += frame.payload;
  }
  EXPECT_EQ(data, page);
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
