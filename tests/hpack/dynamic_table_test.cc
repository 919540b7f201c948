#include "headrace/hpack/dynamic_table.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "headrace/field/field_name.h"
#include "tests/hpack/codec.h"
#include "tests/reference/hpack.h"

// RFC 7541 §2.3.2 and §4, against the naive table, and where the bytes lie.
namespace headrace::hpack {
namespace {

using reference::HeaderField;

bool insert(DynamicTable* table, std::string_view name, std::string_view value) {
  const DynamicTable::Plan plan =
      table->plan(static_cast<uint32_t>(name.size()), static_cast<uint32_t>(value.size()));
  return table->insert(plan, name, value, FieldName::kOther, FieldSyntax::kValid);
}

TEST(DynamicTable, AnEntryCountsThirtyTwoOctetsMore) {
  Ledger ledger(1 << 20);
  DynamicTable table(&ledger);
  ASSERT_TRUE(insert(&table, "custom-key", "custom-header"));
  EXPECT_EQ(table.size(), 55u);  // RFC 7541 C.2.1
  EXPECT_EQ(table.count(), 1u);
}

TEST(DynamicTable, KeepsTokenAndVerdict) {
  Ledger ledger(1 << 20);
  DynamicTable table(&ledger);
  ASSERT_TRUE(
      table.insert(table.plan(4, 1), "date", "x", FieldName::kDate, FieldSyntax::kPaddedValue));
  EXPECT_EQ(table.entry(0).known_name, FieldName::kDate);
  EXPECT_EQ(table.entry(0).syntax, FieldSyntax::kPaddedValue);
}

// Any sequence of insertions and changes of size: the same entries as the naive table, and a ring
// that never grows beyond twice the maximum.
TEST(DynamicTable, AgreesWithTheNaiveTable) {
  for (uint32_t seed = 0; seed < 30; ++seed) {
    std::mt19937 random(seed);
    Ledger ledger(1 << 20);
    DynamicTable table(&ledger);
    reference::HpackTable naive;
    const uint32_t longest = 1 + random() % 2000;
    for (int i = 0; i < 1500; ++i) {
      if (random() % 200 == 0) {
        const uint32_t max_size = random() % 6000;
        table.set_max_size(max_size);
        naive.set_max_size(max_size);
      }
      HeaderField field{std::string(random() % 3 == 0 ? random() % longest : random() % 8, 'n'),
                        std::string(random() % 5 == 0 ? random() % longest : random() % 8,
                                    static_cast<char>('a' + i % 26))};
      naive.insert(field);
      if (DynamicTable::entry_size(field.name.size(), field.value.size()) > table.max_size()) {
        table.clear();
      } else {
        ASSERT_TRUE(insert(&table, field.name, field.value));
      }
      ASSERT_EQ(table.size(), naive.size());
      ASSERT_EQ(to_list(table), to_list(naive)) << "seed " << seed << ", insertion " << i;
    }
    EXPECT_LE(ledger.peak(), 2 * 6000u + 16 * 256u);
  }
}

// RFC 7541 §4.3, §4.4: to the octet. Three entries, each maximum size that leaves some of them or
// none, and one more entry of each size that just fits, or does not, beside what is left.
TEST(DynamicTable, EvictsNoMoreAndNoLessThanItHasTo) {
  const std::vector<HeaderField> three = {{"a", "1"}, {"bb", "22"}, {"ccc", "333"}};
  constexpr uint32_t kAll = 34 + 36 + 38;
  for (uint32_t max_size = 0; max_size <= kAll + 1; ++max_size) {
    for (uint32_t added = 0; added <= max_size; ++added) {
      Ledger ledger(1 << 20);
      DynamicTable table(&ledger);
      reference::HpackTable naive;
      for (const HeaderField& field : three) {
        ASSERT_TRUE(insert(&table, field.name, field.value));
        naive.insert(field);
      }
      table.set_max_size(max_size);
      naive.set_max_size(max_size);
      ASSERT_EQ(to_list(table), to_list(naive)) << max_size;
      ASSERT_EQ(table.size(), naive.size()) << max_size;
      if (added < DynamicTable::entry_size(0, 0)) continue;
      const HeaderField field{"", std::string(added - DynamicTable::entry_size(0, 0), 'v')};
      ASSERT_TRUE(insert(&table, field.name, field.value));
      naive.insert(field);
      ASSERT_EQ(to_list(table), to_list(naive)) << max_size << ", " << added;
      ASSERT_EQ(table.size(), naive.size()) << max_size << ", " << added;
    }
  }
}

TEST(DynamicTable, TheNameMayLieInAnEntryThatIsEvicted) {
  for (uint32_t name_size = 1; name_size < 2500; name_size += 83) {
    Ledger ledger(1 << 20);
    DynamicTable table(&ledger);
    const std::string name(name_size, 'n');
    ASSERT_TRUE(insert(&table, name, "0"));
    for (int i = 1; i < 50; ++i) {
      const std::string value(static_cast<size_t>(i * 29), static_cast<char>('a' + i % 26));
      ASSERT_TRUE(insert(&table, table.name(table.entry(table.first())), value));
      const DynamicTable::Entry& newest = table.entry(table.end() - 1);
      ASSERT_EQ(table.name(newest), name);
      ASSERT_EQ(table.value(newest), value);
    }
  }
}

TEST(DynamicTable, SaysWhatAnInsertionDisturbs) {
  Ledger ledger(1 << 20);
  DynamicTable table(&ledger);
  const std::string value(1000, 'v');
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(insert(&table, "n", value));
  // 3 entries of 1,033 octets fit; the ring has its size by now.
  const uint32_t oldest = table.first();
  EXPECT_EQ(table.count(), 3u);
  const DynamicTable::Plan small = table.plan(1, 100);
  EXPECT_FALSE(table.disturbs(small, oldest));
  const DynamicTable::Plan large = table.plan(1, 1000);
  EXPECT_TRUE(table.disturbs(large, oldest));
  EXPECT_FALSE(table.disturbs(large, oldest + 1));
}

TEST(DynamicTable, ARefusalChangesNothing) {
  for (uint64_t refused = 1; refused < 6; ++refused) {
    Ledger ledger(1 << 20);
    ledger.refuse_reservation(refused);
    DynamicTable table(&ledger);
    reference::HpackTable naive;
    int refusals = 0;
    for (int i = 0; i < 100; ++i) {
      HeaderField field{"name-" + std::to_string(i), std::string(static_cast<size_t>(i), 'v')};
      if (insert(&table, field.name, field.value)) {
        naive.insert(field);
      } else {
        ++refusals;
      }
      ASSERT_EQ(to_list(table), to_list(naive));
    }
    EXPECT_EQ(refusals, 1);
  }
}

TEST(DynamicTable, TrimKeepsTheEntriesAndNoMore) {
  Ledger ledger(1 << 20);
  DynamicTable table(&ledger);
  reference::HpackTable naive;
  for (int i = 0; i < 400; ++i) {
    HeaderField field{"n" + std::to_string(i), std::string(static_cast<size_t>(i * 7 % 60), 'v')};
    ASSERT_TRUE(insert(&table, field.name, field.value));
    naive.insert(field);
    if (i % 37 != 0) continue;
    table.trim();
    ASSERT_EQ(to_list(table), to_list(naive));
    size_t text = 0;
    for (const HeaderField& entry : naive.dynamic()) text += entry.name.size() + entry.value.size();
    EXPECT_LE(ledger.live(), text + 2 * sizeof(DynamicTable::Entry) * (table.count() + 8));
  }
  table.clear();
  table.trim();
  EXPECT_EQ(ledger.live(), 0u);
}

TEST(DynamicTable, GivesItsMemoryBackWhenItMayNoLongerBeUsed) {
  Ledger ledger(1 << 20);
  DynamicTable table(&ledger);
  EXPECT_EQ(ledger.live(), 0u);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(insert(&table, "name", std::string(300, 'v')));
  EXPECT_GT(ledger.live(), 4000u);
  table.set_max_size(0);
  EXPECT_EQ(ledger.live(), 0u);
  table.set_max_size(4096);
  EXPECT_TRUE(insert(&table, "name", "value"));
}

}  // namespace
}  // namespace headrace::hpack
