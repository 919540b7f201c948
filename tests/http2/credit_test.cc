#include "headrace/protocol/http2/credit.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace headrace {
namespace {

constexpr int64_t kBase = 100;  // INITIAL_WINDOW_SIZE

class CreditTest : public testing::Test {
 protected:
  using Increments = std::vector<std::pair<StreamId, uint32_t>>;

  static Increments take_all(Credit* credit) {
    Increments taken;
    while (credit->any_due()) {
      const CreditDue due = credit->take_due(kBase);
      taken.emplace_back(due.stream_id, due.increment);
    }
    return taken;
  }
  // DATA of `size` octets, handed to an application that keeps it or uses it up.
  static void data(Credit* credit, CreditState* stream, uint32_t size, bool kept) {
    ASSERT_TRUE(credit->receive(size));
    ASSERT_TRUE(credit->receive(stream, kBase, size));
    if (kept) credit->hold(stream, size);
    if (!kept) credit->use(size);
    credit->use(stream, kBase, kept ? 0 : size);
  }
  CreditState stream(StreamId id) {
    CreditState state;
    credit_.open(&state, id);
    return state;
  }

  Credit credit_{{}};
  Credit immediate_{{WindowPolicy::kImmediate}};
};

TEST_F(CreditTest, RefusesMoreThanWasGranted) {
  CreditState one = stream(1);
  EXPECT_TRUE(credit_.receive(&one, kBase, 100));
  EXPECT_FALSE(credit_.receive(&one, kBase, 1));
  EXPECT_EQ(one.window(kBase), 0);
  EXPECT_TRUE(credit_.receive(65535));
  EXPECT_FALSE(credit_.receive(1));
  EXPECT_EQ(credit_.window(), 0);
}

// However much input is read before output is asked for: what is due can be used, up to a window.
TEST_F(CreditTest, WhatIsDueCounts) {
  CreditState one = stream(1);
  data(&credit_, &one, 49, /*kept=*/false);
  EXPECT_FALSE(credit_.receive(&one, kBase, 52));  // 51 are left, and 49 are not due
  data(&credit_, &one, 1, /*kept=*/false);
  EXPECT_TRUE(credit_.receive(&one, kBase, 100));
  credit_.use(&one, kBase, 100);
  EXPECT_EQ(one.window(kBase), -50);
  EXPECT_FALSE(credit_.receive(&one, kBase, 51));
  EXPECT_TRUE(credit_.receive(&one, kBase, 50));
  credit_.use(&one, kBase, 50);
  EXPECT_FALSE(credit_.receive(&one, kBase, 1));
  EXPECT_EQ(take_all(&credit_), (Increments{{1, 200}}));
  EXPECT_EQ(one.window(kBase), 100);
}

// Nothing of what the application holds does.
TEST_F(CreditTest, WhatIsHeldDoesNotCount) {
  CreditState one = stream(1);
  data(&credit_, &one, 60, /*kept=*/true);
  data(&credit_, &one, 40, /*kept=*/false);
  EXPECT_TRUE(credit_.receive(&one, kBase, 40));
  EXPECT_FALSE(credit_.receive(&one, kBase, 1));
}

// §6.9: a wider window is granted at once, and once.
TEST_F(CreditTest, AWiderWindowIsDueAtOnce) {
  CreditState one = stream(1);
  EXPECT_TRUE(credit_.resize(&one, kBase, 150));
  credit_.resize(100'000);
  EXPECT_EQ(take_all(&credit_), (Increments{{0, 100'000 - 65535}, {1, 50}}));
  EXPECT_EQ(one.window(kBase), 150);
  EXPECT_EQ(one.full(kBase), 150);
  EXPECT_EQ(credit_.window(), 100'000);
  EXPECT_FALSE(credit_.any_due());
}

// What the peer has it keeps: the window becomes narrower as it is used up.
TEST_F(CreditTest, ANarrowerWindowWithholdsCredit) {
  CreditState one = stream(1);
  EXPECT_TRUE(credit_.resize(&one, kBase, 40));
  EXPECT_EQ(one.window(kBase), 100);
  data(&credit_, &one, 60, /*kept=*/false);
  EXPECT_EQ(take_all(&credit_), Increments{});
  EXPECT_EQ(one.window(kBase), 40);
  data(&credit_, &one, 40, /*kept=*/false);
  EXPECT_EQ(take_all(&credit_), (Increments{{1, 40}}));
  EXPECT_EQ(one.window(kBase), 40);
}

// What was used up before, and waits to go back, need not go back either.
TEST_F(CreditTest, ANarrowerWindowWithholdsWhatWaits) {
  CreditState one = stream(1);
  data(&credit_, &one, 30, /*kept=*/false);
  EXPECT_TRUE(credit_.resize(&one, kBase, 60));
  EXPECT_EQ(one.waiting(), 0u);
  EXPECT_EQ(one.window(kBase), 70);
  data(&credit_, &one, 10, /*kept=*/false);
  EXPECT_EQ(one.waiting(), 0u);
  data(&credit_, &one, 30, /*kept=*/false);
  EXPECT_EQ(take_all(&credit_), (Increments{{1, 30}}));
}

// Changes that the peer has not felt cancel each other out.
TEST_F(CreditTest, AWindowThatIsChangedBackWasNeverChanged) {
  CreditState one = stream(1);
  EXPECT_TRUE(credit_.resize(&one, kBase, 40));
  EXPECT_TRUE(credit_.resize(&one, kBase, 100));
  credit_.resize(100'000);
  credit_.resize(65535);
  EXPECT_FALSE(credit_.any_due() && !take_all(&credit_).empty());
  data(&credit_, &one, 100, /*kept=*/false);
  EXPECT_EQ(take_all(&credit_), (Increments{{1, 100}}));
}

// What the application has set stands, whatever INITIAL_WINDOW_SIZE becomes (§6.9.2): a smaller one
// does not shut a narrow window for good, and a larger one does not widen it.
TEST_F(CreditTest, AWindowThatWasSetStandsWhateverTheInitialSize) {
  CreditState one = stream(1);
  EXPECT_TRUE(credit_.resize(&one, kBase, 40));
  data(&credit_, &one, 60, /*kept=*/false);  // it has become narrower
  credit_.rebase(&one, /*base=*/30);
  EXPECT_EQ(one.window(30), -30);
  EXPECT_EQ(one.full(30), 40);
  ASSERT_TRUE(credit_.any_due());
  const CreditDue due = credit_.take_due(30);
  EXPECT_EQ(due.stream_id, 1u);
  EXPECT_EQ(due.increment, 70u);
  EXPECT_EQ(one.window(30), 40);
  credit_.rebase(&one, 1000);
  EXPECT_EQ(one.window(1000), 1010);
  EXPECT_EQ(one.full(1000), 40);
  EXPECT_FALSE(credit_.any_due());
  EXPECT_TRUE(credit_.receive(&one, 1000, 1010));
  credit_.use(&one, 1000, 1010);
  ASSERT_TRUE(credit_.any_due());
  EXPECT_EQ(credit_.take_due(1000).increment, 40u);
}

TEST_F(CreditTest, AWindowThatWasSetIsNotTuned) {
  Credit credit({.policy = WindowPolicy::kAutoTuned, .max_window = 1 << 20});
  CreditState set, other;
  credit.open(&set, 1);
  credit.open(&other, 3);
  EXPECT_TRUE(credit.resize(&set, kInitialWindow, 50'000));
  credit.resize(80'000);
  EXPECT_EQ(credit.take_due(kInitialWindow).increment, 80'000u - kInitialWindow);
  EXPECT_TRUE(credit.measure(60'000));
  credit.measured(kInitialWindow);
  EXPECT_EQ(credit.tuned(), 120'000u);
  EXPECT_EQ(credit.full(), 80'000);
  credit.use(&set, kInitialWindow, 0);
  EXPECT_FALSE(credit.any_due());
  credit.use(&other, kInitialWindow, 0);
  EXPECT_TRUE(credit.any_due());
}

// §6.9.2: a change of INITIAL_WINDOW_SIZE leaves every window at 2^31-1 or below.
TEST_F(CreditTest, AWindowStaysWithinItsBoundUnderEveryInitialSize) {
  CreditState one = stream(1);
  credit_.announced(1'000'000);
  const uint32_t most = 0x7fffffff - 1'000'000 + 100;
  EXPECT_FALSE(credit_.resize(&one, kBase, most + 1));
  EXPECT_TRUE(credit_.bears(0x7fffffff));
  EXPECT_TRUE(credit_.resize(&one, kBase, most));
  EXPECT_TRUE(credit_.bears(1'000'000));
  EXPECT_FALSE(credit_.bears(1'000'001));
}

// §6.9: an empty frame is sent whatever the window; §6.9.2: which may be below zero.
TEST_F(CreditTest, TakesAnEmptyFrameWhateverTheWindow) {
  CreditState one = stream(1);
  ASSERT_TRUE(credit_.receive(&one, kBase, 100));
  EXPECT_TRUE(credit_.receive(&one, 10, 0));
  EXPECT_EQ(one.window(10), -90);
}

TEST_F(CreditTest, IsDueWhenAsMuchIsUsedUpAsIsLeft) {
  CreditState one = stream(1);
  data(&credit_, &one, 49, false);
  EXPECT_EQ(take_all(&credit_), Increments());
  data(&credit_, &one, 1, false);
  EXPECT_EQ(take_all(&credit_), (Increments{{1, 50}}));
  EXPECT_EQ(one.window(kBase), 100);
}

TEST_F(CreditTest, AddsUpUntilItIsAskedFor) {
  CreditState one = stream(1);
  for (int i = 0; i < 90; ++i) data(&immediate_, &one, 1, false);
  CreditState three;
  immediate_.open(&three, 3);
  immediate_.open(&one, 1);
  data(&immediate_, &three, 5, false);
  EXPECT_EQ(take_all(&immediate_), (Increments{{0, 95}, {1, 90}, {3, 5}}));
  EXPECT_FALSE(immediate_.any_due());
}

// What others hold may leave of the connection's window less than half: what is used up is then all
// that the peer can wait for.
TEST_F(CreditTest, LeavesNoWindowOfZeroWhileSomethingIsUsedUp) {
  Credit credit{{}};
  CreditState held = stream(1), read = stream(3);
  const int64_t wide = 1 << 20;
  ASSERT_TRUE(credit.receive(40000) && credit.receive(&held, wide, 40000));
  credit.hold(&held, 40000);
  ASSERT_TRUE(credit.receive(12767) && credit.receive(&read, wide, 12767));
  credit.use(12767);
  EXPECT_FALSE(credit.any_due());  // 12,768 are left
  ASSERT_TRUE(credit.receive(1) && credit.receive(&read, wide, 1));
  EXPECT_TRUE(credit.any_due());
  EXPECT_EQ(take_all(&credit), (Increments{{0, 12767}}));
  ASSERT_TRUE(credit.receive(static_cast<uint32_t>(credit.window())));
  EXPECT_FALSE(credit.any_due());
  ASSERT_TRUE(credit.let_go(&held, 1));
  EXPECT_EQ(take_all(&credit), (Increments{{0, 1}}));
}

// §6.9.2: of a wider window the same may be little, and of a narrower one all.
TEST_F(CreditTest, IsDueAsTheInitialWindowHasIt) {
  CreditState one = stream(1);
  data(&credit_, &one, 60, false);
  EXPECT_TRUE(credit_.any_due());
  credit_.use(&one, 1000, 0);
  EXPECT_FALSE(credit_.any_due());
  credit_.use(&one, kBase, 0);
  EXPECT_EQ(take_all(&credit_), (Increments{{1, 60}}));
}

TEST_F(CreditTest, IsNotWidenedBeyondWhatAnAnnouncedWindowLeaves) {
  Credit credit{{WindowPolicy::kAutoTuned, kInitialWindow, 1 << 20}};
  CreditState one;
  credit.open(&one, 1);
  ASSERT_TRUE(credit.receive(50000) && credit.measure(50000));
  credit.measured(kInitialWindow);
  (void)credit.take_due(kBase);  // the connection's
  credit.use(&one, kBase, 0);
  EXPECT_TRUE(credit.any_due());
  credit.announced(0x7fffffff);
  credit.use(&one, kBase, 0);
  EXPECT_FALSE(credit.any_due());
}

TEST_F(CreditTest, TakesBackNoMoreThanIsHeld) {
  CreditState one = stream(1);
  data(&credit_, &one, 10, true);
  EXPECT_EQ(credit_.held(), 10u);
  EXPECT_FALSE(credit_.let_go(&one, 11));
  EXPECT_TRUE(credit_.let_go(&one, 4));
  EXPECT_EQ(one.held(), 6u);
  EXPECT_EQ(credit_.waiting(), 4u);
}

TEST_F(CreditTest, GivesAClosedStreamNothingAndTheConnectionAll) {
  CreditState one;
  immediate_.open(&one, 1);
  data(&immediate_, &one, 10, false);
  data(&immediate_, &one, 20, true);
  immediate_.close(&one);
  EXPECT_EQ(immediate_.held(), 0u);
  EXPECT_EQ(take_all(&immediate_), (Increments{{0, 30}}));
}

TEST_F(CreditTest, WidensTheConnectionOnce) {
  Credit credit{{WindowPolicy::kHalfWindow, 1 << 20}};
  EXPECT_EQ(credit.take_initial_increment(), (1u << 20) - 65535);
  EXPECT_EQ(credit.window(), 1 << 20);
  EXPECT_FALSE(credit.any_due());
  Credit small{{WindowPolicy::kHalfWindow, 1}};
  EXPECT_EQ(small.take_initial_increment(), 0u);
}

TEST_F(CreditTest, GrowsToWhatThePathDelivers) {
  Credit credit{{WindowPolicy::kAutoTuned, kInitialWindow, 1 << 20}};
  CreditState one;
  credit.open(&one, 1);
  const int64_t base = kInitialWindow;
  ASSERT_TRUE(credit.receive(65535) && credit.receive(&one, base, 65535));
  EXPECT_TRUE(credit.measure(65535));
  credit.measured(kInitialWindow);
  EXPECT_EQ(credit.tuned(), 2u * 65535);
  credit.use(65535);
  credit.use(&one, base, 65535);
  ASSERT_TRUE(credit.any_due());
  const CreditDue connection = credit.take_due(base), stream = credit.take_due(base);
  EXPECT_EQ(connection.increment, 2u * 65535);
  EXPECT_EQ(stream.stream_id, 1u);
  EXPECT_EQ(stream.increment, 2u * 65535);
  EXPECT_EQ(one.full(base), 2 * 65535);
}

// Some peers limit the number of PINGs (§10.5).
TEST_F(CreditTest, PausesAfterFourMeasurementsInARowThatChangeNothing) {
  Credit credit{{WindowPolicy::kAutoTuned, kInitialWindow, 1 << 20}};
  const auto measures = [&credit](uint32_t octets) {
    if (!credit.measure(octets)) return false;
    credit.measured(kInitialWindow);
    return true;
  };
  const auto pauses_for = [&credit](uint32_t octets) {
    return !credit.measure(octets - 1) && credit.measure(1);
  };
  for (int i = 1; i <= 3; ++i) EXPECT_TRUE(measures(1)) << i;
  EXPECT_TRUE(measures(kInitialWindow))
      << "the window grows to twice as much, and the count begins anew";
  for (int i = 1; i <= 4; ++i) EXPECT_TRUE(measures(1)) << i;
  EXPECT_TRUE(pauses_for(2 * kInitialWindow * 16));
}

}  // namespace
}  // namespace headrace
