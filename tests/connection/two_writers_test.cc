#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <variant>

#include "headrace/testing.h"

namespace headrace {
namespace {

constexpr size_t kBody = 4'000'000;

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

// The application of one end of two that both write.
struct Writer {
  void take(Connection& connection, const Event& event) {
    if (std::holds_alternative<RequestReceived>(event)) {
      EXPECT_TRUE(connection.submit_response(1, {{":status", "200"}}, Body::source(&body)).ok());
    } else if (const auto* data = std::get_if<DataReceived>(&event)) {
      received += data->bytes.size();
    } else if (const auto* closed = std::get_if<ConnectionClosed>(&event)) {
      failure = describe(closed->error);
    }
  }

  Pieces body;
  size_t received = 0;
  std::string failure;
};

// RFC 9113 §5.2.2: two ends that write at the same time never wait for each other to read, whatever
// they owe each other in WINDOW_UPDATEs.
class TwoWriters : public testing::TestWithParam<WindowPolicy> {};

TEST_P(TwoWriters, BothGetEverything) {
  Options options;
  options.window_policy = GetParam();
  options.initial_window_size = options.connection_window_size = 1 << 24;
  Writer client, server;
  ConnectionPair pair(options, options, {.room = 65536, .read = 8192});
  pair.on_client_event([&](Connection& at, const Event& event) { client.take(at, event); });
  pair.on_server_event([&](Connection& at, const Event& event) { server.take(at, event); });
  ASSERT_TRUE(pair.client()
                  .submit_request({{":method", "POST"},
                                   {":scheme", "https"},
                                   {":authority", "a.example"},
                                   {":path", "/"}},
                                  Body::source(&client.body))
                  .ok());
  pair.run();
  EXPECT_EQ(server.received, kBody);
  EXPECT_EQ(client.received, kBody);
  EXPECT_EQ(server.failure, "");
  EXPECT_EQ(client.failure, "");
}

INSTANTIATE_TEST_SUITE_P(Policies, TwoWriters,
                         testing::Values(WindowPolicy::kImmediate, WindowPolicy::kHalfWindow,
                                         WindowPolicy::kAutoTuned));

}  // namespace
}  // namespace headrace
