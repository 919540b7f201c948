#include "headrace/memory/slab_pool.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace headrace {
namespace {

struct Record {
  Record() = default;
  explicit Record(std::shared_ptr<int> owned) : owner(std::move(owned)) {}

  std::shared_ptr<int> owner;
  uint64_t octets[8] = {};
};

TEST(SlabPool, RecordsKeepTheirPlacesAndLeaveThemToOthers) {
  Ledger ledger(1 << 20);
  SlabPool<Record> pool(&ledger);
  std::vector<Record*> records;
  for (uint64_t i = 0; i < 100; ++i) {
    records.push_back(pool.create());
    ASSERT_NE(records.back(), nullptr);
    records.back()->octets[7] = i;
  }
  for (uint64_t i = 0; i < 100; ++i) EXPECT_EQ(records[i]->octets[7], i);
  EXPECT_EQ(std::set<Record*>(records.begin(), records.end()).size(), 100u);
  const uint64_t reservations = ledger.reservations();
  for (int round = 0; round < 3; ++round) {
    for (size_t i = 0; i < 100; i += 3) pool.destroy(records[i]);
    for (size_t i = 0; i < 100; i += 3) records[i] = pool.create();
  }
  EXPECT_EQ(ledger.reservations(), reservations) << "the places are recycled";
  EXPECT_EQ(records[0]->octets[7], 0u) << "a record is a new one";
  for (Record* record : records) pool.destroy(record);
  EXPECT_EQ(pool.size(), 0u);
}

TEST(SlabPool, DestroysWhatARecordOwns) {
  Ledger ledger(1 << 20);
  SlabPool<Record> pool(&ledger);
  const auto owned = std::make_shared<int>(1);
  Record* record = pool.create(owned);
  EXPECT_EQ(owned.use_count(), 2);
  pool.destroy(record);
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(SlabPool, AsksTheLedgerAndRefunds) {
  Ledger ledger(2000);
  {
    SlabPool<Record> pool(&ledger);
    std::vector<Record*> records;
    while (Record* record = pool.create()) records.push_back(record);
    EXPECT_EQ(records.size(), SlabPool<Record>::kFirst);
    pool.trim();
    EXPECT_GT(ledger.live(), 0u) << "there are records";
    for (Record* record : records) pool.destroy(record);
    pool.trim();
    EXPECT_EQ(ledger.live(), 0u);
    records = {pool.create()};
    ASSERT_NE(records[0], nullptr) << "a refusal is not for ever";
    pool.destroy(records[0]);
  }
  EXPECT_EQ(ledger.live(), 0u);
}

}  // namespace
}  // namespace headrace
