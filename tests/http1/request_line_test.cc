#include "headrace/protocol/http1/request_line.h"

#include <gtest/gtest.h>

#include "headrace/protocol/http1/rules.h"

namespace headrace::http1 {
namespace {

// RFC 9112 §3.2.1 to §3.2.4: its examples.
TEST(RequestLine, ReadsTheExamplesOfTheRfc) {
  RequestLine line;
  Target target;
  ASSERT_FALSE(parse_request_line("GET /where?q=now HTTP/1.1", false, &line));
  EXPECT_EQ(line.method, "GET");
  EXPECT_FALSE(line.is_http10);
  ASSERT_FALSE(parse_target(line, false, &target));
  EXPECT_EQ(target.path, "/where?q=now");
  EXPECT_EQ(target.authority, "");

  ASSERT_FALSE(parse_request_line("GET http://www.example.org/pub/WWW/TheProject.html HTTP/1.1",
                                  false, &line));
  ASSERT_FALSE(parse_target(line, false, &target));
  EXPECT_EQ(target.scheme, "http");
  EXPECT_EQ(target.authority, "www.example.org");
  EXPECT_EQ(target.path, "/pub/WWW/TheProject.html");

  ASSERT_FALSE(parse_request_line("CONNECT www.example.com:80 HTTP/1.1", false, &line));
  ASSERT_FALSE(parse_target(line, false, &target));
  EXPECT_EQ(target.authority, "www.example.com:80");
  EXPECT_EQ(target.path, "");

  ASSERT_FALSE(parse_request_line("OPTIONS * HTTP/1.1", false, &line));
  ASSERT_FALSE(parse_target(line, false, &target));
  EXPECT_EQ(target.path, "*");

  ASSERT_FALSE(parse_request_line("OPTIONS http://www.example.org:8001 HTTP/1.0", false, &line));
  EXPECT_TRUE(line.is_http10);
  ASSERT_FALSE(parse_target(line, false, &target));
  EXPECT_EQ(target.authority, "www.example.org:8001");
  EXPECT_EQ(target.path, "*");
}

TEST(RequestLine, SaysWhichRuleIsBroken) {
  RequestLine line;
  EXPECT_EQ(parse_request_line("GET", false, &line).rule, &kRequestLine);
  EXPECT_EQ(parse_request_line("GET ", false, &line).rule, &kRequestLine);
  EXPECT_EQ(parse_request_line("", false, &line).rule, &kRequestLine);
  EXPECT_EQ(parse_request_line("GET  HTTP/1.1", false, &line).rule, &kRequestLine);
  EXPECT_EQ(parse_request_line("G(T / HTTP/1.1", false, &line).rule, &kMethod);
  EXPECT_EQ(parse_request_line("GET /\t HTTP/1.1", false, &line).rule, &kTarget);
  EXPECT_EQ(parse_request_line("GET /\x80 HTTP/1.1", false, &line).rule, &kRawTarget);
  EXPECT_FALSE(parse_request_line("GET /\x80 HTTP/1.1", true, &line));
  EXPECT_EQ(parse_request_line("GET / HTTP/1.1 ", false, &line).rule, &kVersion);
  EXPECT_EQ(parse_request_line("GET / HTTP/3.0", false, &line).status, kVersionNotSupported);
}

TEST(RequestLine, TakesAFragmentByOption) {
  RequestLine line;
  Target target;
  ASSERT_FALSE(parse_request_line("GET /a#b HTTP/1.1", false, &line));
  EXPECT_EQ(parse_target(line, false, &target).rule, &kTargetFragment);
  EXPECT_FALSE(parse_target(line, true, &target));
  EXPECT_EQ(target.path, "/a#b");
}

}  // namespace
}  // namespace headrace::http1
