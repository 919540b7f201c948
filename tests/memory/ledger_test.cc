#include "headrace/memory/ledger.h"

#include <gtest/gtest.h>

namespace headrace {
namespace {

TEST(Ledger, GrantsUpToItsBudget) {
  Ledger ledger(100);
  EXPECT_TRUE(ledger.reserve(60));
  EXPECT_FALSE(ledger.reserve(41));
  EXPECT_EQ(ledger.live(), 60u) << "a refusal reserves nothing";
  EXPECT_TRUE(ledger.reserve(40));
  EXPECT_FALSE(ledger.reserve(1));
  EXPECT_TRUE(ledger.reserve(0));
  ledger.refund(ledger.live());
}

TEST(Ledger, RefundsMakeRoomAndThePeakStays) {
  Ledger ledger(100);
  EXPECT_TRUE(ledger.reserve(100));
  ledger.refund(70);
  EXPECT_EQ(ledger.live(), 30u);
  EXPECT_EQ(ledger.peak(), 100u);
  EXPECT_TRUE(ledger.reserve(70));
  ledger.refund(ledger.live());
}

TEST(Ledger, HugeRequestsDoNotWrapAround) {
  Ledger ledger(100);
  EXPECT_TRUE(ledger.reserve(50));
  EXPECT_FALSE(ledger.reserve(SIZE_MAX));
  EXPECT_FALSE(ledger.reserve(SIZE_MAX - 49));
  EXPECT_EQ(ledger.live(), 50u);
  ledger.refund(ledger.live());
}

TEST(Ledger, RefusesTheChosenReservation) {
  Ledger ledger(100);
  ledger.refuse_reservation(2);
  EXPECT_TRUE(ledger.reserve(1));
  EXPECT_FALSE(ledger.reserve(1));
  EXPECT_TRUE(ledger.reserve(1));
  EXPECT_EQ(ledger.reservations(), 3u);
  EXPECT_EQ(ledger.live(), 2u);
  ledger.refund(ledger.live());
}

TEST(LedgerDeathTest, CheckedBuildsWantEverythingBack) {
  if (!HEADRACE_ASAN && !HEADRACE_HARDENED) GTEST_SKIP() << "run with --config=hardened";
  EXPECT_DEATH(
      {
        Ledger ledger(100);
        EXPECT_TRUE(ledger.reserve(1));
      },
      "headrace: Ledger::~Ledger\\(\\): all that was reserved was given back; live=1");
}

}  // namespace
}  // namespace headrace
