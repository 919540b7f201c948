#include "headrace/protocol/stream/stream_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace headrace {
namespace {

TEST(StreamTable, FindsWhatItHoldsAndNothingElse) {
  Ledger ledger(1 << 20);
  StreamTable table(&ledger);
  EXPECT_EQ(table.find(1), nullptr);
  Stream* one = table.create(1);
  Stream* three = table.create(3);
  EXPECT_EQ(table.find(1), one);
  EXPECT_EQ(table.find(3), three);
  EXPECT_EQ(table.find(5), nullptr);
  table.erase(one);
  EXPECT_EQ(table.find(1), nullptr);
  EXPECT_EQ(table.find(3), three);
}

TEST(StreamTable, KeepsTheOrderOfCreation) {
  Ledger ledger(1 << 20);
  StreamTable table(&ledger);
  for (StreamId id : {9u, 11u, 1001u, 1003u}) ASSERT_NE(table.create(id), nullptr);
  table.erase(table.find(11));
  std::vector<StreamId> ids;
  for (Stream* s = table.oldest(); s != nullptr; s = StreamTable::next(s)) ids.push_back(s->id);
  EXPECT_EQ(ids, (std::vector<StreamId>{9, 1001, 1003}));
}

// Random creations and erasures against std::map. Among the ids of tables that are nearly full some
// collide, so the backward shift of a deletion is exercised.
TEST(StreamTable, AgreesWithAMapOverRandomOperations) {
  std::mt19937 random(7541);
  Ledger ledger(16 << 20);
  StreamTable table(&ledger);
  std::map<StreamId, Stream*> expected;
  for (int i = 0; i < 20000; ++i) {
    StreamId id = (random() % 128) * 2 + 1;
    auto found = expected.find(id);
    ASSERT_EQ(table.find(id), found == expected.end() ? nullptr : found->second);
    if (found == expected.end()) {
      expected[id] = table.create(id);
      ASSERT_NE(expected[id], nullptr);
    } else if (random() % 2 == 0) {
      table.erase(found->second);
      expected.erase(found);
    }
    ASSERT_EQ(table.size(), expected.size());
  }
  for (auto& [id, stream] : expected) EXPECT_EQ(table.find(id), stream);
}

TEST(StreamTable, AsksTheLedgerBeforeItGrowsAndRefundsAll) {
  Ledger ledger(1 << 20);
  {
    StreamTable table(&ledger);
    ASSERT_NE(table.create(1), nullptr);
    EXPECT_GT(ledger.live(), sizeof(Stream));
    ledger.refuse_reservation(ledger.reservations() + 1);
    StreamId id = 3;
    while (table.create(id) != nullptr) id += 2;
    EXPECT_GT(id, 3u);
    EXPECT_NE(table.find(1), nullptr);
    EXPECT_EQ(table.find(id), nullptr);
    EXPECT_NE(table.create(id), nullptr) << "a refusal is not for ever";
  }
  EXPECT_EQ(ledger.live(), 0u);
}

TEST(StreamTable, TrimsWhenEmpty) {
  Ledger ledger(1 << 20);
  StreamTable table(&ledger);
  Stream* stream = table.create(1);
  table.trim();
  EXPECT_EQ(table.find(1), stream);
  table.erase(stream);
  table.trim();
  EXPECT_EQ(ledger.live(), 0u);
  EXPECT_NE(table.create(3), nullptr);
}

}  // namespace
}  // namespace headrace
