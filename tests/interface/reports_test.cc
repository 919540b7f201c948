#include "headrace/protocol/interface/reports.h"

#include <gtest/gtest.h>

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headrace {
namespace {

// Writes down what it hears.
class Listener final : public FrameObserver {
 public:
  void on_frame_received(const FrameHeader& header, std::span<const uint8_t> payload) override {
    heard.push_back("received " + std::to_string(header.length) + " with " +
                    std::to_string(payload.size()));
  }
  void on_frame_sent(const FrameHeader& header, std::span<const uint8_t> payload) override {
    heard.push_back("sent " + std::to_string(header.length) + " with " +
                    std::to_string(payload.size()));
  }
  void on_refused(const ErrorDetail&, std::string_view field_name) override {
    heard.push_back("refused " + std::string(field_name));
  }
  void on_limit_hit(const LimitHit& hit) override {
    heard.push_back("limit " + std::to_string(hit.observed));
  }

  std::vector<std::string> heard;
};

TEST(Reports, SumsAreThoseOfTheCounts) {
  Reports reports(nullptr);
  reports.received_octets(100, 0);
  reports.count_received(FrameType::kPing);
  reports.count_received(FrameType::kWindowUpdate, 3);
  reports.count_received(static_cast<FrameType>(0xfe));  // an extension
  reports.counts().requests_received = 2;
  const Statistics& sums = reports.sums();
  EXPECT_EQ(sums.bytes_received, 100u);
  EXPECT_EQ(sums.frames_received, 5u);
  EXPECT_EQ(sums.received_by_type.of(FrameType::kWindowUpdate), 3u);
  EXPECT_EQ(sums.received_by_type.of(static_cast<FrameType>(0xfe)), 1u);
  EXPECT_EQ(sums.requests_received, 2u);
}

TEST(Reports, AskingTwiceCountsOnce) {
  Reports reports(nullptr);
  reports.count_received(FrameType::kPing);
  EXPECT_EQ(reports.sums().frames_received, 1u);
  EXPECT_EQ(reports.sums().frames_received, 1u);
  reports.count_received(FrameType::kPing);
  EXPECT_EQ(reports.sums().frames_received, 2u);
}

// The counts between two sums have 32 bits; the sums have 64.
TEST(Reports, CountsAreSummedUpBeforeTheyOverflow) {
  Reports reports(nullptr);
  constexpr uint64_t kInputs = 3;
  for (uint64_t i = 0; i < kInputs; ++i) {
    reports.count_received(FrameType::kPing, 3'000'000'000);
    reports.received_octets(Counts::kSum, 0);
  }
  EXPECT_EQ(reports.sums().frames_received, kInputs * 3'000'000'000);
  EXPECT_EQ(reports.sums().bytes_received, kInputs * Counts::kSum);
}

TEST(Reports, ResponsesAreKnownBeforeAndBehindASum) {
  Reports reports(nullptr);
  EXPECT_FALSE(reports.has_received_responses());
  ++reports.counts().responses_received;
  EXPECT_TRUE(reports.has_received_responses());
  (void)reports.sums();
  EXPECT_TRUE(reports.has_received_responses());
}

TEST(Reports, TheObserverHearsWhatItIsTold) {
  Listener listener;
  Reports reports(&listener);
  // RFC 9113 §4.1: a PING of eight octets, and the header of a DATA frame of 16.
  const std::array<uint8_t, 17> ping{0, 0, 8, 6};
  const std::array<uint8_t, 9> data{0, 0, 16, 0, 0, 0, 0, 0, 1};
  FrameHeader header;
  header.length = 8;
  header.type = FrameType::kPing;
  reports.received(header, {ping.data() + 9, 8});
  reports.sent(FrameType::kPing, ping.data());
  reports.sent(FrameType::kData, data.data());
  reports.refused({}, "te");
  reports.hit({Limit::kConcurrentStreams, 100, 101});
  const std::vector<std::string> heard = {"received 8 with 8", "sent 8 with 8", "sent 16 with 0",
                                          "refused te", "limit 101"};
  EXPECT_EQ(listener.heard, heard);
  EXPECT_EQ(reports.sums().frames_sent, 2u);
  EXPECT_EQ(reports.sums().limits_hit.of(Limit::kConcurrentStreams), 1u);
}

TEST(Reports, NobodyNeedsToListen) {
  Reports reports(nullptr);
  const std::array<uint8_t, 17> ping{0, 0, 8, 6};
  reports.received({}, {});
  reports.sent(FrameType::kPing, ping.data());
  reports.refused({});
  reports.hit({Limit::kConcurrentStreams, 100, 101});
  EXPECT_EQ(reports.sums().frames_sent, 1u);
}

}  // namespace
}  // namespace headrace
