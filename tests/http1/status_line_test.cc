#include "headrace/protocol/http1/status_line.h"

#include <gtest/gtest.h>

#include "headrace/protocol/http1/rules.h"

namespace headrace::http1 {
namespace {

TEST(StatusLine, IsAVersionAStatusAndAPhrase) {
  StatusLine line;
  EXPECT_EQ(parse_status_line("HTTP/1.1 200 OK", &line), nullptr);
  EXPECT_EQ(line.status, 200);
  EXPECT_EQ(line.digits, "200");
  EXPECT_FALSE(line.is_http10);
  EXPECT_EQ(parse_status_line("HTTP/1.0 404 ", &line), nullptr);
  EXPECT_EQ(line.status, 404);
  EXPECT_TRUE(line.is_http10);
  EXPECT_EQ(parse_status_line("HTTP/1.9 999 \xc3\xa4  \t!", &line), nullptr);
  EXPECT_FALSE(line.is_http10);
}

TEST(StatusLine, MayEndBehindTheStatus) {
  StatusLine line;
  EXPECT_EQ(parse_status_line("HTTP/1.1 100", &line), nullptr);
  EXPECT_EQ(line.status, 100);
}

TEST(StatusLine, IsNothingElse) {
  for (const char* text : {"",
                           "HTTP/1.1",
                           "HTTP/1.1 ",
                           "HTTP/1.1 20",
                           "HTTP/1.1 20 OK",
                           "HTTP/1.1 2000",
                           "HTTP/1.1 200x",
                           "HTTP/1.1  200",
                           "HTTP/1.1\t200 OK",
                           " HTTP/1.1 200 OK",
                           "http/1.1 200 OK",
                           "HTTP/11 200 OK",
                           "HTTP/1,1 200 OK",
                           "HTTP/x.1 200 OK",
                           "HTTP/1.x 200 OK",
                           "HTTP/1.10 200 OK",
                           "ICY 200 OK",
                           "HTTP/1.1 099 OK",
                           "HTTP/1.1 000 OK",
                           "HTTP/1.1 +20 OK",
                           "HTTP/1.1 200\tOK"}) {
    StatusLine line;
    EXPECT_EQ(parse_status_line(text, &line), &kStatusLine) << text;
  }
  StatusLine line;
  EXPECT_EQ(parse_status_line("HTTP/2.0 200 OK", &line), &kResponseVersion);
  EXPECT_EQ(parse_status_line("HTTP/0.9 200 OK", &line), &kResponseVersion);
}

}  // namespace
}  // namespace headrace::http1
