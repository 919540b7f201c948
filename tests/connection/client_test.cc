#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/connection/pair_fixture.h"

// The client role against our own server.

namespace headrace {
namespace {

using Pair = PairFixture;
using Log = std::vector<std::string>;

TEST_F(Pair, ARequestIsAnswered) {
  start();
  RequestResult request = client_->submit_request(kGet);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request.stream_id, 1u);
  run();
  EXPECT_EQ(server_log_, (Log{"request 1 /", "closed 1"}));
  EXPECT_EQ(client_log_, (Log{"response 1 200", "data 1 hello end", "closed 1"}));
  EXPECT_EQ(client_->open_streams(), 0u);
}

TEST_F(Pair, ABodyAndTrailersGoUp) {
  start();
  RequestResult request = client_->submit_request(post("/up"), Body::stream());
  ASSERT_TRUE(request.ok());
  ASSERT_TRUE(client_->send_trailers(request.stream_id, {{"x-sum", "7"}}).ok());
  run();
  EXPECT_EQ(server_log_, (Log{"request 1 /up", "trailers 1 7", "closed 1"}));
}

TEST_F(Pair, RequestsAboveThePeersLimitWaitAndAllAreAnswered) {
  server_options_.limits.concurrent_streams = 2;
  client_options_.assumed_concurrent_streams = 1;
  start();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client_->submit_request(kGet).ok());
  EXPECT_EQ(client_->waiting_requests(), 4u);
  run();
  EXPECT_EQ(client_->waiting_requests(), 0u);
  EXPECT_EQ(client_->statistics().responses_received, 5u);
  EXPECT_EQ(server_->statistics().streams_reset_by_us, 0u);
}

TEST_F(Pair, WhatWaitsWhenTheServerGoesIsSafeToRetry) {
  answer_ = false;
  server_options_.limits.concurrent_streams = 1;
  client_options_.assumed_concurrent_streams = 1;
  start();
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(client_->submit_request(kGet).ok());
  run();
  ASSERT_TRUE(server_->shutdown().ok());
  run();
  EXPECT_EQ(client_log_, (Log{"closed 3 retry_safe"}));
  EXPECT_FALSE(client_->accepts_requests());
  EXPECT_EQ(client_->submit_request(kGet).error, SubmitError::kGoingAway);
}

// RFC 9113 §6.8: who receives a GOAWAY opens no more streams, not even at or below its last one.
TEST_F(Pair, WhatWaitsIsNotSentBehindAGoaway) {
  answer_ = false;
  server_options_.limits.concurrent_streams = 1;
  start();
  run();
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(client_->submit_request(kGet).ok());
  run();
  ASSERT_TRUE(server_->shutdown().ok());
  ASSERT_TRUE(server_->submit_response(1, {{":status", "204"}}).ok());
  server_to_client();  // the GOAWAY that refuses nothing, and room for another stream
  EXPECT_EQ(client_log_, (Log{"closed 3 retry_safe", "response 1 204", "closed 1"}));
  const uint64_t sent = client_->statistics().sent_by_type.of(FrameType::kHeaders);
  run();
  EXPECT_EQ(client_->statistics().sent_by_type.of(FrameType::kHeaders), sent);
  EXPECT_TRUE(client_->is_drained());
}

TEST_F(Pair, TheLastIdIsSaidToBeTheLast) {
  client_options_.first_stream_id = 0x7fffffff;
  start();
  ASSERT_TRUE(client_->submit_request(kGet).ok());
  EXPECT_FALSE(client_->accepts_requests());
  EXPECT_EQ(client_->submit_request(kGet).error, SubmitError::kStreamIdsExhausted);
  run();
  EXPECT_EQ(client_log_, (Log{"ids exhausted", "response 2147483647 200",
                              "data 2147483647 hello end", "closed 2147483647"}));
}

TEST_F(Pair, AResponseIsPushed) {
  start_with_request(kGet);
  RequestResult push = server_->submit_push(1, kGet);
  ASSERT_TRUE(push.ok());
  EXPECT_EQ(push.stream_id, 2u);
  ASSERT_TRUE(server_->submit_response(2, {{":status", "200"}}, Body::owned("pushed")).ok());
  ASSERT_TRUE(server_->submit_response(1, {{":status", "204"}}).ok());
  run();
  EXPECT_EQ(client_log_, (Log{"promise 1 2", "response 2 200", "response 1 204", "closed 1",
                              "data 2 pushed end", "closed 2"}));
  EXPECT_EQ(server_log_, (Log{"request 1 /", "closed 1", "closed 2"}));
}

// RFC 9113 §6.9.2: a promised stream has the initial window from its promise on.
TEST_F(Pair, APromisedStreamHasItsWindow) {
  client_options_.initial_window_size = 1000;
  start_with_request(kGet);
  ASSERT_TRUE(server_->submit_push(1, kGet).ok());
  run();
  EXPECT_EQ(client_->receive_credit(2).window, 1000);
  ASSERT_TRUE(server_->submit_response(2, {{":status", "200"}}, Body::owned("pushed")).ok());
  run();
  EXPECT_EQ(client_->receive_credit(2).window, 0);
}

TEST_F(Pair, WhatIsPushedHasNothingOfTheClientsToSend) {
  start_with_request(kGet);
  ASSERT_TRUE(server_->submit_push(1, kGet).ok());
  run();
  EXPECT_EQ(client_->why_blocked(2), Blocked::kNothing);
  EXPECT_EQ(server_->why_blocked(2), Blocked::kApplication);
}

// After a short write the application may as well give up the rest.
TEST_F(Pair, WhatIsFinishedIsNotSaidToBeWritable) {
  const std::vector<uint8_t> bytes(13, 'x');
  client_options_.send_buffer_size = 10;
  start();
  run();
  // Finished before there is room again, and after.
  for (StreamId id : {1u, 3u}) {
    ASSERT_TRUE(client_->submit_request(post("/"), Body::stream()).ok());
    EXPECT_EQ(client_->send_data(id, bytes, false).accepted, 10u);
    if (id == 3) (void)client_->pending_output();
    ASSERT_TRUE(client_->send_trailers(id, {}).ok());
    client_to_server();
    for (EventPtr event : client_->advance(now_)) {
      EXPECT_FALSE(std::holds_alternative<StreamWritable>(*event));
    }
  }
}

TEST_F(Pair, NothingIsPushedToAClientThatDoesNotWantIt) {
  answer_ = false;
  start();
  ASSERT_TRUE(client_->submit_request(kGet).ok());
  run();
  EXPECT_EQ(server_->submit_push(1, kGet).error, SubmitError::kPushDisabled);
}

}  // namespace
}  // namespace headrace
