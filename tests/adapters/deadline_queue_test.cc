#include "headrace/adapters/loop/deadline_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <vector>

namespace headrace::adapters {
namespace {

TimePoint at(int seconds) { return TimePoint() + std::chrono::seconds(seconds); }

struct Timed : DeadlineQueue::Entry {};

TEST(DeadlineQueueTest, TakesWhatIsDueInOrder) {
  DeadlineQueue queue;
  std::array<Timed, 3> entries;
  queue.schedule(entries[0], at(30));
  queue.schedule(entries[1], at(10));
  queue.schedule(entries[2], at(20));
  EXPECT_EQ(queue.next(), at(10));
  EXPECT_EQ(queue.take_due(at(9)), nullptr);
  EXPECT_EQ(queue.take_due(at(25)), &entries[1]);
  EXPECT_EQ(queue.take_due(at(25)), &entries[2]);
  EXPECT_EQ(queue.take_due(at(25)), nullptr);
  EXPECT_EQ(queue.next(), at(30));
}

TEST(DeadlineQueueTest, ALaterDeadlineHoldsWhenTheFirstComesUp) {
  DeadlineQueue queue;
  Timed entry;
  queue.schedule(entry, at(10));
  queue.schedule(entry, at(50));
  EXPECT_LE(queue.next(), at(50));
  EXPECT_EQ(queue.take_due(at(49)), nullptr);
  EXPECT_EQ(queue.next(), at(50));
  EXPECT_EQ(queue.take_due(at(50)), &entry);
}

TEST(DeadlineQueueTest, AnEarlierDeadlineHoldsAtOnce) {
  DeadlineQueue queue;
  Timed entry, other;
  queue.schedule(other, at(20));
  queue.schedule(entry, at(50));
  queue.schedule(entry, at(10));
  EXPECT_EQ(queue.next(), at(10));
  EXPECT_EQ(queue.take_due(at(10)), &entry);
}

TEST(DeadlineQueueTest, NeverIsNever) {
  DeadlineQueue queue;
  Timed entry;
  queue.schedule(entry, TimePoint::max());
  EXPECT_EQ(queue.next(), TimePoint::max());
  queue.schedule(entry, at(10));
  queue.schedule(entry, TimePoint::max());
  EXPECT_EQ(queue.take_due(at(1000)), nullptr);
  EXPECT_EQ(queue.next(), TimePoint::max());
}

// Ten thousand random steps beside a list that is searched from end to end.
TEST(DeadlineQueueTest, AgreesWithASlowSecondOpinion) {
  std::mt19937 random(1);
  const auto below = [&](int bound) {
    return static_cast<int>(random() % static_cast<unsigned>(bound));
  };
  DeadlineQueue queue;
  std::vector<Timed> entries(50);
  std::vector<TimePoint> deadlines(entries.size(), TimePoint::max());
  int now = 0;
  for (int step = 0; step < 10'000; ++step) {
    const auto i = static_cast<size_t>(below(static_cast<int>(entries.size())));
    switch (below(4)) {
      case 0:
        queue.remove(entries[i]);
        deadlines[i] = TimePoint::max();
        break;
      case 1:
        now += below(20);
        break;
      default:
        deadlines[i] = at(now + below(100));
        queue.schedule(entries[i], deadlines[i]);
    }
    while (DeadlineQueue::Entry* due = queue.take_due(at(now))) {
      const auto taken = static_cast<size_t>(static_cast<Timed*>(due) - entries.data());
      ASSERT_LE(deadlines[taken], at(now)) << "step " << step;
      deadlines[taken] = TimePoint::max();
    }
    const TimePoint earliest = *std::min_element(deadlines.begin(), deadlines.end());
    ASSERT_GT(earliest, at(now)) << "step " << step << ": one that is due was not taken";
    ASSERT_LE(queue.next(), earliest) << "step " << step;
  }
}

}  // namespace
}  // namespace headrace::adapters
