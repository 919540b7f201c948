#include "headrace/protocol/stream/closed_streams.h"

#include <gtest/gtest.h>

namespace headrace {
namespace {

constexpr uint32_t kLimit = 100;

TEST(ClosedStreams, RemembersHowEachClosed) {
  Ledger ledger(1 << 20);
  ClosedStreams closed(&ledger, kLimit);
  closed.remember(1, StreamState::kClosedEnded);
  closed.remember(5, StreamState::kClosedResetReceived);
  EXPECT_EQ(closed.find(1), StreamState::kClosedEnded);
  EXPECT_EQ(closed.find(5), StreamState::kClosedResetReceived);
}

TEST(ClosedStreams, AnIdThatWasNeverUsedIsSkipped) {
  Ledger ledger(1 << 20);
  ClosedStreams closed(&ledger, kLimit);
  closed.remember(1, StreamState::kClosedEnded);
  closed.remember(5, StreamState::kClosedEnded);
  EXPECT_EQ(closed.find(3), StreamState::kClosedUnused);
}

TEST(ClosedStreams, TheLastWordOnAStreamCounts) {
  Ledger ledger(1 << 20);
  ClosedStreams closed(&ledger, kLimit);
  closed.remember(1, StreamState::kClosedResetReceived);
  closed.remember(1, StreamState::kClosedResetSent);
  EXPECT_EQ(closed.find(1), StreamState::kClosedResetSent);
}

TEST(ClosedStreams, WhatIsForgottenGetsTheLenientAnswer) {
  Ledger ledger(1 << 20);
  ClosedStreams closed(&ledger, kLimit);
  StreamId id = 1;
  for (size_t i = 0; i < kLimit + 10; ++i, id += 2) {
    closed.remember(id, StreamState::kClosedEnded);
  }
  EXPECT_EQ(closed.find(1), StreamState::kClosedResetSent);
  EXPECT_EQ(closed.find(19), StreamState::kClosedResetSent);
  EXPECT_EQ(closed.find(21), StreamState::kClosedEnded);
  EXPECT_EQ(closed.find(id - 2), StreamState::kClosedEnded);
}

TEST(ClosedStreams, RemembersNothingWhenToldSo) {
  Ledger ledger(1 << 20);
  ClosedStreams closed(&ledger, 0);
  closed.remember(1, StreamState::kClosedEnded);
  EXPECT_EQ(closed.find(1), StreamState::kClosedResetSent);
}

TEST(ClosedStreams, AnIdFarAwayDisplacesTheOneWhosePlaceItHas) {
  Ledger ledger(1 << 20);
  ClosedStreams closed(&ledger, kLimit);
  const StreamId far = 1 + 2 * 16 * kLimit;
  closed.remember(1, StreamState::kClosedEnded);
  closed.remember(far + 2, StreamState::kClosedEnded);
  EXPECT_EQ(closed.find(1), StreamState::kClosedEnded);
  closed.remember(far, StreamState::kClosedResetReceived);
  EXPECT_EQ(closed.find(far), StreamState::kClosedResetReceived);
  EXPECT_EQ(closed.find(far + 2), StreamState::kClosedEnded);
  EXPECT_EQ(closed.find(1), StreamState::kClosedResetSent) << "forgotten";
  EXPECT_EQ(closed.find(3), StreamState::kClosedUnused);
}

TEST(ClosedStreams, ForgetsAtOnceWhenTheLedgerRefuses) {
  Ledger ledger(0);
  ClosedStreams closed(&ledger, kLimit);
  closed.remember(1, StreamState::kClosedEnded);
  EXPECT_EQ(closed.find(1), StreamState::kClosedResetSent);
}

TEST(ClosedStreams, TrimForgetsAndRefunds) {
  Ledger ledger(1 << 20);
  ClosedStreams closed(&ledger, kLimit);
  closed.remember(1, StreamState::kClosedEnded);
  closed.trim();
  EXPECT_EQ(ledger.live(), 0u);
  EXPECT_EQ(closed.find(1), StreamState::kClosedResetSent);
}

}  // namespace
}  // namespace headrace
