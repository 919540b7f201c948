#include "adapters/serve/http_date.h"

#include <gtest/gtest.h>

#include "protocol/message/http_date.h"

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
}

TEST(HttpDateTest, ReadsWhatItWrites) {
  for (int64_t day = 0; day < 60 * 366; ++day) {
    const int64_t moment = day * 86'400 + day % 86'400;
    ASSERT_EQ(parse_http_date(HttpDate(moment).text()), moment);
  }
}

}  // namespace
}  // namespace headrace::serve
