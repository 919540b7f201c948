#include "headrace/adapters/get/url.h"

#include <gtest/gtest.h>

#include <string>

namespace headrace::get {
namespace {

std::string error(const char* text) {
  const auto url = parse_url(text);
  return url.ok() ? "no error" : std::string(url.status().message());
}

TEST(UrlTest, HttpWhereNoSchemeIsGiven) {
  const auto url = parse_url("localhost:8080/x");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->scheme(), "http");
  EXPECT_EQ(url->host, "localhost");
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(parse_url("a/?to=https://b/")->path, "/?to=https://b/");
  EXPECT_EQ(parse_url("a#://b")->authority, "a");
  EXPECT_EQ(parse_url("https://a/")->scheme(), "https");
}

TEST(UrlTest, OneOriginHoweverItIsWritten) {
  EXPECT_EQ(parse_url("http://a/1")->origin(), parse_url("a:80/2?x")->origin());
}

TEST(UrlTest, MistakesNameTheUrl) {
  for (const char* text :
       {"", "http://", "ftp://a/", "://a", "a:b/", "a:0/", "http://a b/", "/x"}) {
    const std::string message = error(text);
    EXPECT_NE(message, "no error") << text;
    EXPECT_TRUE(message.starts_with(std::string(text) + ": ")) << message;
  }
  EXPECT_NE(error("http://me:secret@a/").find("authorization"), std::string::npos);
}

}  // namespace
}  // namespace headrace::get
