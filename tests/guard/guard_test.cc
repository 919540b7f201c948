#include <gtest/gtest.h>

#include "headrace/protocol/guard/limits.h"
#include "headrace/protocol/guard/reply_count.h"
#include "headrace/protocol/guard/token_bucket.h"

namespace headrace {
namespace {

using namespace std::chrono_literals;
using TimePoint = TokenBucket::TimePoint;

TEST(TokenBucket, AllowsABurstThenARate) {
  TimePoint start{};
  TokenBucket bucket(3, 2, start);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(start));
  EXPECT_FALSE(bucket.take(start));
  EXPECT_FALSE(bucket.take(start + 499ms));
  EXPECT_TRUE(bucket.take(start + 500ms));
  EXPECT_FALSE(bucket.take(start + 500ms));
}

TEST(TokenBucket, NeverSavesUpMoreThanTheBurst) {
  TimePoint start{};
  TokenBucket bucket(3, 100, start);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(start));
  TimePoint later = start + 24h * 365;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(later));
  EXPECT_FALSE(bucket.take(later));
}

TEST(TokenBucket, NeverHoldsMoreThanTheBurst) {
  TimePoint start{};
  TokenBucket bucket(3, 1, start);
  TimePoint later = start + 1h;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(later));
  EXPECT_FALSE(bucket.take(later));
}

TEST(TokenBucket, KeepsTheRateHoweverOftenItIsAsked) {
  TimePoint now{};
  TokenBucket bucket(2, 3, now);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(bucket.take(now));
  int taken = 0;
  for (int ms = 0; ms < 10000; ++ms) taken += bucket.take(now += 1ms) ? 1 : 0;
  EXPECT_EQ(taken, 30);
}

TEST(LimitHit, SuggestsTheBoundDoubledAsOftenAsItTakes) {
  EXPECT_EQ((LimitHit{Limit::kFieldsPerRequest, 128, 129}.suggested()), 256u);
  EXPECT_EQ((LimitHit{Limit::kFieldsPerRequest, 128, 300}.suggested()), 512u);
  EXPECT_EQ((LimitHit{Limit::kFieldsPerRequest, 128, 128}.suggested()), 256u);
  EXPECT_EQ((LimitHit{Limit::kResetBurst, 0, 1}.suggested()), 1u);
  EXPECT_EQ((LimitHit{Limit::kConnectionMemory, 3, UINT64_MAX}.suggested()), UINT64_MAX);
}

TEST(TokenBucket, LosesNothingOfTheBurstAsTimePasses) {
  TimePoint start{};
  TokenBucket bucket(5, 5, start);
  EXPECT_TRUE(bucket.take(start));
  TimePoint later = start + 200ms;
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(bucket.take(later));
}

TEST(ReplyCount, IsFullAtTheLimitUntilHalfAreOut) {
  ReplyCount replies(4);
  for (uint64_t end : {10, 20, 30}) replies.add(end);
  EXPECT_FALSE(replies.full());
  replies.add(40);
  EXPECT_TRUE(replies.full());
  replies.sent(19);
  EXPECT_EQ(replies.waiting(), 3u);
  EXPECT_TRUE(replies.full());
  replies.sent(20);
  EXPECT_EQ(replies.waiting(), 2u);
  EXPECT_FALSE(replies.full());
}

TEST(ReplyCount, GoesOnForEver) {
  ReplyCount replies(4);
  for (uint64_t end = 1; end < 10000; ++end) {
    replies.add(end);
    if (end > 2) replies.sent(end - 2);
    EXPECT_LE(replies.waiting(), 3u);
    EXPECT_FALSE(replies.full());
  }
}

}  // namespace
}  // namespace headrace
