#include "headrace/memory/accounted_buffer.h"

#include <gtest/gtest.h>

#include <gsl/span>
#include <limits>
#include <string>

namespace headrace {
namespace {

gsl::span<const uint8_t> octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
std::string text_of(const AccountedBuffer& buffer) {
  return std::string(buffer.bytes().begin(), buffer.bytes().end());
}

TEST(AccountedBuffer, IsAQueueOfBytes) {
  Ledger ledger(10000);
  AccountedBuffer buffer(&ledger);
  std::string expected;
  for (int i = 0; i < 500; ++i) {
    const std::string piece(static_cast<size_t>(i % 13), static_cast<char>('a' + i % 26));
    ASSERT_TRUE(buffer.append(octets(piece)));
    expected += piece;
    const size_t gone = std::min<size_t>(static_cast<size_t>(i % 11), expected.size());
    buffer.consume(gone);
    expected.erase(0, gone);
    ASSERT_EQ(text_of(buffer), expected);
    ASSERT_EQ(buffer.size(), expected.size());
    ASSERT_EQ(buffer.empty(), expected.empty());
  }
}

TEST(AccountedBuffer, AnEmptyOneCostsNothing) {
  Ledger ledger(100);
  AccountedBuffer buffer(&ledger);
  EXPECT_TRUE(buffer.append({}));
  EXPECT_TRUE(buffer.bytes().empty());
  EXPECT_EQ(ledger.live(), 0u);
}

TEST(AccountedBuffer, ReservesBeforeItGrowsAndRefundsAll) {
  Ledger ledger(10000);
  {
    AccountedBuffer buffer(&ledger);
    ASSERT_TRUE(buffer.append(octets(std::string(1000, 'x'))));
    EXPECT_GE(ledger.live(), 1000u);
    buffer.clear();
    EXPECT_GE(ledger.live(), 1000u) << "the capacity stays";
    buffer.release();
    EXPECT_EQ(ledger.live(), 0u);
    ASSERT_TRUE(buffer.append(octets("again")));
    EXPECT_EQ(text_of(buffer), "again");
  }
  EXPECT_EQ(ledger.live(), 0u);
}

TEST(AccountedBuffer, ARefusalLeavesItAsItWas) {
  Ledger ledger(200);
  AccountedBuffer buffer(&ledger);
  ASSERT_TRUE(buffer.append(octets("before")));
  const size_t live = ledger.live();
  EXPECT_FALSE(buffer.append(octets(std::string(300, 'x'))));
  EXPECT_EQ(text_of(buffer), "before");
  EXPECT_EQ(ledger.live(), live);
}

TEST(AccountedBuffer, TakesTheBareNeedWhenTheBudgetIsShort) {
  Ledger ledger(100);
  AccountedBuffer buffer(&ledger);
  ASSERT_TRUE(buffer.append(octets(std::string(60, 'x'))));
  EXPECT_TRUE(buffer.append(octets(std::string(40, 'y')))) << "doubling would not fit, 100 does";
  EXPECT_EQ(ledger.live(), 100u);
  EXPECT_EQ(text_of(buffer), std::string(60, 'x') + std::string(40, 'y'));
}

// (All that is left would leave nothing to others, and the bare need would copy all with each
// octet.)
TEST(AccountedBuffer, GrowsInFewStepsWhenTheBudgetIsShort) {
  Ledger ledger(10000);
  AccountedBuffer buffer(&ledger);
  ASSERT_TRUE(buffer.append(octets(std::string(6000, 'x'))));
  const uint64_t before = ledger.reservations();
  for (int i = 0; i < 3000; ++i) ASSERT_TRUE(buffer.append(octets("y")));
  EXPECT_LE(ledger.reservations() - before, 6u);
  EXPECT_LT(ledger.live(), 10000u);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(buffer.append(octets("z")));
  EXPECT_FALSE(buffer.append(octets("z")));
  EXPECT_EQ(buffer.size(), 10000u);
}

TEST(AccountedBuffer, UsedAsAWindowItDoesNotGrow) {
  Ledger ledger(10000);
  AccountedBuffer buffer(&ledger);
  ASSERT_TRUE(buffer.append(octets(std::string(50, 'x'))));
  const size_t live = ledger.live();
  for (int i = 0; i < 1000; ++i) {
    buffer.consume(10);
    ASSERT_TRUE(buffer.append(octets("0123456789")));
  }
  EXPECT_EQ(ledger.live(), live);
}

}  // namespace
}  // namespace headrace
