#include "headrace/protocol/http2/deadlines.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace headrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Situation kBusy{.has_streams = true};
constexpr bool kMore = true, kExact = true;

class DeadlinesTest : public testing::Test {
 protected:
  DeadlinesTest() {
    limits_.preface_timeout = seconds(10);
    limits_.settings_ack_timeout = seconds(30);
    limits_.keepalive_interval = seconds(20);
    limits_.keepalive_timeout = seconds(5);
    limits_.idle_timeout = seconds(180);
  }
  static TimePoint at(int64_t second) { return TimePoint(seconds(second)); }

  Limits limits_;
};

TEST_F(DeadlinesTest, ADeadlineOfZeroIsSwitchedOff) {
  limits_.preface_timeout = milliseconds(0);
  const Deadlines deadlines(limits_, 0, at(0));
  EXPECT_EQ(deadlines.at(Deadline::kPreface, {}), TimePoint::max());
}

TEST_F(DeadlinesTest, AnAnswerIsWaitedForFromWhenTheQuestionHasLeft) {
  Deadlines deadlines(limits_, 0, at(0));
  deadlines.ask(Deadline::kKeepaliveAnswer, /*end_offset=*/100, at(20));
  EXPECT_EQ(deadlines.at(Deadline::kKeepaliveAnswer, kBusy), at(25));
  deadlines.sent(99, !kMore, at(22), kExact);
  EXPECT_EQ(deadlines.at(Deadline::kKeepaliveAnswer, kBusy), at(25));
  deadlines.sent(100, !kMore, at(23), kExact);
  EXPECT_EQ(deadlines.at(Deadline::kKeepaliveAnswer, kBusy), at(28));
  // What goes out into a transport with room for everything is no sign of life.
  deadlines.sent(200, !kMore, at(27), kExact);
  EXPECT_EQ(deadlines.at(Deadline::kKeepaliveAnswer, kBusy), at(28));
}

TEST_F(DeadlinesTest, SilenceBeforeAStreamIsNoneOfThePeers) {
  Deadlines deadlines(limits_, 0, at(0));
  deadlines.began(at(100));
  EXPECT_EQ(deadlines.at(Deadline::kKeepalive, kBusy), at(120));
  limits_.keepalive_while_idle = true;
  deadlines.began(at(110));
  EXPECT_EQ(deadlines.at(Deadline::kKeepalive, kBusy), at(120));
}

TEST_F(DeadlinesTest, WhatATransportTakesWhileMoreWaitsIsASignOfLife) {
  Deadlines deadlines(limits_, 0, at(0));
  deadlines.ask(Deadline::kKeepaliveAnswer, 1000, at(20));
  for (int64_t second = 21; second < 60; ++second) {
    deadlines.sent(static_cast<uint64_t>(second), kMore, at(second), kExact);
    EXPECT_EQ(deadlines.at(Deadline::kKeepaliveAnswer, kBusy), at(second + 5));
  }
  deadlines.received(at(60));
  EXPECT_FALSE(deadlines.runs(Deadline::kKeepaliveAnswer));
  EXPECT_EQ(deadlines.at(Deadline::kKeepalive, kBusy), at(80));
}

TEST_F(DeadlinesTest, AnAcknowledgementOfSettingsWaitsBehindOtherInput) {
  Deadlines deadlines(limits_, 0, at(0));
  deadlines.ask(Deadline::kSettingsAck, 9, at(0));
  deadlines.sent(9, !kMore, at(7), kExact);
  EXPECT_EQ(deadlines.at(Deadline::kSettingsAck, {}), at(37));
  deadlines.received(at(10));
  EXPECT_EQ(deadlines.at(Deadline::kSettingsAck, {}), at(40));
  deadlines.stop(Deadline::kSettingsAck);
  deadlines.received(at(11));
  EXPECT_FALSE(deadlines.runs(Deadline::kSettingsAck));
}

// Without its time, what left may have left later than at `now`; whoever is told that it wants the
// time and tells it at once, is exact.
TEST_F(DeadlinesTest, WhatLeftAtAnUnknownTimeCountsFromTheNextThatIsTold) {
  Deadlines deadlines(limits_, 0, at(0));
  deadlines.stop(Deadline::kPreface);
  deadlines.ask(Deadline::kKeepaliveAnswer, 100, at(20));
  EXPECT_FALSE(deadlines.wants_time());
  deadlines.sent(100, !kMore, at(20), !kExact);
  EXPECT_TRUE(deadlines.wants_time());
  deadlines.told(at(24));
  EXPECT_FALSE(deadlines.wants_time());
  EXPECT_EQ(deadlines.at(Deadline::kKeepaliveAnswer, kBusy), at(29));
}

// ... however long ago the last time was told: an application may have been silent before.
TEST_F(DeadlinesTest, ATimeThatIsToldLateIsTheApplications) {
  Deadlines deadlines(limits_, 0, at(0));
  deadlines.stop(Deadline::kPreface);
  deadlines.ask(Deadline::kKeepaliveAnswer, 100, at(20));
  deadlines.sent(100, !kMore, at(20), !kExact);
  deadlines.told(at(80));
  EXPECT_EQ(deadlines.at(Deadline::kKeepaliveAnswer, kBusy), at(85));
}

