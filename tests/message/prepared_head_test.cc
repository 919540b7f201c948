#include "headrace/prepared_head.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "headrace/field/field_name.h"

namespace headrace {
namespace {

TEST(PreparedHeadTest, OwnsItsFieldsWithTokensAndChecks) {
  std::string name = "x-name", value = "a value";
  const PreparedHead head = PreparedHead::of({{":status", "200"}, {name, value, true}});
  name = value = "gone";
  ASSERT_EQ(head.fields().size(), 2u);
  EXPECT_EQ(head.fields()[0].known_name, FieldName::kStatus);
  EXPECT_EQ(head.fields()[1].name, "x-name");
  EXPECT_EQ(head.fields()[1].value, "a value");
  EXPECT_TRUE(head.fields()[1].never_indexed);
  EXPECT_EQ(head.fields()[1].known_name, FieldName::kOther);
  EXPECT_EQ(head.fields()[1].syntax, FieldSyntax::kValid);
  EXPECT_EQ(head.broken(), nullptr);
  EXPECT_TRUE(head.names().has(FieldName::kStatus));
  EXPECT_FALSE(head.names().has(FieldName::kDate));
}

TEST(PreparedHeadTest, SaysWhichRuleAFieldBreaks) {
  const auto section = [](FieldsView fields) {
    const Rule* broken = PreparedHead::of(fields).broken();
    return broken == nullptr ? "" : std::string(broken->section);
  };
  EXPECT_EQ(section({{":status", "200"}, {"server", "line\nfeed"}}), "RFC 9113 §8.2.1");
  EXPECT_EQ(section({{":status", "200"}, {"connection", "close"}}), "RFC 9113 §8.2.2");
  EXPECT_EQ(section({{"server", "x"}, {":status", "200"}}), "RFC 9113 §8.3");
  EXPECT_EQ(section({{":method", "GET"}, {"te", "gzip"}}), "RFC 9113 §8.2.2");
  EXPECT_EQ(section({{":method", "GET"}, {"te", "trailers"}}), "") << "the path may be given later";
}

TEST(PreparedHeadTest, CopiesShareOneRecord) {
  const PreparedHead head = PreparedHead::of({{":status", "200"}});
  const PreparedHead same = head;
  EXPECT_EQ(same.identity(), head.identity());
  EXPECT_NE(PreparedHead::of({{":status", "200"}}).identity(), head.identity());
  EXPECT_EQ(PreparedHead::of({}).fields().size(), 0u);
}

}  // namespace
}  // namespace headrace
