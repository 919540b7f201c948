#include "headrace/testing.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace headrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Log = std::vector<std::string>;

const std::vector<Field> kPost = {
    {":method", "POST"}, {":scheme", "http"}, {":authority", "example.org"}, {":path", "/"}};

// What both applications are told of a stream and of the end. The server answers each whole
// request.
class Conversation {
 public:
  explicit Conversation(const Options& options = {},
                        const ConnectionPair::Transport& transport = {})
      : pair(options, options, transport) {
    pair.on_client_event([this](Connection&, const Event& event) { note(event, &client); });
    pair.on_server_event([this](Connection& connection, const Event& event) {
      note(event, &server);
      if (const auto* data = std::get_if<DataReceived>(&event);
          data != nullptr && data->end_stream) {
        EXPECT_TRUE(connection
                        .submit_response(data->stream_id, {{":status", "200"}},
                                         Body::owned("a longer answer"))
                        .ok());
      }
    });
  }

  ConnectionPair pair;
  std::string received;  // by the client
  Log client, server;

 private:
  void note(const Event& event, Log* log) {
    if (const auto* data = std::get_if<DataReceived>(&event)) {
      if (log == &client) received += data->bytes.text();
    } else if (!std::holds_alternative<SettingsReceived>(event) &&
               !std::holds_alternative<SettingsAcknowledged>(event)) {
      log->push_back(event_name(event));
    }
  }
};

TEST(ConnectionPairTest, ARequestIsAnswered) {
  Conversation here;
  ASSERT_TRUE(here.pair.client().submit_request(kPost, Body::owned("a body")).ok());
  here.pair.run();
  EXPECT_EQ(here.server, (Log{"RequestReceived", "StreamClosed"}));
  EXPECT_EQ(here.client, (Log{"ResponseReceived", "StreamClosed"}));
  EXPECT_EQ(here.received, "a longer answer");
  EXPECT_EQ(here.pair.sent_by_client().substr(0, 3), "PRI");
}

TEST(ConnectionPairTest, EverythingComesInPiecesToo) {
  for (const size_t size : {size_t{1}, size_t{7}}) {
    Conversation here({}, {.room = size, .read = 1});
    ASSERT_TRUE(here.pair.client().submit_request(kPost, Body::owned("a body")).ok());
    here.pair.run();
    EXPECT_EQ(here.received, "a longer answer");
    EXPECT_EQ(here.client.back(), "StreamClosed");
  }
}

TEST(ConnectionPairTest, DeadlinesComeAtTheirTime) {
  Options options;
  options.limits.idle_timeout = seconds(10);
  options.limits.shutdown_ping_timeout = seconds(1);
  Conversation here(options);
  here.pair.pass(milliseconds(9'999));
  EXPECT_EQ(here.client, Log{});
  here.pair.pass(seconds(2));
  EXPECT_EQ(here.client.back(), "ConnectionClosed");
  EXPECT_EQ(here.server.back(), "ConnectionClosed");
}

TEST(ConnectionPairTest, TimePassesWithoutDeadlinesToo) {
  Conversation here;
  const TimePoint before = here.pair.now();
  here.pair.pass(milliseconds(7));
  EXPECT_EQ(here.pair.now(), before + milliseconds(7));
}

TEST(ConnectionPairTest, TheTransportBreaks) {
  Conversation here;
  ASSERT_TRUE(here.pair.client().submit_request(kPost, Body::stream()).ok());
  here.pair.run();
  here.pair.disconnect();
  EXPECT_EQ(here.client, (Log{"StreamClosed", "ConnectionClosed"}));
  EXPECT_EQ(here.server, (Log{"RequestReceived", "StreamClosed", "ConnectionClosed"}));
}

TEST(ConnectionPairTest, WhoClosesIsTheEndOfTheOthersInput) {
  Conversation here;
  here.pair.run();
  ASSERT_TRUE(here.pair.client().terminate(ErrorCode::kNoError).ok());
  here.pair.run();
  EXPECT_EQ(here.client, Log{"ConnectionClosed"});
  EXPECT_EQ(here.server, (Log{"GoawayReceived", "ConnectionClosed"}));
  here.pair.disconnect();  // both know it
  EXPECT_EQ(here.server.size(), 2u);
}

}  // namespace
}  // namespace headrace
