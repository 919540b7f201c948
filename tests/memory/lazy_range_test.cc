#include "headrace/memory/lazy_range.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "headrace/memory/recycler.h"

namespace headrace {
namespace {

struct Count {
  int value;
};
using Number = std::variant<std::monostate, Count>;
void own(Number&) {}
[[maybe_unused]] void retire(Number&) {}

// Counts from `first` to `last`.
class Counter {
 public:
  using Range = LazyRange<Counter, Number>;

  Range count(int first, int last) {
    live_.end();
    next_ = first;
    last_ = last;
    return Range(&live_);
  }
  int next() const { return next_; }
  int ranges_ended() const { return ranges_ended_; }
  uint64_t implicit_keeps() const { return recycler_.implicit_keeps(); }

 private:
  friend Range;
  const Number* step() {
    recycler_.detach_held();
    if (next_ > last_) return nullptr;
    return recycler_.make(Count{next_++});
  }
  void end_of_range() {
    recycler_.detach_held();
    ++ranges_ended_;
  }

  Recycler<Number> recycler_{Allocation::kReuse};
  Range::Live live_{this};
  int next_ = 0;
  int last_ = 0;
  int ranges_ended_ = 0;
};

int value(const Recycled<Number>& number) { return std::get<Count>(*number).value; }

TEST(LazyRange, IsAnInputRange) {
  static_assert(std::input_iterator<Counter::Range::Iterator>);
  static_assert(std::sentinel_for<std::default_sentinel_t, Counter::Range::Iterator>);
  static_assert(!std::is_copy_constructible_v<Counter::Range>);
  static_assert(!std::is_move_constructible_v<Counter::Range>);
}

TEST(LazyRange, MakesOneProductAStep) {
  Counter counter;
  std::vector<int> seen;
  for (Recycled<Number> number : counter.count(1, 3)) {
    seen.push_back(value(number));
    EXPECT_EQ(counter.next(), value(number) + 1) << "nothing is made ahead of the loop";
  }
  EXPECT_EQ(seen, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(counter.ranges_ended(), 1);
}

TEST(LazyRange, ProductsThatAreNotTakenAreDropped) {
  Counter counter;
  int steps = 0;
  auto range = counter.count(1, 3);
  for (auto it = range.begin(); it != range.end(); ++it) ++steps;
  EXPECT_EQ(steps, 3);
  EXPECT_EQ(counter.implicit_keeps(), 0u) << "nobody held them";
}

TEST(LazyRange, AProductThatIsNotTakenIsDroppedAtTheEnd) {
  Counter counter;
  {
    auto range = counter.count(1, 3);
    range.begin();
  }
  EXPECT_EQ(counter.ranges_ended(), 1);
  EXPECT_EQ(counter.implicit_keeps(), 0u) << "nobody held it";
}

TEST(LazyRange, AnEmptyOneEndsAtOnce) {
  Counter counter;
  for (Recycled<Number> number : counter.count(1, 0)) FAIL() << value(number);
  EXPECT_EQ(counter.ranges_ended(), 1);
}

TEST(LazyRange, LeavingEarlyEndsIt) {
  Counter counter;
  for (Recycled<Number> number : counter.count(1, 9)) {
    if (value(number) == 2) break;
  }
  EXPECT_EQ(counter.ranges_ended(), 1);
  EXPECT_EQ(counter.next(), 3) << "3 was never made";
}

TEST(LazyRange, OneThatIsNeverWalkedEndsToo) {
  Counter counter;
  { auto range = counter.count(1, 9); }
  EXPECT_EQ(counter.ranges_ended(), 1);
  EXPECT_EQ(counter.next(), 1);
}

TEST(LazyRange, StartingAnotherEndsTheOneBefore) {
  Counter counter;
  std::vector<int> outer;
  std::vector<int> inner;
  for (Recycled<Number> number : counter.count(1, 9)) {
    outer.push_back(value(number));
    for (Recycled<Number> other : counter.count(100, 101)) inner.push_back(value(other));
    EXPECT_EQ(counter.ranges_ended(), 2);
  }
  EXPECT_EQ(outer, (std::vector<int>{1}));
  EXPECT_EQ(inner, (std::vector<int>{100, 101}));
  EXPECT_EQ(counter.ranges_ended(), 2) << "each range ends once";
}

TEST(LazyRange, TheSourceMayBeDestroyedInTheLoop) {
  auto counter = std::make_unique<Counter>();
  int steps = 0;
  for (Recycled<Number> number : counter->count(1, 9)) {
    ++steps;
    counter.reset();
    EXPECT_EQ(value(number), 1) << "a handle that is still held stays good";
  }
  EXPECT_EQ(steps, 1);
}

}  // namespace
}  // namespace headrace
