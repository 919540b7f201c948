#include "headrace/field/named_fields.h"

#include <gtest/gtest.h>

#include <vector>

namespace headrace {
namespace {

TEST(NamedFieldsTest, LooksEachNameUp) {
  const std::vector<Field> fields = {{":status", "200"}, {"x-other", ""}, {":other", ""}};
  const NamedFields named{FieldsView(fields)};
  ASSERT_EQ(named.size(), 3u);
  EXPECT_EQ(named.name(0), FieldName::kStatus);
  EXPECT_EQ(named.name(1), FieldName::kOther);
  EXPECT_EQ(named.name(2), FieldName::kOtherPseudo);
  EXPECT_EQ(&named[1], &fields[1]);
  EXPECT_EQ(named.octets(), 23u);
}

TEST(NamedFieldsTest, TakesTheTokenThatAReceivedFieldHas) {
  const std::vector<Field> fields = {{"a", "", false, FieldName::kDate}};
  EXPECT_EQ(NamedFields(FieldsView(fields)).name(0), FieldName::kDate);
}

TEST(NamedFieldsTest, KnowsNamesInAnyCaseIfAsked) {
  const std::vector<Field> fields = {{"Content-Length", "0"}};
  EXPECT_EQ(NamedFields(FieldsView(fields)).name(0), FieldName::kOther);
  EXPECT_EQ(NamedFields(FieldsView(fields), true).name(0), FieldName::kContentLength);
}

TEST(NamedFieldsTest, HasNoBoundOnTheirNumber) {
  std::vector<Field> fields(100, {"server", "x"});
  fields.back().name = "date";
  const NamedFields named{FieldsView(fields)};
  EXPECT_EQ(named.name(31), FieldName::kServer);
  EXPECT_EQ(named.name(98), FieldName::kServer);
  EXPECT_EQ(named.name(99), FieldName::kDate);
}

}  // namespace
}  // namespace headrace
