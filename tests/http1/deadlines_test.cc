#include "headrace/protocol/http1/deadlines.h"

#include <gtest/gtest.h>

namespace headrace::http1 {
namespace {

using namespace std::chrono_literals;

TEST(Http1Deadlines, NextIsTheEarliestThatRuns) {
  const TimePoint start{};
  Deadlines deadlines(Limits{}, 0, start);
  EXPECT_EQ(deadlines.next(), start + 10s);  // preface_timeout
  deadlines.stop(Deadline::kFirst);
  EXPECT_EQ(deadlines.next(), TimePoint::max());
  deadlines.set(Deadline::kIdle, true, start + 1s);
  deadlines.set(Deadline::kIdle, true, start + 2s);
  EXPECT_EQ(deadlines.next(), start + 181s) << "it goes on running";
  deadlines.set(Deadline::kSection, true, start + 2s);
  EXPECT_EQ(deadlines.next(), start + 12s);
  EXPECT_FALSE(deadlines.has_passed(Deadline::kSection, start + 11s));
  EXPECT_TRUE(deadlines.has_passed(Deadline::kSection, start + 12s));
  const LimitHit hit = deadlines.hit(Limit::kFieldBlockTimeout, Deadline::kSection, start + 13s);
  EXPECT_EQ(hit.bound, 10'000u);
  EXPECT_EQ(hit.observed, 11'000u);
}

TEST(Http1Deadlines, ZeroNeverRuns) {
  Limits limits;
  limits.preface_timeout = limits.idle_timeout = 0ms;
  Deadlines deadlines(limits, 0, TimePoint{});
  deadlines.start(Deadline::kIdle, TimePoint{});
  EXPECT_EQ(deadlines.next(), TimePoint::max());
}

TEST(Http1Deadlines, AMillisecondRuns) {
  Limits limits;
  limits.preface_timeout = 1ms;
  EXPECT_EQ(Deadlines(limits, 0, TimePoint{}).next(), TimePoint{} + 1ms);
}

// limits.h keepalive_interval, keepalive_timeout: there is no PING to ask with between the two.
TEST(Http1Deadlines, AnAnswerIsAwaitedWhereAPeerWouldBeAsked) {
  Limits limits;
  limits.preface_timeout = 0ms;
  limits.keepalive_interval = 1ms;
  limits.keepalive_timeout = 7s;
  Deadlines asks(limits, 0, TimePoint{});
  asks.start(Deadline::kAnswer, TimePoint{});
  EXPECT_EQ(asks.next(), TimePoint{} + 7s + 1ms);
  limits.keepalive_interval = 0ms;
  Deadlines waits(limits, 0, TimePoint{});
  waits.start(Deadline::kAnswer, TimePoint{});
  EXPECT_EQ(waits.next(), TimePoint::max());
}

}  // namespace
}  // namespace headrace::http1
