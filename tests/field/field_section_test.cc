#include "headrace/field/field_section.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "headrace/field/field_name.h"
#include "headrace/field/field_storage.h"
#include "headrace/memory/ledger.h"

namespace headrace {
namespace {

class FieldSectionTest : public testing::Test {
 protected:
  FieldSectionTest() {
    EXPECT_TRUE(storage_.append({text_.substr(0, 7), text_.substr(7, 3)}));
    Field secret{text_.substr(10, 13), text_.substr(23), true};
    secret.known_name = FieldName::kAuthorization;
    secret.syntax = FieldSyntax::kValid;
    EXPECT_TRUE(storage_.append(secret));
    EXPECT_TRUE(storage_.append({"empty", ""}));
  }

  std::string buffer_ = ":methodGETauthorizationBasic Zm9v";
  std::string_view text_ = buffer_;
  Ledger ledger_{1 << 16};
  FieldStorage storage_{&ledger_};
};

TEST_F(FieldSectionTest, ShowsTheStoredFields) {
  FieldSection section(storage_);
  ASSERT_EQ(section.size(), 3u);
  EXPECT_FALSE(section.empty());
  EXPECT_EQ(section[0].name, ":method");
  EXPECT_EQ(section[0].value, "GET");
  EXPECT_EQ(section.get("authorization"), "Basic Zm9v");
  EXPECT_EQ(section.end() - section.begin(), 3);
}

TEST_F(FieldSectionTest, TellsAnEmptyValueFromNoField) {
  FieldSection section(storage_);
  EXPECT_TRUE(section.has("empty"));
  EXPECT_EQ(section.get("empty"), "");
  EXPECT_FALSE(section.has("absent"));
  EXPECT_EQ(section.get("absent").data(), nullptr);
}

TEST_F(FieldSectionTest, OwnDependsOnNothingElse) {
  FieldSection section(storage_);
  section.own();
  storage_.clear();
  ASSERT_TRUE(storage_.append({"overwritten", "overwritten"}));
  buffer_.assign(buffer_.size(), '#');
  ASSERT_EQ(section.size(), 3u);
  EXPECT_EQ(section.get(":method"), "GET");
  EXPECT_EQ(section.get("authorization"), "Basic Zm9v");
  EXPECT_TRUE(section.has("empty"));
  EXPECT_TRUE(section[1].never_indexed);
  EXPECT_EQ(section[1].known_name, FieldName::kAuthorization);
  EXPECT_EQ(section[1].syntax, FieldSyntax::kValid);
}

TEST_F(FieldSectionTest, MovingHandsItOver) {
  FieldSection first(storage_);
  first.own();
  FieldSection second(std::move(first));
  EXPECT_TRUE(first.empty());
  EXPECT_EQ(second.get(":method"), "GET");
  FieldSection third;
  third = std::move(second);
  EXPECT_TRUE(second.empty());
  EXPECT_EQ(third.get(":method"), "GET");
}

TEST_F(FieldSectionTest, CanBeSubmittedAsItIs) {
  FieldSection section(storage_);
  FieldsView view = section;
  ASSERT_EQ(view.size(), 3u);
  EXPECT_EQ(view[1].value, "Basic Zm9v");
  EXPECT_TRUE(view[1].never_indexed);
}

TEST(FieldSection, OwningNothingIsFine) {
  FieldSection section;
  section.own();
  EXPECT_TRUE(section.empty());
}

}  // namespace
}  // namespace headrace
