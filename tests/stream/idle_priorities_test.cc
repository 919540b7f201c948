#include "headrace/protocol/stream/idle_priorities.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace headrace {
namespace {

constexpr size_t kPlenty = 1 << 20;

void say(IdlePriorities* idle, StreamId id, const Priority& priority) {
  IdlePriorities::Entry* entry = idle->find(id);
  if (entry == nullptr) entry = idle->add(id);
  ASSERT_NE(entry, nullptr);
  ASSERT_EQ(entry->id, id);
  entry->priority = priority;
}

TEST(IdlePriorities, TheLatestOfEachIsApplied) {
  Ledger ledger(kPlenty);
  IdlePriorities idle(&ledger);
  EXPECT_EQ(idle.open(1), std::nullopt);
  say(&idle, 5, {1, false});
  say(&idle, 3, {7, true});
  say(&idle, 5, {0, true});
  EXPECT_EQ(idle.size(), 2u);
  EXPECT_EQ(idle.open(3), (Priority{7, true}));
  EXPECT_EQ(idle.open(5), (Priority{0, true}));
  EXPECT_EQ(idle.size(), 0u);
}

// RFC 9113 §5.1.1: they can no longer be opened.
TEST(IdlePriorities, LowerIdsAreForgotten) {
  Ledger ledger(kPlenty);
  IdlePriorities idle(&ledger);
  for (StreamId id : {9, 1, 5, 13}) say(&idle, id, {2, false});
  EXPECT_EQ(idle.open(7), std::nullopt);
  EXPECT_EQ(idle.size(), 2u);
  EXPECT_EQ(idle.find(5), nullptr);
  EXPECT_NE(idle.find(9), nullptr);
  EXPECT_EQ(idle.open(13), (Priority{2, false}));
  EXPECT_EQ(idle.size(), 0u);
}

TEST(IdlePriorities, MemoryIsAccountedForAndGivenBack) {
  Ledger ledger(kPlenty);
  {
    IdlePriorities idle(&ledger);
    EXPECT_EQ(ledger.live(), 0u);
    for (StreamId id = 1; id < 200; id += 2) say(&idle, id, {1, false});
    EXPECT_GE(ledger.live(), 100 * sizeof(IdlePriorities::Entry));
    idle.trim();
    EXPECT_EQ(idle.size(), 100u) << "what is still to be applied stays";
    idle.open(999);
    idle.trim();
    EXPECT_EQ(ledger.live(), 0u);
    say(&idle, 1001, {1, false});
    EXPECT_GT(ledger.live(), 0u);
  }
  EXPECT_EQ(ledger.live(), 0u);
}

TEST(IdlePriorities, ARefusalLeavesWhatWasThere) {
  Ledger ledger(8 * sizeof(IdlePriorities::Entry));
  IdlePriorities idle(&ledger);
  for (StreamId id = 1; id <= 15; id += 2) say(&idle, id, {1, false});
  EXPECT_EQ(idle.add(17), nullptr);
  EXPECT_EQ(idle.size(), 8u);
  EXPECT_EQ(idle.open(1), (Priority{1, false}));
  EXPECT_NE(idle.add(17), nullptr);
}

TEST(IdlePriorities, DoesWhatAMapDoes) {
  Ledger ledger(kPlenty);
  IdlePriorities idle(&ledger);
  std::map<StreamId, Priority> expected;
  std::mt19937 random(7);
  StreamId opened = 0;
  for (int step = 0; step < 5000; ++step) {
    const StreamId id = opened + 1 + random() % 40;
    if (random() % 5 != 0) {
      const Priority priority{static_cast<uint8_t>(random() % 8), random() % 2 == 0};
      say(&idle, id, priority);
      expected[id] = priority;
    } else {
      const auto found = expected.find(id);
      const std::optional<Priority> priority = idle.open(id);
      ASSERT_EQ(priority.has_value(), found != expected.end());
      if (priority.has_value()) {
        ASSERT_EQ(*priority, found->second);
      }
      expected.erase(expected.begin(), expected.upper_bound(id));
      opened = id;
    }
    ASSERT_EQ(idle.size(), expected.size());
  }
}

}  // namespace
}  // namespace headrace