TEST_F(DeadlinesTest, IdleConnectionsAreAskedOnlyIfThatIsWanted) {
  EXPECT_EQ(Deadlines(limits_, 0, at(0)).at(Deadline::kKeepalive, {}), TimePoint::max());
  limits_.keepalive_while_idle = true;
  EXPECT_EQ(Deadlines(limits_, 0, at(0)).at(Deadline::kKeepalive, {}), at(20));
}

TEST_F(DeadlinesTest, NobodyIsIdleWithAStreamNorGoingAway) {
  Deadlines deadlines(limits_, 0, at(0));
  EXPECT_EQ(deadlines.at(Deadline::kIdle, {}), at(180));
  EXPECT_EQ(deadlines.at(Deadline::kIdle, kBusy), TimePoint::max());
  EXPECT_EQ(deadlines.at(Deadline::kIdle, {.shutting_down = true}), TimePoint::max());
  // The end of the last response is still on its way; a PING of ours would not count.
  EXPECT_EQ(deadlines.at(Deadline::kIdle, {.data_left = at(20)}), at(200));
  deadlines.sent(7, kMore, at(60), kExact);
  EXPECT_EQ(deadlines.at(Deadline::kIdle, {}), at(180));
}

TEST_F(DeadlinesTest, AFieldBlockIsNotLateWhileNothingIsRead) {
  Deadlines deadlines(limits_, 0, at(0));
  deadlines.start(Deadline::kFieldBlock, at(1));
  deadlines.sent(50, kMore, at(9), kExact);
  EXPECT_EQ(deadlines.at(Deadline::kFieldBlock, kBusy), at(11));
  EXPECT_EQ(deadlines.at(Deadline::kFieldBlock, {.holds_input = true}), at(19));
}

TEST_F(DeadlinesTest, StallsAreShorterUnderPressure) {
  limits_.stream_stall_timeout = seconds(300);
  limits_.stream_stall_timeout_under_pressure = seconds(30);
  const Deadlines deadlines(limits_, 0, at(0));
  EXPECT_EQ(deadlines.at(Deadline::kStall, kBusy), TimePoint::max());
  EXPECT_EQ(deadlines.at(Deadline::kStall, {.stalled_since = at(7)}), at(307));
  EXPECT_EQ(deadlines.at(Deadline::kStall, {.pressed = true, .stalled_since = at(7)}), at(37));
}

TEST_F(DeadlinesTest, ASeedSpreadsTheAgeByATenth) {
  limits_.connection_age = seconds(1000);
  EXPECT_EQ(Deadlines(limits_, 0, at(0)).at(Deadline::kAge, {}), at(1000));
  std::set<TimePoint> ages;
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    const TimePoint age = Deadlines(limits_, seed, at(0)).at(Deadline::kAge, {});
    EXPECT_GE(age, at(900));
    EXPECT_LE(age, at(1100));
    ages.insert(age);
  }
  EXPECT_GT(ages.size(), 950u);
  EXPECT_LT(*ages.begin(), at(905));
  EXPECT_GT(*ages.rbegin(), at(1095));
}

TEST_F(DeadlinesTest, TheNextIsTheEarliest) {
  Deadlines deadlines(limits_, 0, at(0));
  EXPECT_EQ(deadlines.next({}), at(10));  // preface
  deadlines.stop(Deadline::kPreface);
  EXPECT_EQ(deadlines.next({}), at(180));
  EXPECT_EQ(deadlines.next(kBusy), at(20));
}

// The cheap question is never wrong in the direction that matters: no deadline is missed, whatever
// the situation, and whatever happened before.
TEST_F(DeadlinesTest, NoneHasPassedWhereItSaysSo) {
  limits_.stream_stall_timeout = seconds(60);
  limits_.stream_stall_timeout_under_pressure = seconds(15);
  limits_.connection_age = seconds(300);
  std::mt19937 random(1);
  const auto below = [&](int bound) {
    return static_cast<int>(random() % static_cast<unsigned>(bound));
  };
  int said_so = 0;
  for (int run = 0; run < 200; ++run) {
    Deadlines deadlines(limits_, 0, at(0));
    TimePoint now = at(0);
    for (int step = 0; step < 100; ++step) {
      now += seconds(below(3));
      const auto deadline = static_cast<Deadline>(below(static_cast<int>(kDeadlines)));
      switch (below(7)) {
        case 0:
          deadlines.start(deadline, now);
          break;
        case 1:
          deadlines.ask(deadline, 100, now);
          break;
        case 2:
          deadlines.stop(deadline);
          break;
        case 3:
          deadlines.received(now);
          break;
        case 4:
          deadlines.used(now);
          break;
        case 5:
          deadlines.sent(100, below(2) == 0, now, below(2) == 0);
          deadlines.told(now);
          break;
        case 6:
          deadlines.look_again();
          break;
      }
      const TimePoint stalled = below(2) == 0 ? TimePoint::max() : now - seconds(below(30));
      if (!deadlines.none_has_passed(now, stalled)) continue;
      ++said_so;
      for (int bits = 0; bits < 16; ++bits) {
        const Situation situation{.has_streams = (bits & 1) != 0,
                                  .shutting_down = (bits & 2) != 0,
                                  .pressed = (bits & 4) != 0,
                                  .holds_input = (bits & 8) != 0,
                                  .stalled_since = stalled};
        ASSERT_GT(deadlines.next(situation), now) << "run " << run << ", step " << step;
      }
    }
  }
  EXPECT_GT(said_so, 1000) << "it says so often, or it would be of no use";
}

}  // namespace
}  // namespace headrace
