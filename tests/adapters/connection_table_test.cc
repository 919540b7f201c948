#include "headrace/adapters/loop/connection_table.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>

namespace headrace::adapters {
namespace {

struct Record {
  ~Record() {
    if (at_end) at_end();
  }
  ConnectionId id;
  std::function<void()> at_end;
};

using Table = ConnectionTable<Record>;

TEST(ConnectionTableTest, FindsWhatItOwns) {
  Table table;
  Record& a = table.add(std::make_unique<Record>());
  Record& b = table.add(std::make_unique<Record>());
  EXPECT_EQ(table.find(a.id), &a);
  EXPECT_EQ(table.find(b.id), &b);
  EXPECT_EQ(table.find({.slot = 2, .generation = 0}), nullptr);
}

TEST(ConnectionTableTest, TheNextOneInASlotHasAnotherId) {
  Table table;
  const ConnectionId first = table.add(std::make_unique<Record>()).id;
  table.take(first);
  EXPECT_EQ(table.find(first), nullptr);
  const ConnectionId second = table.add(std::make_unique<Record>()).id;
  EXPECT_EQ(second.slot, first.slot);
  EXPECT_EQ(table.find(first), nullptr);
  EXPECT_NE(table.find(second), nullptr);
}

TEST(ConnectionTableTest, OneMayBeAddedWhileAnotherIsDestroyed) {
  Table table;
  Record& first = table.add(std::make_unique<Record>());
  const ConnectionId id = first.id;
  first.at_end = [&] {
    EXPECT_EQ(table.find(id), nullptr);
    for (int i = 0; i < 100; ++i) table.add(std::make_unique<Record>());
  };
  table.take(id).reset();
  EXPECT_EQ(table.slots(), 100);
}

TEST(ConnectionTableTest, AGenerationIsBackAfterAMillion) {
  Table table;
  const ConnectionId first = table.add(std::make_unique<Record>()).id;
  table.take(first);
  int taken = 1;
  while (true) {
    const ConnectionId id = table.add(std::make_unique<Record>()).id;
    if (id == first) break;
    table.take(id);
    ++taken;
  }
  EXPECT_EQ(taken, 1 << ConnectionId::kGenerationBits);
}

TEST(ConnectionIdTest, TravelsAsANumber) {
  constexpr uint32_t kLastSlot = (1u << ConnectionId::kSlotBits) - 1;
  constexpr uint32_t kLastGeneration = (1u << ConnectionId::kGenerationBits) - 1;
  for (const ConnectionId id : {ConnectionId{0, 0}, ConnectionId{1, 0}, ConnectionId{0, 1},
                                ConnectionId{kLastSlot, kLastGeneration}}) {
    EXPECT_EQ(ConnectionId::from(id.value()), id);
    EXPECT_LT(id.value(), uint64_t{1} << ConnectionId::kBits);
  }
}

}  // namespace
}  // namespace headrace::adapters
