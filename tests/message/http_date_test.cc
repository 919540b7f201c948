#include "headrace/protocol/message/http_date.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace headrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

// RFC 9110 §5.6.7: its example. The other numbers are those of `date -d "..." +%s`.
constexpr int64_t kExample = 784111777;
constexpr int64_t kIn2026 = 1'795'000'000;

TEST(HttpDateTest, WritesImfFixdate) {
  EXPECT_EQ(HttpDate(kExample).text(), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(HttpDate(0).text(), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(HttpDate(951782399).text(), "Mon, 28 Feb 2000 23:59:59 GMT");
  EXPECT_EQ(HttpDate(951782400).text(), "Tue, 29 Feb 2000 00:00:00 GMT");  // a leap day
  EXPECT_EQ(HttpDate(-1).text(), "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST(HttpDateTest, ReadsTheThreeFormats) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", kIn2026), kExample);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", kIn2026), kExample);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994", kIn2026), kExample);
}

TEST(HttpDateTest, RefusesWhatIsNoDate) {
  EXPECT_EQ(parse_http_date("", kIn2026), std::nullopt);
  EXPECT_EQ(parse_http_date("yesterday", kIn2026), std::nullopt);
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37", kIn2026), std::nullopt);
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT and more", kIn2026), std::nullopt);
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 25:49:37 GMT", kIn2026), std::nullopt);
  EXPECT_EQ(parse_http_date("784111777", kIn2026), std::nullopt);
  EXPECT_EQ(parse_http_date("Sun, 6 Nov 1994 08:49:37 GMT", kIn2026), std::nullopt);
  EXPECT_EQ(parse_http_date("sun, 06 nov 1994 08:49:37 gmt", kIn2026), std::nullopt);
  EXPECT_EQ(parse_http_date("Sun,  06 Nov 1994 08:49:37 GMT", kIn2026), std::nullopt);
  EXPECT_EQ(parse_http_date("Wed, 30 Feb 1994 08:49:37 GMT", kIn2026), std::nullopt);
}

// RFC 9110 §5.6.7: "more than 50 years in the future" is in the past.
TEST(HttpDateTest, TwoDigitsOfAYear) {
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
    ASSERT_EQ(parse_http_date(HttpDate(moment).text(), kIn2026), moment);
  }
}

// Years have four digits.
TEST(HttpDateTest, TimesBeyondTheFormat) {
  constexpr int64_t kYear10000 = 253'402'300'800;
  EXPECT_EQ(HttpDate(kYear10000 - 1).text(), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(HttpDate(kYear10000).text(), HttpDate(kYear10000 - 1).text());
  EXPECT_EQ(HttpDate(std::numeric_limits<int64_t>::max()).text(), HttpDate(kYear10000).text());
  EXPECT_EQ(HttpDate(-62'167'219'200).text(), "Sat, 01 Jan 0000 00:00:00 GMT");
  EXPECT_EQ(HttpDate(std::numeric_limits<int64_t>::min()).text(), "Sat, 01 Jan 0000 00:00:00 GMT");
  constexpr auto kSunday = "Sunday, 06-Nov-94 08:49:37 GMT";
  for (const int64_t now :
       {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()}) {
    EXPECT_TRUE(parse_http_date(kSunday, now));
  }
}

TEST(DateFieldTest, FollowsTheClockByTheSecond) {
  DateField date;
  EXPECT_EQ(date.text(), "");
  const system_clock::time_point moment{std::chrono::seconds(kExample)};
  date.set(moment);
  EXPECT_EQ(date.text(), "Sun, 06 Nov 1994 08:49:37 GMT");
  date.set(moment + milliseconds(999));
  EXPECT_EQ(date.text(), "Sun, 06 Nov 1994 08:49:37 GMT");
  date.set(moment + milliseconds(1000));
  EXPECT_EQ(date.text(), "Sun, 06 Nov 1994 08:49:38 GMT");
  date.set(moment - milliseconds(1));  // clocks are set back, too
  EXPECT_EQ(date.text(), "Sun, 06 Nov 1994 08:49:36 GMT");
  date.set(system_clock::time_point{});
  EXPECT_EQ(date.text(), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace headrace
