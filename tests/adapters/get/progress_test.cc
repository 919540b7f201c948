#include "headrace/adapters/get/progress.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace headrace::get {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uint64_t kMiB = 1024 * 1024;

TEST(ProgressTest, OneTransferOfKnownSize) {
  const ProgressState state{.octets = 25 * kMiB, .expected = 100 * kMiB, .elapsed = seconds(5)};
  EXPECT_EQ(render_progress(state, 100),
            "[======>                 ]  25 %  25.0 MiB of 100.0 MiB  5.0 MiB/s  15.00 s left");
}

TEST(ProgressTest, AtItsBeginningAndAtItsEnd) {
  ProgressState state{.octets = 0, .expected = kMiB, .elapsed = seconds(2)};
  EXPECT_EQ(render_progress(state, 100),
            "[>                       ]   0 %  0 B of 1.0 MiB  0 B/s  2.00 s");
  state.octets = kMiB;
  EXPECT_EQ(render_progress(state, 100),
            "[========================] 100 %  1.0 MiB of 1.0 MiB  512.0 KiB/s  0.000 ms left");
}

TEST(ProgressTest, OneTransferOfUnknownSize) {
  const ProgressState state{.octets = 3 * kMiB, .elapsed = seconds(2)};
  EXPECT_EQ(render_progress(state, 100), "3.0 MiB  1.5 MiB/s  2.00 s");
}

TEST(ProgressTest, ManyAreCounted) {
  const ProgressState state{
      .done = 250, .total = 1000, .octets = 10 * kMiB, .elapsed = seconds(10)};
  EXPECT_EQ(render_progress(state, 100),
            "[======>                 ]  25 %  250 of 1000 requests  1.0 MiB/s  30.00 s left");
}

// A server may send more than was expected, and may have announced nothing.
TEST(ProgressTest, NeverMoreThanAll) {
  const ProgressState more{.octets = 3 * kMiB, .expected = kMiB, .elapsed = seconds(1)};
  EXPECT_NE(render_progress(more, 100).find("] 100 %  3.0 MiB of 1.0 MiB"), std::string::npos);
  const ProgressState nothing{.octets = 0, .expected = 0};
  EXPECT_EQ(render_progress(nothing, 100), "0 B of 0 B  0 B/s  0.000 ms");
}

TEST(ProgressTest, WhatDoesNotFitIsLeftOut) {
  const ProgressState state{.octets = 25 * kMiB, .expected = 100 * kMiB, .elapsed = seconds(5)};
  const std::string whole = render_progress(state, 1000);
  for (size_t width = 0; width <= whole.size(); ++width) {
    const std::string line = render_progress(state, width);
    EXPECT_LE(line.size(), width);
    EXPECT_TRUE(whole.starts_with(line)) << line;
  }
  EXPECT_EQ(render_progress(state, 40), "[======>                 ]  25 %");
}

TEST(ProgressClockTest, NothingInTheFirstSecondThenTenTimesASecond) {
  const ProgressClock::TimePoint start{};
  ProgressClock clock(start);
  EXPECT_FALSE(clock.is_due(start + milliseconds(999)));
  EXPECT_EQ(clock.next(), start + seconds(1));
  EXPECT_TRUE(clock.is_due(start + milliseconds(1250)));
  EXPECT_FALSE(clock.is_due(start + milliseconds(1349)));
  EXPECT_TRUE(clock.is_due(start + milliseconds(1350)));
}

}  // namespace
}  // namespace headrace::get
