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

TEST(ClosedStreams, AnIdFarAwayDisplacesAllBeforeIt) {
  Ledger ledger(1 << 20);
  ClosedStreams closed(&ledger, kLimit);
  const StreamId far = 1 + 2 * 16 * kLimit;
  closed.remember(1, StreamState::kClosedEnded);
  closed.remember(far + 2, StreamState::kClosedEnded);
  EXPECT_EQ(closed.find(1), StreamState::kClosedResetSent) << "forgotten";
  closed.remember(far, StreamState::kClosedResetReceived);
  EXPECT_EQ(closed.find(far), StreamState::kClosedResetReceived);
  EXPECT_EQ(closed.find(far + 2), StreamState::kClosedEnded);
  EXPECT_EQ(closed.find(3), StreamState::kClosedUnused);
}

TEST(ClosedStreams, OneBehindTheOthersIsForgottenAtOnce) {
  Ledger ledger(1 << 20);
  ClosedStreams closed(&ledger, kLimit);
  closed.remember(2 * kLimit + 2, StreamState::kClosedEnded);
  closed.remember(4, StreamState::kClosedEnded);
  EXPECT_EQ(closed.find(4), StreamState::kClosedEnded) << "the last that there is room for";
  closed.remember(2, StreamState::kClosedEnded);
  EXPECT_EQ(closed.find(2), StreamState::kClosedResetSent);
}

TEST(ClosedStreams, GrowsWithTheNumberOfStreamsAndNotWithTheirIds) {
  Ledger ledger(1 << 20);
  ClosedStreams closed(&ledger, 100'000);
  closed.remember(1, StreamState::kClosedEnded);
  const size_t first = ledger.live();
  for (StreamId id = 1'000'001; id < 100'000'000; id += 1'000'000) {
    closed.remember(id, StreamState::kClosedEnded);
  }
  EXPECT_EQ(ledger.live(), first);
  for (StreamId id = 99'000'003; id < 99'100'000; id += 2) {
    closed.remember(id,
                    id % 6 == 1 ? StreamState::kClosedResetReceived : StreamState::kClosedEnded);
  }
  for (StreamId id = 99'000'003; id < 99'100'000; id += 2) {
    EXPECT_EQ(closed.find(id),
              id % 6 == 1 ? StreamState::kClosedResetReceived : StreamState::kClosedEnded);
  }
  EXPECT_LE(ledger.live(), 25'000u);
}

TEST(ClosedStreams, TellsIdsThatWereSkippedAmongManyThatWereNot) {
  Ledger ledger(1 << 20);
  ClosedStreams closed(&ledger, kLimit);
  for (StreamId id = 2; id < 2000; id += 6) closed.remember(id, StreamState::kClosedResetSent);
  EXPECT_EQ(closed.find(1994), StreamState::kClosedResetSent);
  EXPECT_EQ(closed.find(1992), StreamState::kClosedUnused);
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
