#include <gtest/gtest.h>

#include <chrono>
#include <gsl/span>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "headrace/memory/ledger.h"
#include "headrace/protocol/connection/connection.h"
#include "headrace/protocol/interface/padding_policy.h"
#include "headrace/protocol/stream/flow_window.h"
#include "tests/connection/pair_fixture.h"
#include "tests/reference/frames.h"

// What an application chooses beyond what a transcript can say.

namespace headrace {
namespace {

using namespace std::chrono_literals;
using Pair = PairFixture;
using Log = std::vector<std::string>;

constexpr size_t kClientPrefaceSize = 24;

std::vector<reference::Frame> frames_of_client(const std::string& wire) {
  return reference::parse_all(std::string_view(wire).substr(kClientPrefaceSize));
}

// Writes down each frame's type and the size of the payload it was shown.
class Onlooker : public FrameObserver {
 public:
  void on_frame_received(const FrameHeader& header, std::span<const uint8_t> payload) override {
    received.push_back(line(header, payload));
  }
  void on_frame_sent(const FrameHeader& header, std::span<const uint8_t> payload) override {
    sent.push_back(line(header, payload));
  }

  void on_limit_hit(const LimitHit& hit) override {
    limits_hit.push_back(std::string(to_string(hit.limit)) + " " + std::to_string(hit.observed) +
                         " instead of " + std::to_string(hit.bound) + ", " +
                         std::to_string(hit.suggested()) + " would do");
  }

  Log received;
  Log sent;
  Log limits_hit;

