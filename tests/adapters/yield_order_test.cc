#include "adapters/loop/yield_order.h"

#include <gtest/gtest.h>

#include <chrono>

namespace headrace::adapters {
namespace {

using std::chrono::milliseconds;
using Standing = YieldOrder::Standing;

TimePoint at(int milliseconds_later) {
  return TimePoint() + std::chrono::hours(1) + milliseconds(milliseconds_later);
}

class YieldOrderTest : public testing::Test {
 protected:
  struct Connection : YieldOrder::Entry {};

  YieldOrder order_{milliseconds(100), milliseconds(500)};
  Connection a_, b_;
};

TEST_F(YieldOrderTest, NobodyIsDueWhereNobodyIs) {
  EXPECT_EQ(order_.due(at(0)), nullptr);
  EXPECT_EQ(order_.next(), TimePoint::max());
}

TEST_F(YieldOrderTest, WhoHasStoodStillTheLongestIsFirst) {
  order_.note(a_, Standing::kIdle, 0, at(0));
  order_.note(b_, Standing::kIdle, 0, at(10));
  EXPECT_EQ(order_.next(), at(100));
  EXPECT_EQ(order_.due(at(99)), nullptr);
  EXPECT_EQ(order_.due(at(100)), &a_);
  order_.note(a_, Standing::kIdle, 0, at(50));
  EXPECT_EQ(order_.due(at(100)), &a_) << "it has not moved";
  order_.note(a_, Standing::kIdle, 1, at(60));
  EXPECT_EQ(order_.due(at(109)), nullptr);
  EXPECT_EQ(order_.due(at(160)), &b_);
  order_.renew(b_, at(160));
  EXPECT_EQ(order_.due(at(160)), &a_);
  order_.remove(a_);
  EXPECT_EQ(order_.next(), at(260));
  order_.remove(b_);
  EXPECT_EQ(order_.next(), TimePoint::max());
}

TEST_F(YieldOrderTest, TheNewGoFirstAndTheBusyLast) {
  order_.note(a_, Standing::kBusy, 0, at(0));
  order_.note(b_, Standing::kIdle, 0, at(390));
  EXPECT_EQ(order_.due(at(489)), nullptr);
  EXPECT_EQ(order_.due(at(500)), &b_);
  order_.note(b_, Standing::kBusy, 0, at(500));
  EXPECT_EQ(order_.due(at(999)), &a_);
  order_.note(a_, Standing::kNew, 0, at(999));
  EXPECT_EQ(order_.due(at(1099)), &a_);
  order_.note(a_, Standing::kIdle, 0, at(1100));
  EXPECT_EQ(order_.due(at(1100)), &b_);
  order_.remove(a_);
  order_.remove(b_);
}

TEST_F(YieldOrderTest, ZeroIsNever) {
  YieldOrder order(milliseconds(0), milliseconds(500));
  order.note(a_, Standing::kIdle, 0, at(0));
  EXPECT_EQ(order.next(), TimePoint::max());
  order.note(a_, Standing::kBusy, 0, at(0));
  EXPECT_EQ(order.next(), at(500));
  order.remove(a_);
}

}  // namespace
}  // namespace headrace::adapters
