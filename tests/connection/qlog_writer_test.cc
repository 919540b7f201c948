#include "headrace/qlog_writer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/testing.h"

namespace headrace {
namespace {

using Json = nlohmann::json;
using std::chrono::microseconds;

// Every record is JSON, in one line of ASCII.
class Records {
 public:
  QlogWriter::Write writer() {
    return [this](std::string_view record) {
      for (const char c : record) EXPECT_TRUE(c >= ' ' && c <= '~') << record;
      records_.push_back(Json::parse(record));
    };
  }
  // The data of the first record of that name whose `member` is `value`.
  Json find(std::string_view name, const char* member, const Json& value) const {
    for (const Json& record : records_) {
      if (record["name"] == name && record["data"][member] == value) return record["data"];
    }
    return nullptr;
  }
  const Json& last() const { return records_.back(); }

 private:
  std::vector<Json> records_;
};

void exchange(FrameObserver* observer) {
  Options client;
  client.observer = observer;
  ConnectionPair pair(client);
  pair.on_server_event([](Connection& server, const Event& event) {
    const auto* request = std::get_if<RequestReceived>(&event);
    if (request == nullptr) return;
    EXPECT_TRUE(
        server.submit_response(request->stream_id, 404, {{"x-quote", "\"a\\b\xe9\""}}).ok());
  });
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(pair.client()
                    .submit_request({{":method", "GET"},
                                     {":scheme", "http"},
                                     {":authority", "a"},
                                     {":path", "/"},
                                     {"cookie", "secret"}})
                    .ok());
    pair.run();
  }
}

TEST(QlogWriterTest, HasEachFrame) {
  Records records;
  QlogWriter qlog(records.writer());
  exchange(&qlog);
  EXPECT_EQ(records.find("http2:frame_sent", "frame", "SETTINGS")["text"],
            "SETTINGS ENABLE_PUSH=0");
  const Json headers = records.find("http2:frame_received", "frame", "HEADERS");
  EXPECT_EQ(headers["stream_id"], 1);
  EXPECT_EQ(headers["flags"], 5);  // RFC 9113 §6.2: END_STREAM and END_HEADERS
  EXPECT_GT(headers["length"], 0);
  EXPECT_FALSE(headers.contains("fields"));
}

TEST(QlogWriterTest, FieldsWhereTheyAreAskedFor) {
  Records names;
  QlogWriter with_names(names.writer(), ShownFields::kNames);
  exchange(&with_names);
  const Json request = names.find("http2:frame_sent", "stream_id", 3)["fields"];
  EXPECT_EQ(request, Json::parse(R"([{"name":":method"},{"name":":scheme"},{"name":":authority"},
                                     {"name":":path"},{"name":"cookie"}])"));
  Records values;
  QlogWriter with_values(values.writer(), ShownFields::kWithValues);
  exchange(&with_values);
  const Json response = values.find("http2:frame_received", "stream_id", 3)["fields"];
  EXPECT_EQ(response[0], Json::parse(R"({"name":":status","value":"404"})"));
  // The octet 0xe9 is U+00E9.
  EXPECT_EQ(response[1]["value"], "\"a\\b\xc3\xa9\"");
}

TEST(QlogWriterTest, ErrorsLimitsAndTime) {
  Records records;
  QlogWriter qlog(records.writer());
  const TimePoint began = TimePoint() + std::chrono::hours(9);
  qlog.set_time(began);
  qlog.set_time(began + microseconds(12'034));
  static constexpr Rule kRule = {"RFC 9113 §6.7", "a PING payload has 8 octets"};
  qlog.on_refused({.code = ErrorCode::kFrameSizeError, .rule = &kRule, .stream_id = 3}, "x\n");
  const Json refused = records.last();
  EXPECT_DOUBLE_EQ(refused["time"], 12.034);
  EXPECT_EQ(refused["name"], "http:refused");
  EXPECT_EQ(refused["data"]["error"], "FRAME_SIZE_ERROR");
  EXPECT_EQ(refused["data"]["stream_id"], 3);
  EXPECT_EQ(refused["data"]["field_name"], "x\n");
  qlog.on_limit_hit({.limit = Limit::kConnectionMemory, .bound = 10, .observed = 11});
  EXPECT_EQ(records.last()["name"], "http:limit_hit");
  EXPECT_EQ(records.last()["data"]["limit"], to_string(Limit::kConnectionMemory));
  EXPECT_EQ(records.last()["data"]["observed"], 11);
}

// RFC 9113 §6.2: the padding and the priority are not of the block. (0x82 is :method GET.)
TEST(QlogWriterTest, WhatStandsBeforeABlock) {
  Records records;
  QlogWriter qlog(records.writer(), ShownFields::kWithValues);
  const Json get = Json::parse(R"([{"name":":method","value":"GET"}])");
  const uint8_t padded[] = {2, 0, 0, 0, 0, 15, 0x82, 0, 0};
  qlog.on_frame_received({9, FrameType::kHeaders, 0x2c, 1}, padded);
  EXPECT_EQ(records.last()["data"]["fields"], get);
  const uint8_t promise[] = {0, 0, 0, 2};
  qlog.on_frame_received({4, FrameType::kPushPromise, 0, 1}, promise);
  EXPECT_FALSE(records.last()["data"].contains("fields"));
  const uint8_t rest[] = {0x82};
  qlog.on_frame_received({1, FrameType::kContinuation, 4, 1}, rest);
  EXPECT_EQ(records.last()["data"]["fields"], get);
  const uint8_t too_much[] = {9, 0x82};
  qlog.on_frame_received({2, FrameType::kHeaders, 0x0c, 1}, too_much);
  EXPECT_EQ(records.last()["data"]["fields"], Json::array());
}

}  // namespace
}  // namespace headrace
