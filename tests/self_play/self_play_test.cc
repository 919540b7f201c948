#include "tests/self_play/self_play.h"

#include <gtest/gtest.h>

#include <variant>

#include "tests/self_play/timed_play.h"
#include "tests/self_play/versions.h"

// What `bazel run //tests/self_play` plays for longer.

namespace headrace::self_play {
namespace {

constexpr uint64_t kSteps = 10000;
constexpr uint64_t kSeeds = 8;

class SelfPlay : public testing::TestWithParam<uint64_t> {};

TEST_P(SelfPlay, HoldsInAllModes) { EXPECT_EQ(play_and_compare(GetParam(), kSteps).failure, ""); }

INSTANTIATE_TEST_SUITE_P(Seeds, SelfPlay, testing::Range(uint64_t{1}, kSeeds + 1));

// The same exchanges in both versions of HTTP.
class BothVersions : public testing::TestWithParam<uint64_t> {};

TEST_P(BothVersions, TellTheSameMessages) {
  EXPECT_EQ(play_in_both_versions(GetParam(), /*games=*/100), "");
}

INSTANTIATE_TEST_SUITE_P(Seeds, BothVersions, testing::Range(uint64_t{1}, kSeeds + 1));

// With all deadlines.
class VirtualTime : public testing::TestWithParam<uint64_t> {};

TEST_P(VirtualTime, HoldsToTheEnd) { EXPECT_EQ(play_in_time(GetParam(), /*games=*/300), ""); }

INSTANTIATE_TEST_SUITE_P(Seeds, VirtualTime, testing::Range(uint64_t{1}, kSeeds + 1));

// A game in which little happens would show little.
TEST(SelfPlayGame, TellsOfEverything) {
  EventCounts told{};
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Outcome outcome = play(seed, kSteps, Modes{}, /*tracing=*/false);
    for (size_t i = 0; i < told.size(); ++i) told[i] += outcome.events[i];
  }
  for (size_t i = 1; i < told.size(); ++i) {
    // What no application here asks for.
    if (i == Event(AltSvcReceived{}).index() || i == Event(OriginReceived{}).index()) continue;
    EXPECT_GT(told[i], 0u) << "no event of alternative " << i << " of Event";
  }
}

}  // namespace
}  // namespace headrace::self_play
