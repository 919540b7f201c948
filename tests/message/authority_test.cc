// RFC 3986 §3.2: what a host and a port are, and what only looks so.
#include "headrace/protocol/message/authority.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace headrace {
namespace {

std::string parts(std::string_view text) {
  const auto authority = parse_authority(text);
  return authority ? std::string(authority->host) + " " + std::string(authority->port) : "none";
}

void expect_authorities(bool expected, std::initializer_list<const char*> texts) {
  for (const char* text : texts) {
    EXPECT_EQ(is_authority(text), expected) << text;
    EXPECT_EQ(parse_authority(text).has_value(), expected) << text;
  }
}

TEST(Authority, IsAHostAndAPort) {
  EXPECT_EQ(parts("example.org:8443"), "example.org 8443");
  EXPECT_EQ(parts("EXAMPLE.org"), "EXAMPLE.org ");
  EXPECT_EQ(parts("127.0.0.1:80"), "127.0.0.1 80");
  EXPECT_EQ(parts("[::1]:443"), "[::1] 443");
  EXPECT_EQ(parts("[2001:db8::1]"), "[2001:db8::1] ");
}

// RFC 3986 §3.2.3: any number of digits, none too.
TEST(Authority, APortIsDigits) {
  expect_authorities(true, {"a.com:", "a.com:0", "a.com:99999", "a.com:0080", "[::1]:"});
  expect_authorities(false, {"a.com:80x", "a.com:x", "a:b:c", "a:80:", "a::80", "a.com:-1",
                             "a.com:+1", "[::1]:x", "[::1]::1", "A.com:80x", "A:B:C"});
}

// RFC 9110 §4.2.1: "MUST reject it as invalid".
TEST(Authority, TheHostIsNotEmpty) { expect_authorities(false, {"", ":", ":80", "[]", "[]:80"}); }

// RFC 3986 §3.2.2: unreserved, percent-encoded and sub-delims.
TEST(Authority, ARegisteredName) {
  expect_authorities(true, {"a", "-", "_.~", "!$&'()*+,;=", "%41", "a%c3%A9.org", "%00:1",
                            "256.256.256.256", "1.2.3"});
  expect_authorities(false, {"%", "%4", "%4g", "a%", "%%41", "a b", "a/b", "me@a", "a#b", "a?b",
                             "a\\b", "a\"b", "<a>", "a^b", "`", "{a}", "a|b", "\x7f", "\xc3\xa9"});
  EXPECT_FALSE(is_authority(std::string_view("a\0b", 3)));
}

TEST(Authority, AnIpLiteralIsInBrackets) {
  expect_authorities(false, {"]", "[", "[::1", "::1", "::1]", "[::1]x", "[a]", "a[::1]", "[::1]]",
                             "[[::1]]", "[example.org]", "[127.0.0.1]", "[fe80::1%25eth0]"});
}

TEST(Authority, AnIpv6Address) {
  expect_authorities(
      true, {"[::]", "[::1]", "[1::]", "[1:2:3:4:5:6:7:8]", "[1::8]", "[::2:3:4:5:6:7:8]",
             "[1:2:3:4:5:6:7::]", "[1:2:3::5:6:7:8]", "[ABCD:ef01::]", "[::127.0.0.1]",
             "[1:2:3:4:5:6:127.0.0.1]", "[1:2:3:4:5::127.0.0.1]", "[::ffff:255.255.255.255]"});
  expect_authorities(false, {"[:]",
                             "[:::]",
                             "[1]",
                             "[1:2]",
                             "[1:2:3:4:5:6:7]",
                             "[1:2:3:4:5:6:7:8:9]",
                             "[1:2:3:4:5:6:7:8::]",
                             "[::1:2:3:4:5:6:7:8]",
                             "[1::2::3]",
                             "[1:]",
                             "[:1]",
                             "[1::2:]",
                             "[12345::]",
                             "[g::]",
                             "[1:2:3:4:5:6:7:127.0.0.1]",
                             "[::1.2.3]",
                             "[::1.2.3.4.5]",
                             "[::256.0.0.1]",
                             "[::01.0.0.1]",
                             "[::1.2.3.4:5]",
                             "[::1.2.3.]",
                             "[1.2.3.4::]"});
}

// A version that nobody knows yet (RFC 3986 §3.2.2).
TEST(Authority, AnIpAddressOfTheFuture) {
  expect_authorities(true, {"[v1.a]", "[VF.a:b!]", "[v10.:]:80"});
  expect_authorities(false, {"[v.a]", "[v1.]", "[v1]", "[vg.a]", "[v1.a/b]", "[v1.%41]"});
}

// RFC 9110 §9.3.6: no default, and a port that there is.
TEST(Authority, ConnectHasAPort) {
  for (const char* text : {"a.com:1", "a.com:443", "a.com:65535", "[::1]:00022"}) {
    EXPECT_TRUE(is_connect_target(text)) << text;
  }
  for (const char* text : {"a.com", "a.com:", "a.com:0", "a.com:65536", "a.com:99999", "[::1]",
                           "a.com:18446744073709551617", ":443", "a.com:4x", "%:1"}) {
    EXPECT_FALSE(is_connect_target(text)) << text;
  }
}

// RFC 3986 §3.2.2, §3.2.3: as a resolver and a socket have them.
TEST(Authority, HostAndPortToConnectTo) {
  EXPECT_EQ(parse_authority("[::1]:22")->bare_host(), "::1");
  EXPECT_EQ(parse_authority("a.com:22")->bare_host(), "a.com");
  EXPECT_EQ(parse_authority("a.com:22")->port_number(80), 22);
  EXPECT_EQ(parse_authority("a.com:0065535")->port_number(80), 65535);
  EXPECT_EQ(parse_authority("a.com")->port_number(80), 80);
  EXPECT_EQ(parse_authority("a.com:")->port_number(443), 443);
  for (const char* text : {"a.com:0", "a.com:65536", "a.com:18446744073709551617"}) {
    EXPECT_EQ(parse_authority(text)->port_number(80), 0) << text;
  }
  EXPECT_EQ((Authority{.host = "a", .port = "8x"}.port_number(80)), 0);
  EXPECT_EQ(default_port("http"), 80);
  EXPECT_EQ(default_port("HTTPS"), 443);
  EXPECT_EQ(default_port("coap"), 0);
  EXPECT_EQ(default_port(""), 0);
}

// RFC 3986 §6.2.2.1, §6.2.3
TEST(Authority, TheSameOne) {
  EXPECT_TRUE(is_same_authority("A.com:80", "a.COM", "http"));
  EXPECT_TRUE(is_same_authority("a.com:", "a.com:443", "https"));
  EXPECT_FALSE(is_same_authority("a.com:80", "a.com", "https"));
  EXPECT_FALSE(is_same_authority("[::80]", "[::]", "http"));
  EXPECT_TRUE(is_same_authority("a.com:", "a.com", "coap"));
  EXPECT_FALSE(is_same_authority("a.com:80", "a.com", "coap")) << "its default is not ours to know";
  EXPECT_FALSE(is_same_authority("a.com:80", "a.com", "")) << "CONNECT has none";
}

// Texts are looked at in blocks: at each place of texts of every length each octet is seen, and
// nothing beside the text is.
TEST(Authority, EachOctetAtEachPlace) {
  constexpr size_t kLongest = 40;
  constexpr std::string_view kOthers = "-._~!$&'()*+,;=";
  for (size_t size = 1; size <= kLongest; ++size) {
    const std::string surrounded = "/" + std::string(size, 'h') + "/";
    const std::string_view inner = std::string_view(surrounded).substr(1, size);
    ASSERT_TRUE(is_authority(inner));
    for (size_t position = 0; position < size; ++position) {
      for (int octet = 0; octet < 256; ++octet) {
        std::string changed(inner);
        changed[position] = static_cast<char>(octet);
        const bool in_name = octet != 0 && octet < 0x80 &&
                             (isalnum(octet) != 0 ||
                              kOthers.find(static_cast<char>(octet)) != std::string_view::npos);
        // What follows a colon is no number, but where nothing follows it.
        const bool empty_port = octet == ':' && position > 0 && position + 1 == size;
        ASSERT_EQ(is_authority(changed), in_name || empty_port)
            << octet << " at " << position << " of " << size;
      }
    }
  }
}

}  // namespace
}  // namespace headrace
