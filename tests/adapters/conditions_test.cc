#include "headrace/adapters/serve/conditions.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

namespace headrace::serve {
namespace {

using Verdict = Conditions::Verdict;

// RFC 9110 §5.6.7: 784111777 is Sun, 06 Nov 1994 08:49:37 GMT.
constexpr Validators kCurrent{"\"v1\"", 784111777};
constexpr char kSame[] = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr char kBefore[] = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr char kAfter[] = "Sun, 06 Nov 1994 08:49:38 GMT";

Verdict verdict(std::initializer_list<Field> list) {
  const std::vector<Field> fields(list);
  return Conditions(fields).evaluate(kCurrent);
}

std::string_view range(std::initializer_list<Field> list) {
  const std::vector<Field> fields(list);
  return Conditions(fields).range(kCurrent);
}

TEST(ConditionsTest, NoneProceeds) { EXPECT_EQ(verdict({{":path", "/"}}), Verdict::kProceed); }

// RFC 9110 §13.1.3
TEST(ConditionsTest, IfModifiedSince) {
  EXPECT_EQ(verdict({{"if-modified-since", kSame}}), Verdict::kNotModified);
  EXPECT_EQ(verdict({{"if-modified-since", kAfter}}), Verdict::kNotModified);
  EXPECT_EQ(verdict({{"if-modified-since", kBefore}}), Verdict::kProceed);
  EXPECT_EQ(verdict({{"if-modified-since", "no date"}}), Verdict::kProceed);
}

// RFC 9110 §13.1.2: by weak comparison.
TEST(ConditionsTest, IfNoneMatch) {
  EXPECT_EQ(verdict({{"if-none-match", "\"v1\""}}), Verdict::kNotModified);
  EXPECT_EQ(verdict({{"if-none-match", "W/\"v1\""}}), Verdict::kNotModified);
  EXPECT_EQ(verdict({{"if-none-match", "\"a\", W/\"b\" ,\"v1\""}}), Verdict::kNotModified);
  EXPECT_EQ(verdict({{"if-none-match", "*"}}), Verdict::kNotModified);
  EXPECT_EQ(verdict({{"if-none-match", "\"v2\""}}), Verdict::kProceed);
  EXPECT_EQ(verdict({{"if-none-match", "v1"}}), Verdict::kProceed);
  EXPECT_EQ(verdict({{"if-none-match", "\"v1"}}), Verdict::kProceed);
}

// RFC 9110 §13.1.3: ignored when there is if-none-match.
TEST(ConditionsTest, IfNoneMatchDecidesAlone) {
  EXPECT_EQ(verdict({{"if-none-match", "\"v2\""}, {"if-modified-since", kSame}}),
            Verdict::kProceed);
}

// RFC 9110 §13.1.3: an empty list is one, too (§5.6.1).
TEST(ConditionsTest, AnEmptyListMatchesNothing) {
  EXPECT_EQ(verdict({{"if-none-match", ""}, {"if-modified-since", kSame}}), Verdict::kProceed);
  EXPECT_EQ(verdict({{"if-match", ""}}), Verdict::kPreconditionFailed);
}

// RFC 9110 §5.2: the lines of one name make up one list.
TEST(ConditionsTest, AListMayHaveSeveralLines) {
  EXPECT_EQ(verdict({{"if-match", "\"v1\""}, {"if-match", "\"v2\""}}), Verdict::kProceed);
  EXPECT_EQ(verdict({{"if-match", "\"v0\""}, {"if-match", "\"v2\""}}),
            Verdict::kPreconditionFailed);
  EXPECT_EQ(verdict({{"if-none-match", "\"v1\""}, {"accept", "*/*"}, {"if-none-match", "\"v2\""}}),
            Verdict::kNotModified);
}

// RFC 9110 §13.1.3, §13.1.4: a date of more than one member is ignored.
TEST(ConditionsTest, ADateHasOneLine) {
  EXPECT_EQ(verdict({{"if-modified-since", kBefore}, {"if-modified-since", kSame}}),
            Verdict::kProceed);
  EXPECT_EQ(verdict({{"if-unmodified-since", kSame}, {"if-unmodified-since", kBefore}}),
            Verdict::kProceed);
  EXPECT_EQ(range({{"range", "bytes=0-1"}, {"if-range", "\"v2\""}, {"if-range", "\"v1\""}}), "");
  EXPECT_EQ(range({{"range", "bytes=0-1"}, {"range", "bytes=2-3"}}), ",");
}

// RFC 9110 §13.1.1: by strong comparison.
TEST(ConditionsTest, IfMatch) {
  EXPECT_EQ(verdict({{"if-match", "\"v1\""}}), Verdict::kProceed);
  EXPECT_EQ(verdict({{"if-match", "*"}}), Verdict::kProceed);
  EXPECT_EQ(verdict({{"if-match", "W/\"v1\""}}), Verdict::kPreconditionFailed);
  EXPECT_EQ(verdict({{"if-match", "\"v0\", \"v2\""}}), Verdict::kPreconditionFailed);
}

// RFC 9110 §13.1.4
TEST(ConditionsTest, IfUnmodifiedSince) {
  EXPECT_EQ(verdict({{"if-unmodified-since", kSame}}), Verdict::kProceed);
  EXPECT_EQ(verdict({{"if-unmodified-since", kBefore}}), Verdict::kPreconditionFailed);
  EXPECT_EQ(verdict({{"if-unmodified-since", "no date"}}), Verdict::kProceed);
  EXPECT_EQ(verdict({{"if-match", "\"v1\""}, {"if-unmodified-since", kBefore}}), Verdict::kProceed);
}

// RFC 9110 §13.1.5
TEST(ConditionsTest, IfRangeKeepsARangeOfTheSameStateOnly) {
  EXPECT_EQ(range({{"range", "bytes=0-1"}}), "bytes=0-1");
  EXPECT_EQ(range({{"range", "bytes=0-1"}, {"if-range", "\"v1\""}}), "bytes=0-1");
  EXPECT_EQ(range({{"range", "bytes=0-1"}, {"if-range", kSame}}), "bytes=0-1");
  EXPECT_EQ(range({{"range", "bytes=0-1"}, {"if-range", "\"v2\""}}), "");
  EXPECT_EQ(range({{"range", "bytes=0-1"}, {"if-range", "W/\"v1\""}}), "");
  EXPECT_EQ(range({{"range", "bytes=0-1"}, {"if-range", kBefore}}), "");
  EXPECT_EQ(range({{"range", "bytes=0-1"}, {"if-range", kAfter}}), "");
  EXPECT_EQ(range({{"if-range", "\"v1\""}}), "");
}

}  // namespace
}  // namespace headrace::serve
