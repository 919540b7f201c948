#include "headrace/protocol/message/http_date.h"

#include <gtest/gtest.h>

namespace headrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

// RFC 9110 §5.6.7: its example. The other numbers are those of `date -d "..." +%s`.
constexpr int64_t kExample = 784111777;

TEST(HttpDateTest, WritesImfFixdate) {
  EXPECT_EQ(HttpDate(kExample).text(), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(HttpDate(0).text(), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(HttpDate(951782399).text(), "Mon, 28 Feb 2000 23:59:59 GMT");
  EXPECT_EQ(HttpDate(951782400).text(), "Tue, 29 Feb 2000 00:00:00 GMT");  // a leap day
  EXPECT_EQ(HttpDate(-1).text(), "Wed, 31 Dec 1969 23:59:59 GMT");
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
