#include "headrace/protocol/http2/budgets.h"

#include <gtest/gtest.h>

#include <chrono>

namespace headrace {
namespace {

TEST(BudgetsTest, EachHasItsBurstAndItsRate) {
  Limits limits;
  limits.useless_burst = 2;
  limits.useless_per_second = 1;
  limits.reset_burst = 1;
  limits.resets_per_second = 0;
  TimePoint now{};
  Budgets budgets(limits, now);
  EXPECT_FALSE(budgets.take_useless_frame(now));
  EXPECT_FALSE(budgets.take_useless_frame(now));
  const auto useless = budgets.take_useless_frame(now);
  ASSERT_TRUE(useless);
  EXPECT_EQ(useless->limit, Limit::kUselessBurst);
  EXPECT_EQ(useless->bound, 2u);
  EXPECT_EQ(useless->observed, 3u);
  EXPECT_FALSE(budgets.take_reset(now)) << "a budget of its own";
  now += std::chrono::seconds(1);
  EXPECT_FALSE(budgets.take_useless_frame(now));
  const auto reset = budgets.take_reset(now);
  ASSERT_TRUE(reset) << "it does not refill";
  EXPECT_EQ(reset->limit, Limit::kResetBurst);
}

}  // namespace
}  // namespace headrace
