#include "headrace/memory/contract.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace headrace {
namespace {

void take(int64_t number, uint64_t count) {
  HEADRACE_EXPECTS(number < 10, "take()", "number is below 10", {"number", number},
                   {"count", count}, {"called", "by a test"});
}

TEST(ContractTest, NothingHappensWhenItIsKept) { take(9, 0); }

TEST(ContractDeathTest, OneLineNamesHeadraceTheFunctionTheRuleAndTheNumbers) {
  EXPECT_DEATH(take(10, 7),
               "^headrace: take\\(\\): number is below 10; number=10 count=7 called=by a test "
               "\\(docs/contracts.md\\)\n$");
}

// What a system call returned for "failed" is easily taken for a size.
TEST(ContractDeathTest, AHugeCountIsShownAsTheNegativeNumberThatItWasToo) {
  EXPECT_DEATH(take(11, static_cast<uint64_t>(-1)), "count=18446744073709551615 \\(-1\\)");
}

TEST(ContractDeathTest, ASignedNumberKeepsItsSign) {
  EXPECT_DEATH(HEADRACE_EXPECTS(false, "f()", "never", {"number", -5}),
               "f\\(\\): never; number=-5");
}

TEST(ContractDeathTest, ARuleNeedsNoNumbers) {
  EXPECT_DEATH(HEADRACE_EXPECTS(false, "f()", "never"),
               "^headrace: f\\(\\): never \\(docs/contracts.md\\)\n$");
}

}  // namespace
}  // namespace headrace
