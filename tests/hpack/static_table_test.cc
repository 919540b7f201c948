#include "headrace/hpack/static_table.h"

#include <gtest/gtest.h>

#include <string>

#include "headrace/field/field_name.h"
#include "headrace/field/field_syntax.h"
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

TEST(StaticTable, FindsEveryEntryAndTheLowestIndexOfItsName) {
  for (uint32_t index = 1; index <= kStaticEntries; ++index) {
    const Field& entry = kStaticTable[index];
    uint32_t lowest = index;
    while (lowest > 1 && kStaticTable[lowest - 1].name == entry.name) --lowest;
    EXPECT_EQ(find_static(entry.known_name, entry.value).field, index);
    EXPECT_EQ(find_static(entry.known_name, entry.value).name, lowest);
    EXPECT_EQ(find_static(entry.known_name, "no such value").field, 0u);
    EXPECT_EQ(find_static(entry.known_name, "no such value").name, lowest);
  }
}

TEST(StaticTable, AValueOfAnotherNameIsNone) {
  EXPECT_EQ(find_static(FieldName::kMethod, "200").field, 0u);
  EXPECT_EQ(find_static(FieldName::kPath, "http").field, 0u);
  EXPECT_EQ(find_static(FieldName::kAcceptEncoding, "").field, 0u);
}

TEST(StaticTable, FindsNoOtherNames) {
  for (FieldName name : {FieldName::kOther, FieldName::kOtherPseudo, FieldName::kProtocol,
                         FieldName::kPriority, FieldName::kTe, FieldName::kConnection}) {
    EXPECT_EQ(find_static(name, "").name, 0u);
    EXPECT_EQ(find_static(name, "200").field, 0u);
  }
}

}  // namespace
}  // namespace headrace::hpack
