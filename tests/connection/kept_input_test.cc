#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "headrace/protocol/connection/connection.h"
#include "tests/connection/test_client.h"

// Input that waits in the connection: because the loop was left, or because replies wait to be
// sent.
namespace headrace {
namespace {

using testing::drain;
using testing::octets;
using testing::TestClient;

const TimePoint kNow{};

std::string ping(uint64_t opaque) {
  return reference::encode(reference::PING, 0, 0, reference::u64(opaque));
}

std::vector<std::string> event_names(EventRange range) {
  std::vector<std::string> names;
  for (EventPtr event : range) names.push_back(event_name(*event));
  return names;
}

template <typename Alternative>
size_t count(EventRange range) {
  size_t events = 0;
  for (EventPtr event : range) events += std::holds_alternative<Alternative>(*event) ? 1 : 0;
  return events;
}

TEST(KeptInput, AnEndOfInputThatIsNotWalkedStillCloses) {
  Connection connection(Role::kServer, Options(), kNow);
  { EventRange unused = connection.end_of_input(kNow); }
  EXPECT_FALSE(connection.wants_input());
  EXPECT_TRUE(connection.has_events());
  EXPECT_EQ(count<ConnectionClosed>(connection.advance(kNow)), 1u);
  EXPECT_FALSE(connection.has_events());
}

TEST(KeptInput, IsHandledBeforeTheEndOfInputEvenWhenNobodyTakesTheReplies) {
  Options options;
  options.limits.queued_replies = 4;
  Connection connection(Role::kServer, options, kNow);
  std::string input = TestClient::preface();
  for (uint64_t i = 0; i < 20; ++i) input += ping(i);
  EXPECT_EQ(count<PingReceived>(connection.receive(octets(input), kNow)), 3u)
      << "the acknowledgement of SETTINGS is the fourth reply";
  EXPECT_FALSE(connection.wants_input());
  std::vector<std::string> expected(17, "PingReceived");
  expected.push_back("ConnectionClosed");
  EXPECT_EQ(event_names(connection.end_of_input(kNow)), expected);
}

// What it costs is told in the same range.
TEST(KeptInput, AboveTheBudgetCostsTheConnection) {
  Options options;
  options.limits.queued_replies = 4;
  options.limits.connection_memory = 40'000;
  Connection connection(Role::kServer, options, kNow);
  std::string input = TestClient::preface();
  for (uint64_t i = 0; i < 3000; ++i) input += ping(i);
  EXPECT_EQ(event_names(connection.receive(octets(input), kNow)),
            (std::vector<std::string>{"SettingsReceived", "PingReceived", "PingReceived",
                                      "PingReceived", "ConnectionClosed"}));
  EXPECT_FALSE(connection.has_events());
}

TEST(KeptInput, AFrameThatWasKeptInPartIsContinuedByTheNextInput) {
  const std::string input = ping(1) + ping(2);
  for (size_t cut = 17; cut < input.size(); ++cut) {
    Connection connection(Role::kServer, Options(), kNow);
    EXPECT_EQ(count<PingReceived>(connection.receive(octets(TestClient::preface()), kNow)), 0u);
    const std::string first = input.substr(0, cut);
    for (EventPtr event : connection.receive(octets(first), kNow)) break;
    EXPECT_EQ(count<PingReceived>(connection.receive(octets(input).subspan(cut), kNow)), 1u)
        << "cut behind " << cut << " octets";
  }
}

// A DATA frame's header can have a reply that is one too many, and its payload another one.
TEST(KeptInput, WaitsBehindAHeaderAsBehindAFrame) {
  std::vector<std::string> outputs;
  for (size_t part : {size_t{1}, size_t{1000}}) {
    Options options;
    options.limits.queued_replies = 2;
    options.window_policy = WindowPolicy::kImmediate;
    Connection connection(Role::kServer, options, kNow);
    TestClient client;
    auto receive = [&](const std::string& bytes) {
      for (size_t at = 0; at < bytes.size(); at += part) {
        const size_t size = std::min(part, bytes.size() - at);
        for (EventPtr event : connection.receive(octets(bytes).subspan(at, size), kNow)) {
        }
      }
    };
    receive(TestClient::preface());
    receive(client.request(1, false, "/", "POST"));
    receive(reference::encode(reference::RST_STREAM, 0, 1, reference::u32(8)));
    drain(&connection);
    receive(ping(1) + TestClient::data(1, "late", false));
    EXPECT_FALSE(connection.wants_input());
    outputs.push_back(drain(&connection));
  }
  EXPECT_EQ(outputs[0], outputs[1]);
}

}  // namespace
}  // namespace headrace
