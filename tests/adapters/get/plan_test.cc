#include "headrace/adapters/get/plan.h"

#include <gtest/gtest.h>

#include <vector>

namespace headrace::get {
namespace {

TEST(PlanTest, EachUrlInTurn) {
  Plan plan(3, 7, 100);
  std::vector<size_t> urls;
  for (size_t index = 0; const auto next = plan.next(); ++index) {
    EXPECT_EQ(next->index, index);
    urls.push_back(next->url);
  }
  EXPECT_EQ(urls, (std::vector<size_t>{0, 1, 2, 0, 1, 2, 0}));
}

TEST(PlanTest, NotMoreAtOnce) {
  Plan plan(1, 4, 2);
  EXPECT_TRUE(plan.next().has_value());
  EXPECT_TRUE(plan.next().has_value());
  EXPECT_FALSE(plan.next().has_value());
  EXPECT_EQ(plan.open(), 2u);
  plan.finished();
  EXPECT_EQ(plan.next()->index, 2u);
  EXPECT_FALSE(plan.next().has_value());
}

TEST(PlanTest, IsDoneWhenTheLastHasEnded) {
  Plan plan(1, 2, 2);
  (void)plan.next();
  (void)plan.next();
  plan.finished();
  EXPECT_FALSE(plan.is_done());
  plan.finished();
  EXPECT_TRUE(plan.is_done());
  EXPECT_FALSE(plan.next().has_value());
  EXPECT_EQ(plan.done(), 2u);
}

TEST(PlanTest, UntilItIsStopped) {
  Plan plan(2, Plan::kUntilStopped, 3);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(plan.may_begin());
    EXPECT_TRUE(plan.next().has_value());
    plan.finished();
  }
  EXPECT_EQ(plan.begun(), 1000u);
  (void)plan.next();
  EXPECT_FALSE(plan.is_done());
  plan.stop();
  EXPECT_FALSE(plan.may_begin());
  EXPECT_FALSE(plan.next().has_value());
  EXPECT_FALSE(plan.is_done());
  plan.finished();
  EXPECT_TRUE(plan.is_done());
}

}  // namespace
}  // namespace headrace::get
