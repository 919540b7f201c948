#include "headrace/adapters/get/url.h"

#include <gtest/gtest.h>

#include <string>

namespace headrace::get {
namespace {

std::string error(const char* text) {
  const auto url = parse_url(text);
  return url.ok() ? "no error" : std::string(url.status().message());
}

TEST(UrlTest, TakesItApart) {
  const auto url = parse_url("http://example.org:8080/a/b?c=d&e");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_FALSE(url->tls);
  EXPECT_EQ(url->host, "example.org");
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(url->authority, "example.org:8080");
  EXPECT_EQ(url->target, "/a/b?c=d&e");
  EXPECT_EQ(url->origin(), "http://example.org:8080");
}

TEST(UrlTest, DefaultsAreLeftOut) {
  EXPECT_EQ(parse_url("http://example.org")->port, 80);
  EXPECT_EQ(parse_url("http://example.org")->target, "/");
  EXPECT_EQ(parse_url("http://example.org:80/")->authority, "example.org");
  EXPECT_EQ(parse_url("http://example.org:/")->port, 80);
  EXPECT_EQ(parse_url("https://example.org")->port, 443);
  EXPECT_EQ(parse_url("https://example.org:80")->authority, "example.org:80");
  EXPECT_TRUE(parse_url("HTTPS://example.org")->tls);
}

TEST(UrlTest, HttpWhereNoSchemeIsGiven) {
  const auto url = parse_url("localhost:8080/x");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->scheme(), "http");
  EXPECT_EQ(url->host, "localhost");
  EXPECT_EQ(url->port, 8080);
}

TEST(UrlTest, Ipv6) {
  const auto url = parse_url("http://[2001:db8::1]:8080/");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->host, "2001:db8::1");
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(url->authority, "[2001:db8::1]:8080");
  EXPECT_EQ(url->origin(), "http://[2001:db8::1]:8080");
  EXPECT_EQ(parse_url("http://[::1]")->authority, "[::1]");
  EXPECT_EQ(parse_url("http://[::ffff:127.0.0.1]")->host, "::ffff:127.0.0.1");
}

// RFC 9110 §4.2.3: what names the same server is one origin.
TEST(UrlTest, OneOriginHoweverItIsWritten) {
  EXPECT_EQ(parse_url("http://a/1")->origin(), parse_url("a:80/2?x")->origin());
  EXPECT_NE(parse_url("http://a/")->origin(), parse_url("https://a/")->origin());
  EXPECT_NE(parse_url("http://a:80/")->origin(), parse_url("http://a:81/")->origin());
}

// RFC 9110 §7.1: the fragment is not part of the target.
TEST(UrlTest, DropsTheFragment) {
  EXPECT_EQ(parse_url("http://a/b#c?d/e")->target, "/b");
  EXPECT_EQ(parse_url("http://a#b")->target, "/");
}

TEST(UrlTest, AQueryWithoutAPath) { EXPECT_EQ(parse_url("http://a?b=/c")->target, "/?b=/c"); }

TEST(UrlTest, EncodesWhatIsNotAscii) {
  EXPECT_EQ(parse_url("http://a/h\xc3\xa9")->target, "/h%C3%A9");
  EXPECT_EQ(parse_url("http://a/%c3?x=%20")->target, "/%c3?x=%20");
}

TEST(UrlTest, MistakesNameTheUrl) {
  for (const char* text : {"",
                           "http://",
                           "http:///x",
                           "ftp://a/",
                           "http://a:b/",
                           "http://a:0/",
                           "http://a:65536/",
                           "http://a:80x/",
                           "http://a b/",
                           "http://a/b c",
                           "http://a/\x01",
                           "http://[::1",
                           "http://[]/",
                           "http://[::1]x/",
                           "http://[fe80::1%25eth0]/",
                           "http://::1/",
                           "http://a<b>/",
                           "http://:80/",
                           "http://a:b:c/",
                           "http://]/",
                           "http://[::1/",
                           "http://%/",
                           "http://%4/",
                           "http://[v1.a]/",
                           "http://[1:2]/",
                           "http://[a]/"}) {
    const std::string message = error(text);
    EXPECT_NE(message, "no error") << text;
    EXPECT_TRUE(message.starts_with(text)) << message;
  }
  EXPECT_NE(error("http://me:secret@a/").find("authorization"), std::string::npos);
}

}  // namespace
}  // namespace headrace::get
