#include "headrace/protocol/message/cookies.h"

#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "headrace/field/field_name.h"
#include "tests/memory/allocation_counter.h"

// RFC 9113 §8.2.3.
namespace headrace {
namespace {

constexpr size_t kPlenty = 1 << 20;

// "name: value" lines, "!" before a field that is never to be indexed.
std::vector<std::string> lines(const FieldStorage& storage) {
  std::vector<std::string> result;
  for (const Field& field : storage.fields()) {
    result.push_back((field.never_indexed ? "!" : "") + std::string(field.name) + ": " +
                     std::string(field.value));
  }
  return result;
}

void fill(FieldStorage* storage, const std::vector<Field>& fields) {
  storage->clear();
  for (const Field& field : fields) ASSERT_TRUE(storage->append(field));
}

std::vector<std::string> joined(const std::vector<Field>& fields) {
  Ledger ledger(kPlenty);
  FieldStorage storage(&ledger);
  fill(&storage, fields);
  EXPECT_TRUE(join_cookies(&storage));
  return lines(storage);
}

using Lines = std::vector<std::string>;

// The RFC's own example.
TEST(JoinCookies, OneFieldOfAll) {
  EXPECT_EQ(joined({{"cookie", "a=b"}, {"cookie", "c=d"}, {"cookie", "e=f"}}),
            (Lines{"cookie: a=b; c=d; e=f"}));
}

TEST(JoinCookies, AtThePlaceOfTheFirstAndInTheirOrder) {
  EXPECT_EQ(
      joined({{":method", "GET"},
              {"cookie", "a=b"},
              {"accept", "*/*"},
              {"cookie", "c=d"},
              {"x", "1"},
              {"y", "2"},
              {"cookie", "e=f"},
              {"z", "3"}}),
      (Lines{":method: GET", "cookie: a=b; c=d; e=f", "accept: */*", "x: 1", "y: 2", "z: 3"}));
}

TEST(JoinCookies, OtherFieldsAreNotCookies) {
  const Lines expected = {"set-cookie: a=b", "set-cookie: c=d", "cookie2: 1", "cookie: e=f"};
  EXPECT_EQ(
      joined({{"set-cookie", "a=b"}, {"set-cookie", "c=d"}, {"cookie2", "1"}, {"cookie", "e=f"}}),
      expected);
}

TEST(JoinCookies, EmptyPairsArePairs) {
  EXPECT_EQ(joined({{"cookie", ""}, {"cookie", "a=b"}, {"cookie", ""}}),
            (Lines{"cookie: ; a=b; "}));
  EXPECT_EQ(joined({{"cookie", ""}, {"cookie", ""}}), (Lines{"cookie: ; "}));
}

// RFC 7541 §7.1.3: what one of them demands holds for the whole.
TEST(JoinCookies, NeverIndexedIfOneIs) {
  EXPECT_EQ(joined({{"cookie", "a=b"}, {"cookie", "c=d", true}}), (Lines{"!cookie: a=b; c=d"}));
  EXPECT_EQ(joined({{"cookie", "a=b", true}, {"cookie", "c=d"}}), (Lines{"!cookie: a=b; c=d"}));
  EXPECT_EQ(joined({{"x", "1", true}, {"cookie", "a=b"}, {"cookie", "c=d"}}),
            (Lines{"!x: 1", "cookie: a=b; c=d"}));
}

// The decoder has looked the names up; then they are not looked at again.
TEST(JoinCookies, GoesByTheNamesTokens) {
  Field a{"cookie", "a=b"}, b{"accept", "*/*"}, c{"cookie", "c=d"};
  a.known_name = c.known_name = FieldName::kCookie;
  b.known_name = FieldName::kOther;
  EXPECT_EQ(joined({a, b, c}), (Lines{"cookie: a=b; c=d", "accept: */*"}));
}

TEST(JoinCookies, WithoutPairsNothingIsToBeDone) {
  Ledger ledger(kPlenty);
  FieldStorage storage(&ledger);
  EXPECT_TRUE(join_cookies(&storage));
  const std::string cookie = "a=b; c=d";
  fill(&storage, {{":method", "GET"}, {"cookie", cookie}, {"x", "1"}});
  const size_t live = ledger.live();
  EXPECT_TRUE(join_cookies(&storage));
  EXPECT_EQ(storage.fields()[1].value.data(), cookie.data()) << "where it was";
  EXPECT_EQ(ledger.live(), live);
  EXPECT_EQ(storage.size(), 3u);
}

TEST(JoinCookies, ARefusalChangesNothing) {
  Ledger ledger(16 * sizeof(Field));  // the list, and nothing for text
  FieldStorage storage(&ledger);
  fill(&storage, {{"cookie", "a=b"}, {"x", "1"}, {"cookie", "c=d", true}});
  const Lines before = lines(storage);
  EXPECT_FALSE(join_cookies(&storage));
  EXPECT_EQ(lines(storage), before);
}

TEST(JoinCookies, AllocatesNothingInTheSteadyState) {
  if (!testing::kAllocationsCount) GTEST_SKIP() << "nothing is counted in this build";
  Ledger ledger(kPlenty);
  FieldStorage storage(&ledger);
  const std::vector<Field> fields = {
      {":method", "GET"}, {"cookie", "session=0123456789abcdef"}, {"cookie", "theme=dark"}};
  size_t made = 0;
  for (int pass = 0; pass < 5; ++pass) {
    const size_t before = testing::allocations();
    fill(&storage, fields);
    ASSERT_TRUE(join_cookies(&storage));
    made = testing::allocations() - before;
    if (pass == 0) {
      EXPECT_GT(made, 0u) << "the first pass warms up";
    }
  }
  EXPECT_EQ(made, 0u);
}

Lines pairs(std::string_view value) {
  const CookiePairs split(value);
  return Lines(split.begin(), split.end());
}

TEST(CookiePairs, OneForEachCookie) {
  EXPECT_EQ(pairs("a=b; c=d; e=f"), (Lines{"a=b", "c=d", "e=f"}));
  EXPECT_EQ(pairs("a=b"), (Lines{"a=b"}));
  EXPECT_EQ(pairs(""), (Lines{""}));
  EXPECT_EQ(pairs(std::string_view()), (Lines{""}));
}

TEST(CookiePairs, AreAnInputRange) {
  static_assert(std::input_iterator<CookiePairs::Iterator>);
  const CookiePairs split("a=b; c=d");
  CookiePairs::Iterator at = split.begin();
  EXPECT_EQ(*at++, "a=b");
  EXPECT_EQ(*at++, "c=d");
  EXPECT_EQ(at, split.end());
}

TEST(CookiePairs, OnlyTheWholeDelimiterDivides) {
  EXPECT_EQ(pairs("a=b;c=d"), (Lines{"a=b;c=d"}));
  EXPECT_EQ(pairs("a=b, c=d"), (Lines{"a=b, c=d"}));
  EXPECT_EQ(pairs("a=b;"), (Lines{"a=b;"}));
}

// §8.2.1: a field value neither begins nor ends with white space.
TEST(CookiePairs, NoneBeginsOrEndsWithWhiteSpace) {
  EXPECT_EQ(pairs("a=b;  c=d; e=f"), (Lines{"a=b;  c=d", "e=f"}));
  EXPECT_EQ(pairs("a=b ; c=d; e=f"), (Lines{"a=b ; c=d", "e=f"}));
  EXPECT_EQ(pairs("a=b; \tc=d; e=f"), (Lines{"a=b; \tc=d", "e=f"}));
  EXPECT_EQ(pairs("a=b\t; c=d; e=f"), (Lines{"a=b\t; c=d", "e=f"}));
}

TEST(CookiePairs, JoinToWhatTheyWere) {
  for (std::string_view value : {"", "a=b", "a=b; c=d", "; ", "; a", "a; ", "a; ; b", "; ; ",
                                 "a;  b; c ; d; e", "a;b; c;"}) {
    const CookiePairs split(value);
    std::vector<Field> fields;
    for (std::string_view pair : split) fields.push_back({"cookie", pair});
    EXPECT_EQ(joined(fields), (Lines{"cookie: " + std::string(value)}));
  }
}

}  // namespace
}  // namespace headrace
