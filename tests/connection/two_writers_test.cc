#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <variant>

#include "headrace/protocol/connection/connection.h"

namespace headrace {
namespace {

constexpr TimePoint kNow{};
constexpr size_t kBody = 4'000'000;
constexpr size_t kPipe = 65536;
constexpr size_t kRead = 8192;

// Frames of 100 octets each; behind the last the message stays open.
class Pieces : public BodySource {
 public:
  Filled fill(std::span<uint8_t> room) override {
    const size_t size = std::min({room.size(), size_t{100}, kBody - sent_});
    std::fill_n(room.data(), size, uint8_t{'x'});
    sent_ += size;
    return {.size = size};
  }

 private:
  size_t sent_ = 0;
};

// One end of two that both write, and read when they may.
class Writer {
 public:
  Writer(Role role, const Options& options) : connection_(role, options, kNow) {}

  Connection& connection() { return connection_; }
  size_t received() const { return received_; }
  const std::string& failure() const { return failure_; }

  // As long as the pipe has room.
  bool write(std::string* pipe) {
    bool any = false;
    while (connection_.wants_output() && pipe->size() < kPipe) {
      const size_t before = pipe->size();
      for (const ConstBuffer& buffer : connection_.pending_output()) {
        pipe->append(reinterpret_cast<const char*>(buffer.data),
                     std::min(buffer.size, kPipe - pipe->size()));
      }
      if (pipe->size() == before) break;
      connection_.sent(pipe->size() - before);
      any = true;
    }
    return any;
  }
  // has_events() is looked at only behind it.
  bool read(std::string* pipe) {
    bool any = false;
    if (connection_.wants_input() && !pipe->empty()) {
      const std::string bytes = pipe->substr(0, kRead);
      pipe->erase(0, kRead);
      take(connection_.receive({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()},
                               kNow));
      any = true;
    }
    if (connection_.has_events()) {
      take(connection_.advance(kNow));
      any = true;
    }
    return any;
  }
  BodySource* body() { return &body_; }

 private:
  void take(EventRange range) {
    for (EventPtr event : range) {
      if (std::holds_alternative<RequestReceived>(*event)) {
        EXPECT_TRUE(
            connection_.submit_response(1, {{":status", "200"}}, Body::source(&body_)).ok());
      } else if (const auto* data = std::get_if<DataReceived>(&*event)) {
        received_ += data->bytes.size();
      } else if (const auto* closed = std::get_if<ConnectionClosed>(&*event)) {
        failure_ = describe(closed->error);
      }
    }
  }

  Pieces body_;
  Connection connection_;
  size_t received_ = 0;
  std::string failure_;
};

// RFC 9113 §5.2.2: two ends that write at the same time never wait for each other to read, whatever
// they owe each other in WINDOW_UPDATEs.
class TwoWriters : public testing::TestWithParam<WindowPolicy> {};

TEST_P(TwoWriters, BothGetEverything) {
  Options options;
  options.window_policy = GetParam();
  options.initial_window_size = options.connection_window_size = 1 << 24;
  Writer client(Role::kClient, options), server(Role::kServer, options);
  ASSERT_TRUE(client.connection()
                  .submit_request({{":method", "POST"},
                                   {":scheme", "https"},
                                   {":authority", "a.example"},
                                   {":path", "/"}},
                                  Body::source(client.body()))
                  .ok());
  std::string to_server, to_client;
  for (bool moves = true; moves;) {
    moves = client.write(&to_server);
    moves |= server.write(&to_client);
    moves |= server.read(&to_server);
    moves |= client.read(&to_client);
  }
  EXPECT_EQ(server.received(), kBody);
  EXPECT_EQ(client.received(), kBody);
  EXPECT_EQ(server.failure(), "");
  EXPECT_EQ(client.failure(), "");
}

INSTANTIATE_TEST_SUITE_P(Policies, TwoWriters,
                         testing::Values(WindowPolicy::kImmediate, WindowPolicy::kHalfWindow,
                                         WindowPolicy::kAutoTuned));

}  // namespace
}  // namespace headrace
