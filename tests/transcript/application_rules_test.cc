// What every application may rely on: each of these events is one that may not come, and is told
// so.

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/transcript/application.h"
#include "tests/transcript/item.h"

namespace headrace::transcript {
namespace {

Item request() {
  Item command;
  command.name = "submit_request";
  for (const auto& [name, value] :
       {std::pair(":method", "GET"), std::pair(":scheme", "https"),
        std::pair(":authority", "a.example"), std::pair(":path", "/")}) {
    FieldLine line;
    line.name = name;
    line.value = value;
    command.fields.push_back(line);
  }
  return command;
}

// A client with one request under way, stream 1.
class ApplicationRules : public testing::Test {
 protected:
  ApplicationRules() { EXPECT_EQ(application_.run(request()).name, "ok"); }

  template <typename T>
  std::string observe(T event) {
    return application_.observe(Event(std::in_place_type<T>, std::move(event)));
  }
  static ResponseReceived response(StreamId id, bool end_stream = false) {
    return {id, 0, end_stream, 200, {}};
  }
  static InformationalReceived informational(uint16_t status, bool end_stream = false) {
    return {1, 0, end_stream, status, {}};
  }
  static PushPromiseReceived promise(StreamId id) { return {1, 0, id, {}}; }
  static DataReceived data(StreamId id, bool end_stream = false) { return {id, 0, end_stream, {}}; }
  static StreamClosed closed(StreamId id) {
    return {id, 0, ErrorCode::kNoError, ClosedBy::kEnd, false, {}};
  }

  Connection connection_{Role::kClient, Options(), TimePoint()};
  Application application_{&connection_};
};

TEST_F(ApplicationRules, AllowWhatARequestBringsAbout) {
  EXPECT_EQ(observe(informational(100)), "");
  EXPECT_EQ(observe(informational(103)), "");
  EXPECT_EQ(observe(promise(2)), "");
  EXPECT_EQ(observe(response(1)), "");
  EXPECT_EQ(observe(data(1)), "");
  EXPECT_EQ(observe(TrailersReceived{1, 0, true, {}}), "");
  EXPECT_EQ(observe(closed(1)), "");
  EXPECT_EQ(observe(response(2, true)), "");
  EXPECT_EQ(observe(closed(2)), "");
  EXPECT_EQ(observe(ConnectionClosed{}), "");
}

TEST_F(ApplicationRules, HaveOneFinalResponse) {
  EXPECT_EQ(observe(response(1)), "");
  EXPECT_EQ(observe(response(1)), "a second response to a request");
  EXPECT_EQ(observe(informational(103)), "a second response to a request");
}

TEST_F(ApplicationRules, HaveTheStatusInTheRightEvent) {
  EXPECT_EQ(observe(informational(200)), "a status that belongs to the other event");
  EXPECT_EQ(observe(informational(100, true)), "an interim response with END_STREAM");
}

TEST_F(ApplicationRules, HaveTheHeadFirst) {
  EXPECT_EQ(observe(data(1)), "a part of a response before its ResponseReceived");
  EXPECT_EQ(observe(informational(100)), "");
  EXPECT_EQ(observe(TrailersReceived{1, 0, true, {}}),
            "a part of a response before its ResponseReceived");
}

TEST_F(ApplicationRules, HaveNothingBehindTheEnd) {
  EXPECT_EQ(observe(response(1, true)), "");
  EXPECT_EQ(observe(data(1)), "more of a message comes after its END_STREAM");
}

TEST_F(ApplicationRules, KnowEveryStream) {
  EXPECT_EQ(observe(response(3)), "a response to no request of ours");
  EXPECT_EQ(observe(response(2)), "a response to no request of ours");
  EXPECT_EQ(observe(closed(2)), "an event of a stream that the application does not know");
  EXPECT_EQ(observe(promise(2)), "");
  EXPECT_EQ(observe(promise(2)), "a second promise of a stream");
}

TEST_F(ApplicationRules, CloseEveryStreamOnce) {
  EXPECT_EQ(observe(promise(2)), "");
  EXPECT_EQ(observe(closed(1)), "");
  EXPECT_EQ(observe(closed(1)), "an event of a stream after its StreamClosed");
  EXPECT_EQ(observe(ConnectionClosed{}), "ConnectionClosed before the StreamClosed of stream 2");
}

TEST_F(ApplicationRules, HaveNothingBehindTheLastEvent) {
  EXPECT_EQ(observe(closed(1)), "");
  EXPECT_EQ(observe(ConnectionClosed{}), "");
  EXPECT_EQ(observe(PingReceived{1}), "an event comes after ConnectionClosed");
  EXPECT_EQ(observe(ConnectionClosed{}), "a second ConnectionClosed");
}

TEST_F(ApplicationRules, KeepUserData) {
  EXPECT_EQ(observe(ResponseReceived{1, 7, false, 200, {}}), "an event has other user data");
  EXPECT_EQ(observe(BodyReleased{1, 0}), "a body is released, but no view was lent");
}

}  // namespace
}  // namespace headrace::transcript
