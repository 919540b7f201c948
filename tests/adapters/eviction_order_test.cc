#include "headrace/adapters/loop/eviction_order.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

namespace headrace::adapters {
namespace {

using std::chrono::milliseconds;
using Activity = EvictionOrder::Activity;

TimePoint at(int milliseconds_later) {
  return TimePoint() + std::chrono::hours(1) + milliseconds(milliseconds_later);
}

constexpr ClientId kHere{1};
constexpr ClientId kThere{2};

class EvictionOrderTest : public testing::Test {
 protected:
  struct Connection : EvictionOrder::Entry {};

  // An idle one yields after 100 ms, and one that is busy and pays less than an octet a
  // millisecond after 500.
  static constexpr EvictionOrder::Rules kRules{
      .idle = milliseconds(100), .stalled = milliseconds(500), .rate = 1000, .share = 4};

  void enter(Connection& connection, const std::optional<ClientId>& client = {}) {
    order_.enter(connection, client, at(0));
  }
  Connection& enter_idle(const ClientId& client, int time) {
    Connection& connection = more_.emplace_back();
    order_.enter(connection, client, at(time));
    order_.note(connection, Activity::kIdle, 0, at(time));
    return connection;
  }

  EvictionOrder order_{kRules};
  Connection a_, b_;
  std::deque<Connection> more_;
};

TEST_F(EvictionOrderTest, NobodyIsDueWhereNobodyIs) {
  EXPECT_EQ(order_.due(at(0)), nullptr);
  EXPECT_EQ(order_.next(), TimePoint::max());
}

TEST_F(EvictionOrderTest, WhoHasBeenIdleTheLongestIsFirst) {
  enter(a_);
  enter(b_);
  order_.note(a_, Activity::kIdle, 0, at(0));
  order_.note(b_, Activity::kIdle, 0, at(10));
  EXPECT_EQ(order_.next(), at(100));
  EXPECT_EQ(order_.due(at(99)), nullptr);
  EXPECT_EQ(order_.due(at(100)), &a_);
  order_.note(a_, Activity::kIdle, 0, at(50));
  EXPECT_EQ(order_.due(at(100)), &a_) << "it has not moved";
  order_.note(a_, Activity::kIdle, 1, at(60));
  EXPECT_EQ(order_.due(at(109)), nullptr);
  EXPECT_EQ(order_.due(at(160)), &b_);
  order_.postpone(b_, at(260));
  EXPECT_EQ(order_.due(at(160)), &a_);
  order_.remove(a_);
  EXPECT_EQ(order_.next(), at(260));
  order_.remove(b_);
  EXPECT_EQ(order_.next(), TimePoint::max());
}

TEST_F(EvictionOrderTest, TheNewGoFirstAndTheBusyLast) {
  enter(a_);
  enter(b_);
  order_.note(a_, Activity::kBusy, 0, at(0));
  order_.note(b_, Activity::kIdle, 0, at(390));
  EXPECT_EQ(order_.due(at(489)), nullptr);
  EXPECT_EQ(order_.due(at(500)), &b_);
  Connection c;
  order_.enter(c, {}, at(450));
  EXPECT_EQ(order_.due(at(549)), &b_);
  EXPECT_EQ(order_.due(at(550)), &c);
  order_.remove(b_);
  order_.remove(c);
  EXPECT_EQ(order_.due(at(550)), &a_);
}

// --- Paying for a place

TEST_F(EvictionOrderTest, WhoPaysTheRateStays) {
  enter(a_);
  uint64_t progress = 0;
  for (int time = 0; time < 5'000; time += 10) {
    order_.note(a_, Activity::kBusy, progress += 10, at(time));
    ASSERT_FALSE(order_.is_due(a_, at(time))) << time;
  }
  EXPECT_EQ(order_.due(at(5'490)), &a_);
}

// In steps, and after a pause for which nothing is charged later.
TEST_F(EvictionOrderTest, WhatIsPaidAtOnceCountsForTheTimeBefore) {
  enter(a_);
  order_.note(a_, Activity::kBusy, 0, at(0));
  for (int step = 1; step <= 10; ++step) {
    ASSERT_FALSE(order_.is_due(a_, at(step * 400 - 1))) << step;
    order_.note(a_, Activity::kBusy, static_cast<uint64_t>(step) * 400, at(step * 400));
  }
  EXPECT_TRUE(order_.is_due(a_, at(60'000)));
  order_.note(a_, Activity::kBusy, 4'000 + 600, at(60'000));
  EXPECT_FALSE(order_.is_due(a_, at(60'499)));
  EXPECT_TRUE(order_.is_due(a_, at(60'500))) << "nobody pays ahead";
}

TEST_F(EvictionOrderTest, ATrickleBuysNothing) {
  enter(a_);
  enter(b_);
  uint64_t progress = 0;
  order_.note(b_, Activity::kBusy, 0, at(0));
  for (int time = 0; time < 500; time += 100) {
    order_.note(a_, Activity::kBusy, ++progress, at(time));
  }
  EXPECT_TRUE(order_.is_due(b_, at(500)));
  EXPECT_TRUE(order_.is_due(a_, at(510)));
  for (int time = 600; time < 100'000; time += 100) {
    order_.note(a_, Activity::kBusy, ++progress, at(time));
    ASSERT_TRUE(order_.is_due(a_, at(time + 40))) << time;
  }
}

// One stream that gets on does not pay for others.
TEST_F(EvictionOrderTest, EachStreamHasToPay) {
  enter(a_);
  enter(b_);
  uint64_t slow = 0;
  uint64_t fast = 0;
  for (int time = 0; time < 5'000; time += 10) {
    order_.note(a_, Activity::kBusy, slow += 80, at(time), 100);
    order_.note(b_, Activity::kBusy, fast += 1'000, at(time), 100);
    ASSERT_FALSE(order_.is_due(b_, at(time))) << time;
  }
  EXPECT_EQ(order_.due(at(5'000)), &a_);
  order_.note(a_, Activity::kBusy, slow += 200, at(5'000), 1);
  EXPECT_EQ(order_.due(at(5'199)), nullptr) << "the others have ended";
}

// No rate is too high to count with.
TEST_F(EvictionOrderTest, TheHighestRatesAreKept) {
  EvictionOrder order({.idle = milliseconds(100),
                       .stalled = milliseconds(500),
                       .rate = uint64_t{1} << 32,
                       .share = 4});
  order.enter(a_, {}, at(0));
  order.note(a_, Activity::kBusy, 0, at(0));
  order.note(a_, Activity::kBusy, uint64_t{1} << 30, at(1'000));
  EXPECT_EQ(order.due(at(1'249)), nullptr);
  EXPECT_EQ(order.due(at(1'250)), &a_);
  order.remove(a_);
}

// To end a stream and open another one is no way to begin anew.
TEST_F(EvictionOrderTest, ToStopInBetweenBuysNothing) {
  enter(a_);
  for (int time = 0; time < 500; time += 50) {
    order_.note(a_, Activity::kBusy, 0, at(time));
    order_.note(a_, Activity::kIdle, 0, at(time + 49));
  }
  order_.note(a_, Activity::kBusy, 0, at(500));
  EXPECT_EQ(order_.due(at(500)), &a_);
  order_.note(a_, Activity::kIdle, 0, at(501));
  order_.note(a_, Activity::kBusy, 200, at(502));
  EXPECT_EQ(order_.due(at(701)), nullptr);
  EXPECT_EQ(order_.due(at(702)), &a_);
}

TEST_F(EvictionOrderTest, WithoutARateAnythingPays) {
  EvictionOrder order(
      {.idle = milliseconds(100), .stalled = milliseconds(500), .rate = 0, .share = 4});
  order.enter(a_, {}, at(0));
  order.note(a_, Activity::kBusy, 0, at(0));
  order.note(a_, Activity::kBusy, 1, at(400));
  EXPECT_EQ(order.next(), at(900));
  order.remove(a_);
}

TEST_F(EvictionOrderTest, ZeroIsNever) {
  EvictionOrder order(
      {.idle = milliseconds(0), .stalled = milliseconds(0), .rate = 1000, .share = 4});
  order.enter(a_, {}, at(0));
  EXPECT_EQ(order.next(), TimePoint::max());
  order.note(a_, Activity::kIdle, 0, at(0));
  EXPECT_EQ(order.next(), TimePoint::max());
  order.note(a_, Activity::kBusy, 10, at(0));
  order.note(a_, Activity::kBusy, 20, at(10));
  EXPECT_EQ(order.next(), TimePoint::max());
  order.remove(a_);
}

// --- Sharing between clients

TEST_F(EvictionOrderTest, WhoHasMoreThanItsShareGivesWayFirst) {
  Connection& honest = enter_idle(kHere, 0);
  for (int i = 0; i < 4; ++i) enter_idle(kThere, 10 + i);
  EXPECT_EQ(order_.due(at(200)), &honest) << "it has been idle the longest";
  EXPECT_TRUE(order_.may_take_place(kHere, honest));
  EXPECT_TRUE(order_.may_take_place(kHere, more_[1]));
  EXPECT_FALSE(order_.may_take_place(kThere, honest)) << "it would be above its share";
  EXPECT_TRUE(order_.may_take_place(kThere, more_[1])) << "its own";
  Connection& fifth = enter_idle(kThere, 20);
  EXPECT_EQ(order_.due(at(100)), &honest) << "of the others nobody is due";
  EXPECT_EQ(order_.due(at(110)), &more_[1]);
  EXPECT_TRUE(order_.may_take_place(kHere, more_[1]));
  order_.remove(fifth);
  EXPECT_EQ(order_.due(at(200)), &honest);
}

TEST_F(EvictionOrderTest, WhoHasTheMostPlacesGivesWayFirst) {
  for (int i = 0; i < 5; ++i) enter_idle(kHere, i);
  for (int i = 0; i < 6; ++i) enter_idle(kThere, 10 + i);
  EXPECT_EQ(order_.due(at(200)), &more_[5]);
  order_.remove(more_[5]);
  order_.remove(more_[6]);
  EXPECT_EQ(order_.due(at(200)), &more_[0]);
}

TEST_F(EvictionOrderTest, WhoStandsForManyHasNoShareToKeepTo) {
  for (int i = 0; i < 20; ++i) order_.enter(more_.emplace_back(), {}, at(i));
  Connection& other = enter_idle(kHere, 30);
  order_.note(other, Activity::kIdle, 0, at(30));
  EXPECT_TRUE(order_.may_take_place({}, other));
  EXPECT_EQ(order_.due(at(200)), &more_[0]);
}

// Whatever ends first.
TEST(EvictionOrderEntryTest, LeavesItsOrderWithEitherOfThem) {
  auto order = std::make_unique<EvictionOrder>(EvictionOrder::Rules{
      .idle = milliseconds(1), .stalled = milliseconds(1), .rate = 0, .share = 1});
  auto stays = std::make_unique<EvictionOrder::Entry>();
  auto goes = std::make_unique<EvictionOrder::Entry>();
  order->enter(*stays, kHere, at(0));
  order->enter(*goes, kHere, at(0));
  goes.reset();
  EXPECT_EQ(order->due(at(1)), stays.get());
  order.reset();
  stays.reset();
}

}  // namespace
}  // namespace headrace::adapters