 private:
  static std::string line(const FrameHeader& header, gsl::span<const uint8_t> payload) {
    return std::string(to_string(header.type)) + " " + std::to_string(header.length) + " " +
           std::to_string(payload.size());
  }
};

TEST(SharedOptionsTest, AreOneObjectForManyConnections) {
  auto options = std::make_shared<Options>();
  options->max_frame_size = 20'000;
  const std::weak_ptr<Options> there = options;
  auto one = std::make_unique<Connection>(options, Role::kServer, TimePoint());
  auto two = std::make_unique<Connection>(std::move(options), Role::kServer, TimePoint());
  for (const auto& connection : {one.get(), two.get()}) {
    std::string output;
    for (const ConstBuffer& span : connection->pending_output()) {
      output.append(reinterpret_cast<const char*>(span.data), span.size);
    }
    const reference::Frame settings = reference::parse_all(output).at(0);
    EXPECT_NE(
        settings.payload.find(reference::u16(reference::MAX_FRAME_SIZE) + reference::u32(20'000)),
        std::string::npos);
  }
  one.reset();
  EXPECT_FALSE(there.expired());
  two.reset();
  EXPECT_TRUE(there.expired());
}

TEST_F(Pair, AnObserverSeesEachFrameOfBothDirections) {
  Onlooker onlooker;
  client_options_.observer = &onlooker;
  client_options_.connection_window_size = kInitialWindow;  // no WINDOW_UPDATE
  server_options_.connection_window_size = kInitialWindow;
  start();
  ASSERT_TRUE(client_->submit_request(kGet).ok());
  ASSERT_TRUE(client_->submit_frame(0xf0, 0x1, 0, {}).ok());
  run();
  ASSERT_EQ(onlooker.sent.size(), 4u);
  EXPECT_EQ(onlooker.sent[0], "SETTINGS 6 6");
  EXPECT_EQ(onlooker.sent[1].substr(0, 7), "HEADERS");
  EXPECT_EQ(onlooker.sent[2], "UNKNOWN 0 0");
  EXPECT_EQ(onlooker.sent[3], "SETTINGS 0 0");
  ASSERT_EQ(onlooker.received.size(), 4u);
  EXPECT_EQ(onlooker.received[0], "SETTINGS 6 6");
  EXPECT_EQ(onlooker.received[1], "SETTINGS 0 0");
  EXPECT_EQ(onlooker.received[2].substr(0, 7), "HEADERS");
  EXPECT_EQ(onlooker.received[3], "DATA 5 0");

  const Statistics& counters = client_->statistics();
  EXPECT_EQ(counters.frames_sent, 4u);
  EXPECT_EQ(counters.frames_received, 4u);
  EXPECT_EQ(counters.sent_by_type.of(FrameType::kSettings), 2u);
  EXPECT_EQ(counters.sent_by_type.of(static_cast<FrameType>(0xf0)), 1u);
  EXPECT_EQ(counters.received_by_type.of(FrameType::kData), 1u);
}

// As much padding as `most` allows.
class Pad : public PaddingPolicy {
 public:
  explicit Pad(size_t most) : most_(most) {}
  size_t padding(const FrameHeader&, size_t room) override { return std::min(room, most_); }

 private:
  size_t most_;
};

TEST_F(Pair, HeadersAndDataArePaddedAsThePolicySays) {
  Pad pad(10);
  client_options_.padding = &pad;
  client_options_.connection_window_size = kInitialWindow;  // no WINDOW_UPDATE
  start();
  ASSERT_TRUE(client_->submit_request(post("/"), Body::owned("body")).ok());
  run();
  std::vector<reference::Frame> frames = frames_of_client(client_wire_);
  ASSERT_GE(frames.size(), 3u);
  EXPECT_EQ(frames[1].type, reference::HEADERS);
  EXPECT_EQ(reference::padding_length(frames[1]), 9);
  EXPECT_EQ(frames[2].type, reference::DATA);
  EXPECT_EQ(reference::padding_length(frames[2]), 9);
  EXPECT_EQ(reference::content(frames[2]), "body");
  EXPECT_EQ(server_log_, (Log{"request 1 /", "data 1 body end", "closed 1"}));
}

TEST_F(Pair, ThePromiseOfAPushIsPaddedToo) {
  Pad pad(256);
  server_options_.padding = &pad;
  start_with_request(kGet);
  ASSERT_TRUE(server_->submit_push(1, kGet).ok());
  run();
  reference::Frame promise = reference::parse_all(server_wire_).back();
  EXPECT_EQ(promise.type, reference::PUSH_PROMISE);
  EXPECT_EQ(reference::padding_length(promise), 255);
  EXPECT_EQ(client_log_.back(), "promise 1 2");
}

// RFC 9113 §6.9.2: only a WINDOW_UPDATE widens the connection's window. A megabyte by default, so
// that a stream of 65,535 octets that waits for its application leaves room for others.
TEST_F(Pair, TheConnectionsWindowIsWidenedBehindTheFirstSettings) {
  start();
  ASSERT_TRUE(client_->submit_request(kGet).ok());
  run();
  for (const auto& frames : {frames_of_client(client_wire_), reference::parse_all(server_wire_)}) {
    ASSERT_GE(frames.size(), 2u);
    EXPECT_EQ(frames[0].type, reference::SETTINGS);
    EXPECT_EQ(frames[1].type, reference::WINDOW_UPDATE);
    EXPECT_EQ(frames[1].stream_id, 0u);
    EXPECT_EQ(reference::number(frames[1].payload), 1024u * 1024 - 65535);
  }
}

// Padding uses up windows; all of it comes back.
TEST_F(Pair, ALongPaddedUploadDoesNotStall) {
  Pad pad(256);
  client_options_.padding = &pad;
  answer_ = false;
  start();
  const std::string body(1'000'000, 'x');
  ASSERT_TRUE(client_->submit_request(post("/"), Body::view(body)).ok());
  run();
  EXPECT_EQ(server_->statistics().data_received, body.size());
  EXPECT_GT(client_wire_.size(), body.size() + body.size() / 16384 * 256);
}

TEST_F(Pair, SettingsGoOutInTheCallersOrder) {
  client_options_.settings = {{SettingId::kInitialWindowSize, 131072},
                              {static_cast<SettingId>(0x0a0a), 7},
                              {SettingId::kEnablePush, 0},
                              {SettingId::kHeaderTableSize, 65536}};
  start();
  run();
  EXPECT_EQ(reference::parse_settings(frames_of_client(client_wire_)[0].payload),
            (reference::Settings{{reference::INITIAL_WINDOW_SIZE, 131072},
                                 {0x0a0a, 7},
                                 {reference::ENABLE_PUSH, 0},
                                 {reference::HEADER_TABLE_SIZE, 65536}}));
}

TEST_F(Pair, WhatAnApplicationSendsUncheckedIsItsOwnAffair) {
  client_options_.validate_outbound = false;
  start();
  std::vector<Field> fields = kGet;
  fields.push_back({"Upper", "case"});
  ASSERT_TRUE(client_->submit_request(fields).ok());
  run();
  EXPECT_EQ(client_log_, (Log{"closed 1"}));  // the server's check
}

TEST_F(Pair, WhatAStreamWaitsForHasAName) {
  server_options_.limits.concurrent_streams = 1;
  server_options_.initial_window_size = 10;
  server_options_.automatic_credit = false;
  answer_ = false;
  start();
  run();
  const std::string body(100, 'x');
  ASSERT_TRUE(client_->submit_request(post("/a"), Body::view(body)).ok());
  ASSERT_TRUE(client_->submit_request(post("/b"), Body::stream()).ok());
  EXPECT_EQ(client_->why_blocked(1), Blocked::kOutput);
  EXPECT_EQ(client_->why_blocked(3), Blocked::kPeerConcurrency);
  run();
  EXPECT_EQ(client_->why_blocked(1), Blocked::kStreamWindow);
  EXPECT_EQ(server_->why_blocked(1), Blocked::kApplication);
  ASSERT_TRUE(client_->reset_stream(1, ErrorCode::kCancel).ok());
  run();
  EXPECT_EQ(client_->why_blocked(1), Blocked::kNothing);
  EXPECT_EQ(client_->why_blocked(3), Blocked::kApplication);
}

// The path's round trip is one turn of the loop. A sender whose window is `window` gets no more
// through in one.
class Download : public Pair {
 protected:
  static constexpr size_t kSize = 8 * 1024 * 1024;

  int round_trips() {
    answer_ = false;
    start();
    EXPECT_TRUE(client_->submit_request(kGet).ok());
    run();
    const std::string body(kSize, 'x');
    EXPECT_TRUE(server_->submit_response(1, {{":status", "200"}}, Body::view(body)).ok());
    int turns = 0;
    while (client_->open_streams() > 0 && turns < 1000) {
      server_to_client();
      now_ += 50ms;
      client_to_server();
      ++turns;
    }
    EXPECT_EQ(client_->statistics().data_received, kSize);
    return turns;
  }
};

TEST_F(Download, AFixedWindowCostsARoundTripEachTimeItIsUsedUp) {
  client_options_.window_policy = WindowPolicy::kImmediate;
  EXPECT_GE(round_trips(), static_cast<int>(kSize / 65535));
}

TEST_F(Download, AWindowThatFollowsThePathGrows) {
  client_options_.window_policy = WindowPolicy::kAutoTuned;
  EXPECT_LE(round_trips(), 30);
  EXPECT_EQ(client_->statistics().round_trip, 50ms);
}

TEST_F(Download, AWindowDoesNotGrowBeyondItsCap) {
  client_options_.window_policy = WindowPolicy::kAutoTuned;
  client_options_.max_window_size = 131072;
  EXPECT_GE(round_trips(), static_cast<int>(kSize / 131072));
}

TEST_F(Pair, APeerThatAnswersIsAlive) {
  client_options_.limits.keepalive_interval = 10s;
  answer_ = false;
  start();
  ASSERT_TRUE(client_->submit_request(kGet).ok());
  run();
  EXPECT_EQ(client_->next_deadline(), now_ + 10s);
  for (int i = 0; i < 5; ++i) {
    now_ += 10s;
    for (EventPtr event : client_->advance(now_)) ADD_FAILURE();
    client_to_server();
    now_ += 70ms;
    server_to_client();
    EXPECT_EQ(client_->statistics().round_trip, 70ms);
  }
  EXPECT_EQ(client_log_, Log{});
  EXPECT_EQ(server_->statistics().received_by_type.of(FrameType::kPing), 5u);
}

TEST_F(Pair, APeerThatDoesNotAnswerIsGivenUp) {
  client_options_.limits.keepalive_interval = 10s;
  client_options_.limits.keepalive_timeout = 3s;
  answer_ = false;
  start();
  ASSERT_TRUE(client_->submit_request(kGet).ok());
  run();
  now_ += 10s;
  for (EventPtr event : client_->advance(now_)) ADD_FAILURE();
  EXPECT_EQ(client_->next_deadline(), now_ + 3s);
  now_ += 3s;
  for (EventPtr event : client_->advance(now_)) handle(*event, *client_, &client_log_, false);
  EXPECT_EQ(client_log_, (Log{"closed 1", "gone PROTOCOL_ERROR"}));
  EXPECT_EQ(client_->statistics().limits_hit.of(Limit::kKeepaliveTimeout), 1u);
}

// CVE-2016-1546: a peer that asks and takes nothing.
TEST_F(Pair, AStreamWhosePeerTakesNothingIsReset) {
  client_options_.initial_window_size = 10;
  client_options_.automatic_credit = false;
  answer_ = false;
  start();
  ASSERT_TRUE(client_->submit_request(kGet).ok());
  run();
  const std::string body(100, 'x');
  ASSERT_TRUE(server_->submit_response(1, {{":status", "200"}}, Body::view(body)).ok());
  run();
  now_ += 299s;
  for (EventPtr event : server_->advance(now_)) ADD_FAILURE();
  now_ += 1s;
  EXPECT_EQ(server_->next_deadline(), now_);
  for (EventPtr event : server_->advance(now_)) handle(*event, *server_, &server_log_, false);
  EXPECT_EQ(server_log_.back(), "closed 1");
  EXPECT_EQ(server_->statistics().limits_hit.of(Limit::kStreamStallTimeout), 1u);
}

TEST_F(Pair, AFullLedgerIsMemoryPressure) {
  client_options_.initial_window_size = 0;
  answer_ = false;
  start();
  ASSERT_TRUE(client_->submit_request(kGet).ok());
  run();
  ASSERT_TRUE(server_->submit_response(1, {{":status", "200"}}, Body::view("body")).ok());
  run();
  EXPECT_EQ(server_->next_deadline(), now_ + 300s);
  Ledger& ledger = server_->ledger();
  const size_t more = ledger.budget() * 3 / 4 - ledger.live();
  ASSERT_TRUE(ledger.reserve(more));
  EXPECT_EQ(server_->next_deadline(), now_ + 30s);
  ledger.refund(more);
  EXPECT_EQ(server_->next_deadline(), now_ + 300s);
}

TEST_F(Pair, AnObserverIsToldOfEachLimitThatIsReached) {
  Onlooker onlooker;
  server_options_.observer = &onlooker;
  server_options_.limits.concurrent_streams = 1;
  answer_ = false;
  client_options_.assumed_concurrent_streams = 3;
  start();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(client_->submit_request(kGet).ok());
  run();
  EXPECT_EQ(onlooker.limits_hit, Log(2, "concurrent_streams 2 instead of 1, 2 would do"));
  const auto& last = server_->statistics().limits_hit.last();
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->limit, Limit::kConcurrentStreams);
}

}  // namespace
}  // namespace headrace
