#include "headrace/protocol/message/url.h"

#include <gtest/gtest.h>

#include <string>

namespace headrace {
namespace {

Url parsed(std::string_view text) {
  Url url;
  const Rule* const broken = parse_url(text, &url);
  EXPECT_EQ(broken, nullptr) << text << ": " << broken->text;
  return url;
}

// The section of the rule that the text breaks.
std::string broken_by(std::string_view text) {
  Url url;
  const Rule* const broken = parse_url(text, &url);
  return broken == nullptr ? "none" : broken->section;
}

TEST(Url, TakesItApart) {
  const Url url = parsed("http://example.org:8080/a/b?c=d&e");
  EXPECT_FALSE(url.is_https);
  EXPECT_EQ(url.scheme(), "http");
  EXPECT_EQ(url.host, "example.org");
  EXPECT_EQ(url.port, 8080);
  EXPECT_EQ(url.authority, "example.org:8080");
  EXPECT_EQ(url.path, "/a/b?c=d&e");
  EXPECT_EQ(url.origin(), "http://example.org:8080");
}

// RFC 9110 §4.2.1, §4.2.2: the ports; RFC 3986 §3.1: the scheme's case means nothing.
TEST(Url, DefaultsAreLeftOut) {
  EXPECT_EQ(parsed("http://example.org").port, 80);
  EXPECT_EQ(parsed("http://example.org").path, "/");
  EXPECT_EQ(parsed("http://example.org:80/").authority, "example.org");
  EXPECT_EQ(parsed("http://example.org:00080/").authority, "example.org");
  EXPECT_EQ(parsed("http://example.org:/").port, 80);
  EXPECT_EQ(parsed("https://example.org").port, 443);
  EXPECT_EQ(parsed("https://example.org:443").authority, "example.org");
  EXPECT_EQ(parsed("https://example.org:80").authority, "example.org:80");
  EXPECT_EQ(parsed("HTTPS://example.org").scheme(), "https");
  EXPECT_EQ(parsed("hTtP://example.org").scheme(), "http");
}

TEST(Url, PortsEndAt65535) {
  EXPECT_EQ(parsed("http://a:1/").port, 1);
  EXPECT_EQ(parsed("http://a:65535/").port, 65535);
  EXPECT_EQ(broken_by("http://a:0/"), "RFC 3986 §3.2.3");
  EXPECT_EQ(broken_by("http://a:65536/"), "RFC 3986 §3.2.3");
  EXPECT_EQ(broken_by("http://a:18446744073709551617/"), "RFC 3986 §3.2.3");
}

TEST(Url, Ipv6) {
  const Url url = parsed("http://[2001:db8::1]:8080/");
  EXPECT_EQ(url.host, "2001:db8::1");
  EXPECT_EQ(url.port, 8080);
  EXPECT_EQ(url.authority, "[2001:db8::1]:8080");
  EXPECT_EQ(url.origin(), "http://[2001:db8::1]:8080");
  EXPECT_EQ(parsed("http://[::1]").authority, "[::1]");
  EXPECT_EQ(parsed("http://[::ffff:127.0.0.1]").host, "::ffff:127.0.0.1");
}

// RFC 9110 §4.3.1: scheme, host and port are the origin.
TEST(Url, OneOriginHoweverItIsWritten) {
  EXPECT_EQ(parsed("http://a/1").origin(), parsed("http://a:80/2?x").origin());
  EXPECT_NE(parsed("http://a/").origin(), parsed("https://a/").origin());
  EXPECT_NE(parsed("http://a:80/").origin(), parsed("http://a:81/").origin());
}

// RFC 9110 §7.1: the fragment is not part of the target.
TEST(Url, DropsTheFragment) {
  EXPECT_EQ(parsed("http://a/b#c?d/e").path, "/b");
  EXPECT_EQ(parsed("http://a#b").path, "/");
  EXPECT_EQ(parsed("http://a/#@").path, "/");
}

// RFC 9113 §8.3.1: a path that is empty is "/".
TEST(Url, AQueryWithoutAPath) { EXPECT_EQ(parsed("http://a?b=/c").path, "/?b=/c"); }

// RFC 3987 §3.1, step 2; escapes stay as they are.
TEST(Url, EncodesWhatIsNotAscii) {
  EXPECT_EQ(parsed("http://a/h\xc3\xa9").path, "/h%C3%A9");
  EXPECT_EQ(parsed("http://a/%c3?x=%20").path, "/%c3?x=%20");
  EXPECT_EQ(parsed("http://a/../b|{c}").path, "/../b|{c}");
}

TEST(Url, TheSchemeIsHttpOrHttps) {
  for (const char* text : {"", "a", "//a/", "/a", "ftp://a/", "http:a", "http:/a", "localhost:80/",
                           "://a", "httpss://a", " http", "a/?u=http://b/", "#http://a"}) {
    EXPECT_TRUE(broken_by(text) == "RFC 9110 §4.2" || broken_by(text) == "RFC 3986 §2.1") << text;
  }
}

TEST(Url, NoUserinfo) {
  EXPECT_EQ(broken_by("http://me:secret@a/"), "RFC 9110 §4.2.4");
  EXPECT_EQ(broken_by("http://@a/"), "RFC 9110 §4.2.4");
  EXPECT_EQ(parsed("http://a/me@b").path, "/me@b");
}

TEST(Url, AHost) {
  for (const char* text : {"http://",         "http:///x",
                           "http://:80/",     "http://a:b/",
                           "http://a:80x/",   "http://a:-1/",
                           "http://[::1",     "http://[]/",
                           "http://[::1]x/",  "http://[fe80::1%25eth0]/",
                           "http://::1/",     "http://a<b>/",
                           "http://a:b:c/",   "http://]/",
                           "http://[::1/",    "http://%/",
                           "http://%4/",      "http://[1:2]/",
                           "http://[a]/",     "http://a\\b/",
                           "http://\xc3\xa9/"}) {
    EXPECT_EQ(broken_by(text), "RFC 9110 §4.2.1") << text;
  }
  EXPECT_EQ(broken_by("http://[v1.a]/"), "RFC 3986 §3.2.2");
  EXPECT_EQ(broken_by("http://[V1.a:b]/"), "RFC 3986 §3.2.2");
}

TEST(Url, NoWhiteSpaceAndNoControls) {
  for (const char* text : {"http://a b/", "http://a/b c", "http://a/\x01", "http://a/\t",
                           " http://a/", "http://a/\r\nhost: b", "http://a/\x7f", "http://a/#\n"}) {
    EXPECT_EQ(broken_by(text), "RFC 3986 §2.1") << text;
  }
  EXPECT_EQ(broken_by(std::string_view("http://a/\0", 10)), "RFC 3986 §2.1");
}

}  // namespace
}  // namespace headrace
