#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "headrace/protocol/connection/connection.h"
#include "headrace/protocol/event/result.h"
#include "headrace/testing.h"
#include "tests/connection/connection_fixture.h"

// Which results come with the rule that was broken.
namespace headrace {
namespace {

using testing::kNow;

class ResultsTest : public testing::ConnectionFixture {
 public:
  // Of SubmitResult, RequestResult and SendResult.
  template <typename Result>
  static std::string said(const Result& result) {
    return std::string(to_string(result.error)) +
           (result.rule == nullptr ? "" : ": " + std::string(result.rule->section));
  }
};

INSTANTIATE_TEST_SUITE_P(Modes, ResultsTest, ::testing::Values(Allocation::kReuse),
                         testing::mode_name);

TEST_P(ResultsTest, WhatWasGivenBreaksARuleThatIsNamed) {
  auto server = connected(options(), 2);
  const auto with = [](SubmitError error, const char* section) {
    return std::string(to_string(error)) + ": " + section;
  };
  const SubmitError fields = SubmitError::kInvalidFields;
  const SubmitError argument = SubmitError::kInvalidArgument;
  const SubmitError large = SubmitError::kTooLarge;
  EXPECT_EQ(said(server->submit_response(1, {{":status", "200"}, {"Name", "x"}})),
            with(fields, "RFC 9113 §8.2.1"));
  EXPECT_EQ(said(server->submit_response(1, {{":status", "103"}})), with(argument, "RFC 9110 §15"));
  EXPECT_EQ(said(server->submit_informational(1, {{":status", "200"}})),
            with(argument, "RFC 9110 §15.2"));
  EXPECT_EQ(said(server->credit(1, 1)), with(large, "connection.h credit()"));
  EXPECT_EQ(said(server->update_priority(1, Priority{8, false})), with(argument, "RFC 9218 §4.1"));
  EXPECT_EQ(said(server->submit_frame(0, 0, 0, {})), with(argument, "RFC 9113 §5.5"));
  EXPECT_EQ(said(server->submit_frame(0xf0, 0, 0, std::vector<uint8_t>(16385))),
            with(large, "RFC 9113 §4.2"));
  const Setting small = {SettingId::kMaxFrameSize, 10};
  EXPECT_EQ(said(server->submit_settings({&small, 1})), with(argument, "RFC 9113 §6.5.2"));
  const std::vector<Setting> many(3000, Setting{SettingId::kMaxFrameSize, 16384});
  EXPECT_EQ(said(server->submit_settings(many)), with(large, "RFC 9113 §4.2"));
  ASSERT_TRUE(
      server->submit_response(1, {{":status", "200"}, {"content-length", "1"}}, Body::stream())
          .ok());
  EXPECT_EQ(said(server->send_data(1, std::string("12"), true)), with(large, "RFC 9113 §8.1.1"));
}

TEST_P(ResultsTest, WhatSaysAllBelongsToNoRule) {
  auto server = connected(options(), 1);
  EXPECT_EQ(said(server->submit_request({})), to_string(SubmitError::kWrongRole));
  EXPECT_EQ(said(server->submit_response(99, {{":status", "200"}})),
            to_string(SubmitError::kUnknownStream));
  EXPECT_EQ(said(server->send_data(1, {}, true)), to_string(SubmitError::kWrongState));
  ASSERT_TRUE(server->reset_stream(1, ErrorCode::kCancel).ok());
  EXPECT_EQ(said(server->send_trailers(1, {})), to_string(SubmitError::kStreamGone));
  ASSERT_TRUE(server->terminate(ErrorCode::kNoError).ok());
  EXPECT_EQ(said(server->ping(1)), to_string(SubmitError::kConnectionGone));
}

// RFC 9110 §6.4.1. The head of a Body::stream() is accepted, and is all of the message, in both
// versions.
TEST_P(ResultsTest, AMessageThatHasNoContentTakesNone) {
  struct {
    const char* method;
    int status;
  } const messages[] = {{"HEAD", 200}, {"GET", 204}, {"GET", 304}};
  for (const ProtocolVersion version : {ProtocolVersion::kHttp2, ProtocolVersion::kHttp1}) {
    for (const auto& [method, status] : messages) {
      Options options;
      options.protocol = version;
      ConnectionPair pair(options, options);
      int answered = 0;
      pair.on_server_event([&](Connection& server, const Event& event) {
        const auto* request = std::get_if<RequestReceived>(&event);
        if (request == nullptr) return;
        const StreamId id = request->stream_id;
        EXPECT_TRUE(server.submit_response(id, status, {}, Body::stream()).ok());
        EXPECT_EQ(said(server.send_data(id, std::string_view("octets"), true)),
                  to_string(SubmitError::kWrongState));
        ++answered;
      });
      int whole = 0;
      pair.on_client_event([&](Connection&, const Event& event) {
        const auto* closed = std::get_if<StreamClosed>(&event);
        if (closed != nullptr && closed->error == ErrorCode::kNoError) ++whole;
      });
      ASSERT_TRUE(pair.client()
                      .submit_request({{":method", method},
                                       {":scheme", "http"},
                                       {":authority", "example.org"},
                                       {":path", "/"}})
                      .ok());
      pair.run();
      EXPECT_EQ(answered, 1);
      EXPECT_EQ(whole, 1) << method << status;
      EXPECT_EQ(pair.server().why_blocked(1), Blocked::kNothing);
    }
  }
}

TEST_P(ResultsTest, ThePeersSettingsAreTheRfcsUntilItsOwnCome) {
  const std::unique_ptr<Connection> quiet = connected(options());
  EXPECT_EQ(quiet->peer_settings().header_table_size, 4096u);  // RFC 9113 §6.5.2
  EXPECT_EQ(quiet->peer_settings().enable_push, 1u);
  EXPECT_EQ(quiet->peer_settings().max_concurrent_streams, SettingValues::kUnlimited);
  EXPECT_EQ(quiet->peer_settings().initial_window_size, 65'535u);
  EXPECT_EQ(quiet->peer_settings().max_frame_size, 16'384u);
  EXPECT_EQ(quiet->peer_settings().max_header_list_size, SettingValues::kUnlimited);

  const std::unique_ptr<Connection> told = connected(options(), 0,
                                                     {{reference::ENABLE_PUSH, 0},
                                                      {reference::MAX_CONCURRENT_STREAMS, 7},
                                                      {reference::INITIAL_WINDOW_SIZE, 1'000},
                                                      {reference::MAX_FRAME_SIZE, 20'000},
                                                      {reference::INITIAL_WINDOW_SIZE, 2'000},
                                                      {0xabcd, 1}});
  EXPECT_EQ(told->peer_settings().enable_push, 0u);
  EXPECT_EQ(told->peer_settings().max_concurrent_streams, 7u);
  EXPECT_EQ(told->peer_settings().initial_window_size, 2'000u) << "in their order (§6.5.3)";
  EXPECT_EQ(told->peer_settings().max_frame_size, 20'000u);
  EXPECT_EQ(told->peer_settings().header_table_size, 4096u);
}

}  // namespace
}  // namespace headrace
