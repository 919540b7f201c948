#include "headrace/protocol/http2/pings.h"

#include <gtest/gtest.h>

namespace headrace {
namespace {

using std::chrono::seconds;

TimePoint at(int64_t second) { return TimePoint(seconds(second)); }

TEST(Pings, TheRoundTripBeginsWhenThePingHasLeft) {
  Pings pings;
  pings.asked(1, PingPurpose::kApplication, /*end_offset=*/17, at(0));
  pings.asked(2, PingPurpose::kKeepalive, 34, at(1));
  pings.sent(33, at(5));
  pings.sent(34, at(6));
  const auto first = pings.answered(1, at(7)), second = pings.answered(2, at(8));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->purpose, PingPurpose::kApplication);
  EXPECT_EQ(first->round_trip, seconds(2));
  EXPECT_EQ(second->purpose, PingPurpose::kKeepalive);
  EXPECT_EQ(second->round_trip, seconds(2));
}

TEST(Pings, AnAnswerMayComeBeforeItIsKnownThatThePingHasLeft) {
  Pings pings;
  pings.asked(1, PingPurpose::kApplication, 17, at(0));
  pings.asked(2, PingPurpose::kApplication, 34, at(0));
  EXPECT_EQ(pings.answered(1, at(3))->round_trip, seconds(3));
  pings.sent(34, at(4));
  EXPECT_EQ(pings.answered(2, at(5))->round_trip, seconds(1));
}

TEST(Pings, AKeepaliveThatWasNotAnsweredIsForgottenWithTheNext) {
  Pings pings;
  pings.asked(1, PingPurpose::kApplication, 17, at(0));
  for (int64_t second = 1; second < 100; ++second) {
    pings.asked(7, PingPurpose::kKeepalive, 17 + 17 * static_cast<uint64_t>(second), at(second));
    pings.sent(17 + 17 * static_cast<uint64_t>(second), at(second));
    EXPECT_EQ(pings.size(), 2u);
  }
  pings.asked(2, PingPurpose::kApplication, 5000, at(100));
  EXPECT_EQ(pings.answered(7, at(101))->round_trip, seconds(2));
  EXPECT_EQ(pings.answered(1, at(102))->round_trip, seconds(101));
  pings.sent(5000, at(103));
  EXPECT_EQ(pings.answered(2, at(105))->round_trip, seconds(2));
  EXPECT_EQ(pings.size(), 0u);
}

TEST(Pings, AnswersToNothingAreNone) {
  Pings pings;
  EXPECT_FALSE(pings.answered(1, at(0)));
  pings.asked(1, PingPurpose::kWindow, 17, at(0));
  pings.sent(17, at(0));
  EXPECT_TRUE(pings.answered(1, at(0)));
  EXPECT_FALSE(pings.answered(1, at(0)));
}

TEST(Pings, OfTheSameOctetsTheOldestIsAnswered) {
  Pings pings;
  pings.asked(1, PingPurpose::kShutdown, 17, at(0));
  pings.asked(1, PingPurpose::kApplication, 34, at(1));
  pings.sent(17, at(0));
  EXPECT_EQ(pings.answered(1, at(2))->purpose, PingPurpose::kShutdown);
  pings.sent(34, at(3));
  EXPECT_EQ(pings.answered(1, at(5))->round_trip, seconds(2));
}

}  // namespace
}  // namespace headrace
