#include "headrace/field/owned_fields.h"

#include <gtest/gtest.h>

#include <gsl/span>
#include <string>
#include <utility>
#include <vector>

#include "headrace/field/field_name.h"

namespace headrace {
namespace {

// Name, value, and whether it is never indexed, one behind the other.
std::vector<std::string> written(FieldsView fields) {
  std::vector<std::string> lines;
  for (const Field& field : fields) {
    lines.push_back(std::string(field.name) + "=" + std::string(field.value) +
                    (field.never_indexed ? " never" : ""));
  }
  return lines;
}
using Lines = std::vector<std::string>;

TEST(OwnedFieldsTest, OutlivesWhatItWasMadeFrom) {
  OwnedFields fields;
  {
    std::string name = "a name that is longer than any string holds in itself";
    std::string value = "and a value of the same kind, for the same reason";
    fields = {{name, value}, {"short", std::string("s")}};
    fields.add(name, std::string("3"));
    name.assign(name.size(), 'x');
    value.assign(value.size(), 'x');
  }
  EXPECT_EQ(written(fields),
            (Lines{"a name that is longer than any string holds in itself="
                   "and a value of the same kind, for the same reason",
                   "short=s", "a name that is longer than any string holds in itself=3"}));
}

TEST(OwnedFieldsTest, KeepsWhatIsKnownAboutAField) {
  const Field received = {"secret", "s", true, FieldName::kOther, FieldSyntax::kValid};
  OwnedFields fields;
  fields.add(received);
  fields.add("other", "o", /*never_indexed=*/true);
  EXPECT_EQ(written(fields), (Lines{"secret=s never", "other=o never"}));
  EXPECT_EQ(fields[0].known_name, FieldName::kOther);
  EXPECT_EQ(fields[0].syntax, FieldSyntax::kValid);
  EXPECT_EQ(fields[1].known_name, FieldName::kUnresolved);
}

TEST(OwnedFieldsTest, ACopyIsOfItsOwn) {
  OwnedFields first = {{"name", "value"}};
  OwnedFields second = first;
  const Field* const before = second.begin();
  first.clear();
  first.add("another", "one");
  EXPECT_EQ(written(second), Lines{"name=value"});
  const OwnedFields& same = second;
  second = same;
  EXPECT_EQ(second.begin(), before) << "an assignment to itself changes nothing";
  second = first;
  EXPECT_EQ(written(second), Lines{"another=one"});
}

TEST(OwnedFieldsTest, AViewOfAValueStaysWhenTheListGrowsOrMoves) {
  OwnedFields fields = {{"a", "1"}};
  const std::string_view value = fields[0].value;
  for (int i = 0; i < 100; ++i) fields.add("b", std::to_string(i));
  OwnedFields moved = std::move(fields);
  EXPECT_EQ(moved[0].value.data(), value.data());
  EXPECT_EQ(value, "1");
}

TEST(OwnedFieldsTest, TakesItsOwnFieldsAgain) {
  OwnedFields fields = {{"a", "1"}, {"b", "2"}};
  fields.append(fields);
  fields.add(fields[0]);
  EXPECT_EQ(written(fields), (Lines{"a=1", "b=2", "a=1", "b=2", "a=1"}));
  // A part of it, too.
  fields.append(gsl::span<const Field>(fields.begin() + 1, 2));
  EXPECT_EQ(written(fields), (Lines{"a=1", "b=2", "a=1", "b=2", "a=1", "b=2", "a=1"}));
}

TEST(OwnedFieldsTest, FindsAValueByItsName) {
  const OwnedFields fields = {{"a", ""}, {"b", "2"}, {"b", "3"}};
  EXPECT_EQ(fields.get("b"), "2");
  EXPECT_TRUE(fields.has("a")) << "an empty value is one";
  EXPECT_FALSE(fields.has("c"));
  EXPECT_EQ(fields.get("c").data(), nullptr);
}

}  // namespace
}  // namespace headrace
