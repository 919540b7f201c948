#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "protocol/connection/connection.h"

// A client and a server back to back, without a transport: what one shows the other receives.

namespace headrace {
namespace {

using namespace std::chrono_literals;

const std::vector<Field> kGet = {
    {":method", "GET"}, {":scheme", "http"}, {":authority", "example.org"}, {":path", "/"}};

std::vector<Field> post(std::string_view path) {
  return {{":method", "POST"}, {":scheme", "http"}, {":authority", "example.org"}, {":path", path}};
}

class Pair : public testing::Test {
 protected:
  void start() {
    client_.emplace(Role::kClient, client_options_, now_);
    server_.emplace(Role::kServer, server_options_, now_);
  }

  // Until neither side has anything more to say.
  void run() {
    for (bool moved = true; moved;) {
      moved = move(*client_, *server_, &server_log_, /*serve=*/true);
      moved = move(*server_, *client_, &client_log_, /*serve=*/false) || moved;
    }
  }

  bool move(Connection& from, Connection& to, std::vector<std::string>* log, bool serve) {
    std::vector<uint8_t> wire;
    for (const ConstBuffer& span : from.pending_output()) {
      wire.insert(wire.end(), span.data, span.data + span.size);
    }
    from.sent(wire.size());
    const size_t before = log->size();
    for (EventPtr event : to.receive(wire, now_)) handle(*event, to, log, serve);
    while (to.has_events()) {
      for (EventPtr event : to.advance(now_)) handle(*event, to, log, serve);
    }
    return !wire.empty() || log->size() > before;
  }

  void handle(const Event& event, Connection& connection, std::vector<std::string>* log,
              bool serve) {
    auto id = [](const auto& e) { return std::to_string(e.stream_id); };
    std::visit(
        Overloaded{
            [&](const RequestReceived& e) {
              log->push_back("request " + id(e) + " " + std::string(e.fields.get(":path")));
              if (serve && answer_) {
                EXPECT_TRUE(
                    connection
                        .submit_response(e.stream_id, {{":status", "200"}}, Body::owned("hello"))
                        .ok());
              }
            },
            [&](const ResponseReceived& e) {
              log->push_back("response " + id(e) + " " + std::to_string(e.status));
            },
            [&](const DataReceived& e) {
              log->push_back("data " + id(e) + " " + std::string(e.bytes.text()) +
                             (e.end_stream ? " end" : ""));
            },
            [&](const TrailersReceived& e) {
              log->push_back("trailers " + id(e) + " " + std::string(e.fields.get("x-sum")));
            },
            [&](const StreamClosed& e) {
              log->push_back("closed " + id(e) + (e.retry_safe ? " retry_safe" : ""));
            },
            [&](const PushPromiseReceived& e) {
              log->push_back("promise " + id(e) + " " + std::to_string(e.promised_stream_id));
            },
            [&](const StreamIdsExhausted&) { log->push_back("ids exhausted"); },
            [](const auto&) {},
        },
        event);
  }

  TimePoint now_ = TimePoint(1h);
  Options client_options_;
  Options server_options_;
  bool answer_ = true;
  std::optional<Connection> client_;
  std::optional<Connection> server_;
  std::vector<std::string> client_log_;
  std::vector<std::string> server_log_;
};

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
  client_options_.enable_push = true;
  answer_ = false;
  start();
  ASSERT_TRUE(client_->submit_request(kGet).ok());
  run();
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

TEST_F(Pair, NothingIsPushedToAClientThatDoesNotWantIt) {
  answer_ = false;
  start();
  ASSERT_TRUE(client_->submit_request(kGet).ok());
  run();
  EXPECT_EQ(server_->submit_push(1, kGet).error, SubmitError::kPushDisabled);
}

}  // namespace
}  // namespace headrace
