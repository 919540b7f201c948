#include "headrace/adapters/serve/http_date.h"

#include <gtest/gtest.h>

#include <string>

#include "headrace/protocol/message/http_date.h"

namespace headrace::serve {
namespace {

// RFC 9110 §5.6.7: the example in all three formats. The second is `date -d "..." +%s`.
constexpr int64_t kExample = 784111777;

TEST(HttpDateTest, ReadsTheThreeFormats) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), kExample);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), kExample);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), kExample);
}

TEST(HttpDateTest, RefusesWhatIsNoDate) {
  EXPECT_EQ(parse_http_date(""), std::nullopt);
  EXPECT_EQ(parse_http_date("yesterday"), std::nullopt);
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37"), std::nullopt);
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT and more"), std::nullopt);
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 25:49:37 GMT"), std::nullopt);
  EXPECT_EQ(parse_http_date("784111777"), std::nullopt);
  EXPECT_EQ(parse_http_date("Sun, 6 Nov 1994 08:49:37 GMT"), std::nullopt);
  EXPECT_EQ(parse_http_date("sun, 06 nov 1994 08:49:37 gmt"), std::nullopt);
  EXPECT_EQ(parse_http_date("Sun,  06 Nov 1994 08:49:37 GMT"), std::nullopt);
  EXPECT_EQ(parse_http_date("Wed, 30 Feb 1994 08:49:37 GMT"), std::nullopt);
}

// RFC 9110 §5.6.7: "more than 50 years in the future" is in the past.
TEST(HttpDateTest, TwoDigitsOfAYear) {
  constexpr int64_t kIn2026 = 1'795'000'000;
  const auto year = [](const char* text, int64_t now) {
    const std::optional<int64_t> moment = parse_http_date(text, now);
    return moment ? std::string(HttpDate(*moment).text().substr(12, 4)) : "none";
  };
  EXPECT_EQ(year("Sunday, 06-Nov-94 08:49:37 GMT", kIn2026), "1994");
  EXPECT_EQ(year("Sunday, 06-Nov-75 08:49:37 GMT", kIn2026), "2075");
  EXPECT_EQ(year("Sunday, 06-Nov-77 08:49:37 GMT", kIn2026), "1977");
  EXPECT_EQ(year("Sunday, 06-Nov-27 08:49:37 GMT", kIn2026), "2027");
  EXPECT_EQ(year("Sunday, 30-Feb-27 08:49:37 GMT", kIn2026), "none");
}

TEST(HttpDateTest, ReadsWhatItWrites) {
  for (int64_t day = 0; day < 60 * 366; ++day) {
    const int64_t moment = day * 86'400 + day % 86'400;
    ASSERT_EQ(parse_http_date(HttpDate(moment).text()), moment);
  }
}

}  // namespace
}  // namespace headrace::serve
