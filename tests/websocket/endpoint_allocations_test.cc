#include <gtest/gtest.h>

#include <string>

#include "headrace/websocket/endpoint.h"
#include "tests/memory/allocation_counter.h"
#include "tests/websocket/said.h"

// In the steady state there is no heap allocation for a message, a Ping, or what answers it.
namespace headrace::websocket {
namespace {

// An echo of pieces, and both directions until nothing is left.
void exchange(Endpoint& client, Endpoint& server) {
  while (client.wants_output() || server.wants_output()) {
    for (const Event& event : server.receive(client.pending_output())) {
      if (const auto* piece = std::get_if<MessagePiece>(&event)) {
        ASSERT_TRUE(server.send(piece->kind, piece->octets, piece->ends).ok());
      }
    }
    client.sent(client.pending_output().size());
    for (const Event& event : client.receive(server.pending_output())) {
      ASSERT_FALSE(std::holds_alternative<Failure>(event));
    }
    server.sent(server.pending_output().size());
  }
}

TEST(AllocationsTest, NoneInTheSteadyState) {
  if (!testing::kAllocationsCount) GTEST_SKIP() << "this build does not count";
  testing::KnownMasks masks;
  Endpoint client(masks), server;
  const std::string text(3'000, 'x'), binary(100'000, '\xff');
  size_t last = 0;
  for (int i = 0; i < 3; ++i) {
    const size_t before = testing::allocations();
    ASSERT_TRUE(client.send_text(text).ok());
    ASSERT_TRUE(client.send_binary(binary).ok());
    ASSERT_TRUE(client.ping(std::string_view("?")).ok());
    ASSERT_TRUE(server.ping().ok());
    exchange(client, server);
    last = testing::allocations() - before;
    if (i == 0) {
      EXPECT_GT(last, 0u) << "buffers have grown";
    }
  }
  EXPECT_EQ(last, 0u);
}

}  // namespace
}  // namespace headrace::websocket
