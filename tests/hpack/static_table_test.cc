#include "hpack/static_table.h"

#include <gtest/gtest.h>

#include <string>

#include "field/field_syntax.h"
#include "tests/reference/hpack_tables.h"

// RFC 7541 Appendix A.
namespace headrace::hpack {
namespace {

TEST(StaticTable, HasTheEntriesOfAppendixA) {
  ASSERT_EQ(reference::static_table().size(), kStaticEntries);
  for (uint32_t index = 1; index <= kStaticEntries; ++index) {
    EXPECT_EQ(kStaticTable[index].name, reference::static_table()[index - 1].name);
    EXPECT_EQ(kStaticTable[index].value, reference::static_table()[index - 1].value);
  }
}

TEST(StaticTable, EntriesCarryTheirTokenAndVerdict) {
  for (uint32_t index = 1; index <= kStaticEntries; ++index) {
    const Field& entry = kStaticTable[index];
    EXPECT_EQ(entry.known_name, resolve_field_name(entry.name)) << entry.name;
    EXPECT_EQ(entry.syntax, check_field(entry.name, entry.value)) << entry.name;
    EXPECT_FALSE(entry.never_indexed);
  }
}

TEST(StaticTable, FindsTheLowestIndexOfEveryName) {
  for (uint32_t index = 1; index <= kStaticEntries; ++index) {
    uint32_t lowest = index;
    while (lowest > 1 && kStaticTable[lowest - 1].name == kStaticTable[index].name) --lowest;
    EXPECT_EQ(find_static_name(kStaticTable[index].name), lowest);
  }
}

TEST(StaticTable, FindsNoOtherNames) {
  EXPECT_EQ(find_static_name(""), 0u);
  EXPECT_EQ(find_static_name(":"), 0u);
  EXPECT_EQ(find_static_name("x-forwarded-for"), 0u);
  for (uint32_t index = 1; index <= kStaticEntries; ++index) {
    std::string name(kStaticTable[index].name);
    EXPECT_EQ(find_static_name(name + "s"), 0u);
    for (char& c : name) {
      c = static_cast<char>(c ^ 0x20);
      EXPECT_EQ(find_static_name(name), 0u) << name;
      c = static_cast<char>(c ^ 0x20);
    }
  }
}

TEST(StaticTable, FindsEveryValueAmongThoseOfItsName) {
  for (uint32_t index = 1; index <= kStaticEntries; ++index) {
    const Field& entry = kStaticTable[index];
    const uint32_t name_index = find_static_name(entry.name);
    EXPECT_EQ(find_static_value(name_index, entry.value), index);
    EXPECT_EQ(find_static_value(name_index, "no such value"), 0u);
  }
  EXPECT_EQ(find_static_value(2, "200"), 0u);  // of :status, not of :method
}

}  // namespace
}  // namespace headrace::hpack
