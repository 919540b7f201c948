#include "headrace/field/field_storage.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace headrace {
namespace {

constexpr size_t kPlenty = 1 << 20;

TEST(FieldStorage, KeepsFieldsInOrder) {
  Ledger ledger(kPlenty);
  FieldStorage storage(&ledger);
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back("name-" + std::to_string(i));
  for (const std::string& name : names) ASSERT_TRUE(storage.append({name, "value"}));
  ASSERT_EQ(storage.size(), 100u);
  for (size_t i = 0; i < 100; ++i) EXPECT_EQ(storage.fields()[i].name, names[i]);
  storage.truncate(3);
  EXPECT_EQ(storage.fields().size(), 3u);
}

TEST(FieldStorage, ArenaTextStaysWhereItIsWhileTheArenaGrows) {
  Ledger ledger(kPlenty);
  FieldStorage storage(&ledger);
  std::vector<std::string> originals;
  std::vector<std::string_view> copies;
  std::vector<const char*> places;
  for (int i = 0; i < 300; ++i) {
    originals.push_back(std::string(static_cast<size_t>(i), static_cast<char>('a' + i % 26)));
    std::string_view copied;
    ASSERT_TRUE(storage.copy(originals.back(), &copied));
    copies.push_back(copied);
    places.push_back(copied.data());
  }
  for (size_t i = 0; i < copies.size(); ++i) {
    EXPECT_EQ(copies[i].data(), places[i]);
    EXPECT_EQ(copies[i], originals[i]);
  }
}

TEST(FieldStorage, ShrinkLastGivesTheUnusedPartToTheNext) {
  Ledger ledger(kPlenty);
  FieldStorage storage(&ledger);
  char* first = storage.allocate(100);
  ASSERT_NE(first, nullptr);
  storage.shrink_last(90);
  EXPECT_EQ(storage.allocate(5), first + 10);
}

TEST(FieldStorage, ClearKeepsCapacitySoNothingIsReservedTheSecondTime) {
  Ledger ledger(kPlenty);
  FieldStorage storage(&ledger);
  auto fill = [&] {
    for (int i = 0; i < 60; ++i) {
      std::string_view copied;
      ASSERT_TRUE(storage.copy("some text that is copied into the arena", &copied));
      ASSERT_TRUE(storage.append({copied, copied}));
    }
  };
  fill();
  storage.clear();
  EXPECT_EQ(storage.size(), 0u);
  fill();  // the blocks of the first time have become one
  storage.clear();
  uint64_t reservations = ledger.reservations();
  fill();
  EXPECT_EQ(ledger.reservations(), reservations);
}

TEST(FieldStorage, ClearGivesBackWhatIsTooLargeToKeep) {
  Ledger ledger(kPlenty);
  FieldStorage storage(&ledger);
  ASSERT_NE(storage.allocate(100000), nullptr);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(storage.append({"a", "b"}));
  EXPECT_GE(ledger.live(), 100000 + 1000 * sizeof(Field));
  storage.clear();
  EXPECT_EQ(ledger.live(), 0u);
  EXPECT_TRUE(storage.append({"a", "b"}));  // and it is still of use
}

TEST(FieldStorage, EverythingIsRefunded) {
  Ledger ledger(kPlenty);
  {
    FieldStorage storage(&ledger);
    ASSERT_TRUE(storage.append({"a", "b"}));
    ASSERT_NE(storage.allocate(1000), nullptr);
    ASSERT_NE(storage.allocate(1000), nullptr);
    EXPECT_GT(ledger.live(), 2000u);
    storage.release();
    EXPECT_EQ(ledger.live(), 0u);
    ASSERT_TRUE(storage.append({"a", "b"}));
    EXPECT_GT(ledger.live(), 0u);
  }
  EXPECT_EQ(ledger.live(), 0u);
}

TEST(FieldStorage, ARefusalLeavesWhatWasThere) {
  // Arena and list grow at most this often here; each of these reservations is refused once.
  for (uint64_t refused = 1; refused <= 6; ++refused) {
    Ledger ledger(kPlenty);
    ledger.refuse_reservation(refused);
    FieldStorage storage(&ledger);
    int refusals = 0;
    size_t stored = 0;
    for (int i = 0; i < 60; ++i) {
      std::string text(50, static_cast<char>('a' + i % 26));
      std::string_view copied;
      bool done = storage.copy(text, &copied) && storage.append({copied, copied});
      if (done) {
        ++stored;
      } else {
        ++refusals;
      }
      ASSERT_EQ(storage.size(), stored);
    }
    EXPECT_EQ(stored + static_cast<size_t>(refusals), 60u);
    EXPECT_LE(refusals, 1) << refused;
    for (const Field& field : storage.fields()) {
      EXPECT_EQ(field.name, std::string(50, field.name[0]));
    }
  }
}

TEST(FieldStorage, WhatTheBudgetDoesNotAllowIsRefused) {
  Ledger ledger(600);
  FieldStorage storage(&ledger);
  EXPECT_FALSE(storage.append({"a", "b"}));  // sixteen fields are more than 600 octets
  EXPECT_EQ(storage.size(), 0u);
  EXPECT_EQ(storage.allocate(700), nullptr);
  EXPECT_EQ(ledger.live(), 0u);
  EXPECT_NE(storage.allocate(10), nullptr);
}

TEST(FieldStorage, TheBareNeedIsGrantedWhenTheUsualBlockIsNot) {
  Ledger ledger(1000);
  FieldStorage storage(&ledger);
  ASSERT_NE(storage.allocate(500), nullptr);  // a block of 512 octets; the next would be of 1,024
  EXPECT_NE(storage.allocate(300), nullptr);
  EXPECT_LE(ledger.live(), 1000u);
}

TEST(FieldStorage, AnEmptyTextNeedsNoMemory) {
  Ledger ledger(0);
  FieldStorage storage(&ledger);
  std::string_view copied = "before";
  EXPECT_TRUE(storage.copy("", &copied));
  EXPECT_EQ(copied, "");
}

}  // namespace
}  // namespace headrace
