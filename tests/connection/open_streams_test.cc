#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "headrace/protocol/connection/connection.h"
#include "headrace/testing.h"
#include "tests/memory/heap_use.h"

// What can be asked about open streams: which there are, whose they are, and what they take.
namespace headrace {
namespace {

const std::vector<Field> kPost = {
    {":method", "POST"}, {":scheme", "http"}, {":authority", "example.org"}, {":path", "/"}};

class OpenStreamsTest : public ::testing::TestWithParam<ProtocolVersion> {
 protected:
  static Options options() {
    Options options;
    options.protocol = GetParam();
    options.send_buffer_size = 1'000;
    return options;
  }

  StreamId request(uintptr_t user_data, Body body = Body::stream()) {
    const RequestResult result =
        pair_.client().submit_request(kPost, std::move(body), UserData(user_data));
    EXPECT_TRUE(result.ok());
    return result.stream_id;
  }

  static std::vector<StreamId> all(const Connection& connection) {
    std::vector<StreamId> ids;
    for (StreamId id = 0; (id = connection.next_stream(id)) != 0;) ids.push_back(id);
    return ids;
  }

  ConnectionPair pair_{options(), options()};
};

INSTANTIATE_TEST_SUITE_P(Versions, OpenStreamsTest,
                         ::testing::Values(ProtocolVersion::kHttp2, ProtocolVersion::kHttp1),
                         [](const auto& version) {
                           return version.param == ProtocolVersion::kHttp2 ? "Http2" : "Http1";
                         });

TEST_P(OpenStreamsTest, TheyComeInTheOrderOfTheirIds) {
  EXPECT_EQ(pair_.client().next_stream(0), 0u);
  for (uintptr_t i = 0; i < 4; ++i) request(i, Body::none());
  EXPECT_EQ(all(pair_.client()), (std::vector<StreamId>{1, 3, 5, 7}));
  EXPECT_EQ(all(pair_.server()), std::vector<StreamId>()) << "it has not been told yet";
  pair_.run();
  // (In HTTP/1.1 a client sends a request when the response before it has come.)
  const bool one_by_one = GetParam() == ProtocolVersion::kHttp1;
  const std::vector<StreamId> told = {1, 3, 5, 7};
  EXPECT_EQ(all(pair_.server()), one_by_one ? std::vector<StreamId>{1} : told);
}

TEST_P(OpenStreamsTest, AStreamMayCloseWhileTheyAreVisited) {
  for (uintptr_t i = 0; i < 4; ++i) request(i, Body::none());
  pair_.run();
  Connection& server = pair_.server();
  std::vector<StreamId> visited;
  for (StreamId id = 0; (id = server.next_stream(id)) != 0;) {
    visited.push_back(id);
    ASSERT_TRUE(server.submit_response(id, 200, {}, Body::owned("octets")).ok());
    pair_.run();
  }
  EXPECT_EQ(visited, (std::vector<StreamId>{1, 3, 5, 7}));
  EXPECT_EQ(all(server), std::vector<StreamId>());
  EXPECT_EQ(all(pair_.client()), std::vector<StreamId>());
}

TEST_P(OpenStreamsTest, AStreamMayOpenWhileTheyAreVisited) {
  request(0);
  std::vector<StreamId> visited;
  for (StreamId id = 0; (id = pair_.client().next_stream(id)) != 0;) {
    visited.push_back(id);
    if (visited.size() < 3) request(0);
  }
  EXPECT_EQ(visited, (std::vector<StreamId>{1, 3, 5}));
}

TEST_P(OpenStreamsTest, NoneIsOpenBehindTheEndOfTheConnection) {
  request(7);
  ASSERT_TRUE(pair_.client().terminate(ErrorCode::kNoError).ok());
  EXPECT_EQ(pair_.client().next_stream(0), 0u);
  EXPECT_EQ(pair_.client().user_data(1), 0u);
  EXPECT_EQ(pair_.client().send_room(1), 0u);
}

TEST_P(OpenStreamsTest, WhoseTheyAreCanBeAsked) {
  const StreamId id = request(7);
  EXPECT_EQ(pair_.client().user_data(id), 7u);
  ASSERT_TRUE(pair_.client().set_user_data(id, 8).ok());
  EXPECT_EQ(pair_.client().user_data(id), 8u);
  EXPECT_EQ(pair_.client().user_data(id + 2), 0u);
  ASSERT_TRUE(pair_.client().reset_stream(id, ErrorCode::kCancel).ok());
  EXPECT_EQ(pair_.client().user_data(id), 0u);
}

TEST_P(OpenStreamsTest, TheRoomIsWhatIsTaken) {
  const StreamId id = request(0);
  Connection& client = pair_.client();
  EXPECT_EQ(client.send_room(id), 1'000u);
  EXPECT_EQ(client.send_data(id, std::string(600, 'x'), false).accepted, 600u);
  EXPECT_EQ(client.send_room(id), 400u);
  EXPECT_EQ(client.send_data(id, std::string(600, 'x'), false).accepted, 400u);
  EXPECT_EQ(client.send_room(id), 0u);
  pair_.run();
  EXPECT_EQ(client.send_room(id), 1'000u);
  ASSERT_TRUE(client.send_data(id, {}, true).ok());
  EXPECT_EQ(client.send_room(id), 0u) << "its data has ended";
}

TEST_P(OpenStreamsTest, OtherBodiesHaveNoRoom) {
  Connection& client = pair_.client();
  EXPECT_EQ(client.send_room(0), 0u);
  EXPECT_EQ(client.send_room(1), 0u);
  EXPECT_EQ(client.send_room(request(0, Body::none())), 0u);
  EXPECT_EQ(client.send_room(request(0, Body::owned("octets"))), 0u);
  pair_.run();
  EXPECT_EQ(pair_.server().send_room(1), 0u) << "it has not answered";
}

// RFC 9110 §8.6: no more octets are sent than the head has announced.
TEST_P(OpenStreamsTest, TheRoomIsWithinTheContentLength) {
  std::vector<Field> fields = kPost;
  fields.push_back({"content-length", "10"});
  Connection& client = pair_.client();
  const StreamId id = client.submit_request(fields, Body::stream()).stream_id;
  EXPECT_EQ(client.send_room(id), 10u);
  EXPECT_EQ(client.send_data(id, std::string_view("1234"), false).accepted, 4u);
  EXPECT_EQ(client.send_room(id), 6u);
  EXPECT_EQ(client.send_data(id, std::string_view("567890"), true).accepted, 6u);
}

TEST_P(OpenStreamsTest, AskingAllocatesNothing) {
  for (uintptr_t i = 0; i < 10; ++i) request(i);
  pair_.run();
  testing::HeapUse::enter();
  testing::HeapUse::reset_peak();
  EXPECT_EQ(pair_.client().next_stream(17), 19u);
  EXPECT_EQ(pair_.client().next_stream(19), 0u);
  EXPECT_EQ(pair_.client().user_data(5), 2u);
  EXPECT_EQ(pair_.client().send_room(5), 1'000u);
  EXPECT_EQ(testing::HeapUse::peak(), 0u);
  testing::HeapUse::leave();
}

// RFC 9113 §8.4: a pushed response is on a stream of the server's, with an even id.
TEST(OpenStreams, PushedOnesComeBehindTheClients) {
  Options options;
  options.enable_push = true;
  ConnectionPair pair(options, options);
  ASSERT_TRUE(pair.client().submit_request(kPost, Body::stream()).ok());
  pair.run();
  const std::vector<Field> pushed = {
      {":method", "GET"}, {":scheme", "http"}, {":authority", "example.org"}, {":path", "/style"}};
  ASSERT_TRUE(pair.server().submit_push(1, pushed, UserData(4)).ok());
  ASSERT_TRUE(pair.server().submit_push(1, pushed, UserData(5)).ok());
  pair.run();
  ASSERT_TRUE(pair.client().submit_request(kPost, Body::stream()).ok());
  for (const Connection* side : {&pair.client(), &pair.server()}) {
    pair.run();
    std::vector<StreamId> ids;
    for (StreamId id = 0; (id = side->next_stream(id)) != 0;) ids.push_back(id);
    EXPECT_EQ(ids, (std::vector<StreamId>{1, 3, 2, 4}));
  }
  EXPECT_EQ(pair.server().user_data(4), 5u);
}

}  // namespace
}  // namespace headrace
