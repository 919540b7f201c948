#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "headrace/protocol/connection/connection.h"
#include "tests/connection/pair_fixture.h"

// FrameObserver::on_refused(): what came in and broke a rule, whether the application ever hears of
// its stream or not.

namespace headrace {
namespace {

using Pair = PairFixture;
using Log = std::vector<std::string>;

// "1 PROTOCOL_ERROR x-a: RFC 9113 §8.2.1"
class Refusals : public FrameObserver {
 public:
  void on_frame_received(const FrameHeader&, std::span<const uint8_t>) override {}
  void on_frame_sent(const FrameHeader&, std::span<const uint8_t>) override {}
  void on_refused(const ErrorDetail& error, std::string_view field_name) override {
    std::string line = std::to_string(error.stream_id) + " " + to_string(error.code) + " ";
    log.push_back(line.append(field_name).append(": ").append(error.rule->section));
  }
  Log log;
};

// The two ends, and an application on ours that vouches for what it sends.
class RefusedTest : public Pair {
 protected:
  RefusedTest() {
    client_options_.validate_outbound = server_options_.validate_outbound = false;
    server_options_.complete_heads = false;
    client_options_.enable_push = true;
    client_options_.observer = &client_refusals_;
    server_options_.observer = &server_refusals_;
    answer_ = false;
  }
  void request(std::vector<Field> more, Body body = Body::none()) {
    std::vector<Field> fields = kGet;
    fields.insert(fields.end(), more.begin(), more.end());
    ASSERT_TRUE(client_->submit_request(fields, std::move(body)).ok());
  }
  Refusals client_refusals_;
  Refusals server_refusals_;
};

TEST_F(RefusedTest, RequestsThatTheApplicationNeverHearsOf) {
  start();
  request({{"x-a", "secret\n"}});
  request({{"Upper", "secret"}});
  request({{"connection", "close"}});
  request({{"content-length", "5"}});
  ASSERT_TRUE(client_->submit_request({{":method", "GET"}, {":path", "/"}}).ok());
  ASSERT_TRUE(
      client_->submit_request({{":method", "GET"}, {":scheme", "http"}, {":path", "secret"}}).ok());
  run();
  EXPECT_EQ(server_refusals_.log,
            (Log{"1 PROTOCOL_ERROR x-a: RFC 9113 §8.2.1", "3 PROTOCOL_ERROR Upper: RFC 9113 §8.2.1",
                 "5 PROTOCOL_ERROR connection: RFC 9113 §8.2.2",
                 "7 PROTOCOL_ERROR content-length: RFC 9113 §8.1.1",
                 "9 PROTOCOL_ERROR :scheme: RFC 9113 §8.3.1",
                 "11 PROTOCOL_ERROR :path: RFC 9113 §8.3.1"}));
  EXPECT_EQ(server_log_, Log{});
}

TEST_F(RefusedTest, BodiesAndTrailers) {
  start();
  request({{"content-length", "3"}}, Body::owned(std::string("four")));
  request({}, Body::stream());
  ASSERT_TRUE(client_->send_trailers(3, {{":path", "/secret"}}).ok());
  run();
  EXPECT_EQ(server_refusals_.log, (Log{"3 PROTOCOL_ERROR :path: RFC 9113 §8.1",
                                       "1 PROTOCOL_ERROR content-length: RFC 9113 §8.1.1"}));
}

TEST_F(RefusedTest, ResponsesAndPromises) {
  start();
  request({});
  request({});
  run();
  ASSERT_TRUE(server_
                  ->submit_push(1, {{":method", "POST"},
                                    {":scheme", "http"},
                                    {":authority", "example.org"},
                                    {":path", "/pushed"}})
                  .error == SubmitError::kInvalidFields);
  ASSERT_TRUE(server_
                  ->submit_push(1, {{":method", "GET"},
                                    {":scheme", "http"},
                                    {":authority", "example.org"},
                                    {":path", "/pushed"},
                                    {"te", "secret"}})
                  .ok());
  ASSERT_TRUE(server_->submit_response(1, {{":status", "200"}, {"x-b", " secret"}}).ok());
  run();
  EXPECT_EQ(client_refusals_.log,
            (Log{"2 PROTOCOL_ERROR te: RFC 9113 §8.2.2", "1 PROTOCOL_ERROR x-b: RFC 9113 §8.2.1"}));
}

// A limit is a rule, too. The code of what is answered 431 is none.
TEST_F(RefusedTest, RequestsBeyondALimit) {
  server_options_.limits.fields_per_request = 5;
  server_options_.limits.concurrent_streams = 1;
  client_options_.assumed_concurrent_streams = 2;
  start();
  request({{"x-a", "1"}, {"x-b", "2"}});
  run();
  EXPECT_EQ(server_refusals_.log, Log{"1 NO_ERROR : limits.h field_list_size"});
  server_refusals_.log.clear();
  request({});
  run();
  EXPECT_EQ(server_refusals_.log, Log{});
}

TEST_F(RefusedTest, ConnectionErrorsOnce) {
  start();
  run();
  const uint8_t broken[] = {0, 0, 1, 6, 0, 0, 0, 0, 0, 0};  // a PING of one octet
  for (EventPtr event : server_->receive(broken, now_)) (void)event;
  EXPECT_EQ(server_refusals_.log, Log{"0 FRAME_SIZE_ERROR : RFC 9113 §6.7"});
  ASSERT_TRUE(client_->terminate(ErrorCode::kNoError).ok());  // the application's own end
  EXPECT_EQ(client_refusals_.log, Log{});
}

}  // namespace
}  // namespace headrace
