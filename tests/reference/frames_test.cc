#include "tests/reference/frames.h"

#include <gtest/gtest.h>

// The reference codec itself is held against octets typed from the RFC's figures.
namespace reference {
namespace {

using namespace std::string_literals;

// RFC 9113 §4.1
TEST(ReferenceFrames, HeaderFields) {
  EXPECT_EQ(encode(PING, ACK, 0, "12345678"), "\x00\x00\x08\x06\x01\x00\x00\x00\x00"s + "12345678");
  Frame odd = frame(0xfa, 0xff, 0x7fffffff);
  odd.length = 0xabcdef;
  odd.reserved = true;
  EXPECT_EQ(encode(odd), "\xab\xcd\xef\xfa\xff\xff\xff\xff\xff"s);
}

TEST(ReferenceFrames, ReadsBackWhatItWrites) {
  Frame first = frame(HEADERS, END_HEADERS | PADDED, 5, padded("block", 3));
  first.reserved = true;
  const Frame second = frame(DATA, END_STREAM, 5);
  const std::string bytes = encode(first) + encode(second);
  EXPECT_EQ(parse_all(bytes), (std::vector<Frame>{first, second}));
  EXPECT_EQ(parse_all(bytes + "\x00\x00"s).size(), 2u);
  size_t position = 0;
  EXPECT_FALSE(parse(encode(first).substr(0, 9 + 8), &position));
  EXPECT_EQ(position, 0u);
}

// RFC 9113 §6.1, §6.2, §6.6
TEST(ReferenceFrames, Content) {
  EXPECT_EQ(padded("ab", 2), "\x02"s + "ab" + "\x00\x00"s);
  EXPECT_EQ(priority(true, 3, 15), "\x80\x00\x00\x03\x0f"s);
  EXPECT_EQ(content(frame(DATA, PADDED, 1, padded("ab", 2))), "ab");
  EXPECT_EQ(content(frame(DATA, 0, 1, padded("ab", 2))), padded("ab", 2));
  EXPECT_EQ(content(frame(HEADERS, HAS_PRIORITY, 1, priority(false, 0, 0) + "hb")), "hb");
  EXPECT_EQ(
      content(frame(HEADERS, PADDED | HAS_PRIORITY, 1, padded(priority(false, 0, 0) + "hb", 1))),
      "hb");
  EXPECT_EQ(content(frame(PUSH_PROMISE, PADDED, 1, padded(u32(2) + "pp", 4))), "pp");
  EXPECT_EQ(content(frame(DATA, PADDED, 1, "\x03"s + "ab")), std::nullopt);
  EXPECT_EQ(content(frame(SETTINGS, PADDED, 0, "as is")), "as is");
}

// RFC 9113 §6.5.1, §6.8
TEST(ReferenceFrames, SettingsAndGoaway) {
  EXPECT_EQ(settings({{3, 100}, {0xabcd, 0xffffffff}}),
            "\x00\x03\x00\x00\x00\x64\xab\xcd\xff\xff\xff\xff"s);
  EXPECT_EQ(parse_settings(settings({{3, 100}, {3, 7}})), (Settings{{3, 100}, {3, 7}}));
  EXPECT_EQ(goaway(7, 0xb, "why"), "\x00\x00\x00\x07\x00\x00\x00\x0b"s + "why");
  const Goaway read = parse_goaway("\x80\x00\x00\x07\x00\x00\x00\x0b"s + "why");
  EXPECT_EQ(read.last_stream_id, 7u);
  EXPECT_EQ(read.error_code, 0xbu);
  EXPECT_EQ(read.debug_data, "why");
}

// RFC 7838 §4, RFC 8336 §2.1, RFC 9218 §7.1
TEST(ReferenceFrames, Extensions) {
  EXPECT_EQ(altsvc("o", "vv"), "\x00\x01"s + "ovv");
  EXPECT_EQ(origins({"a", "bc"}), "\x00\x01"s + "a" + "\x00\x02"s + "bc");
  EXPECT_EQ(parse_origins(origins({"a", "", "bc"})), (std::vector<std::string>{"a", "", "bc"}));
  EXPECT_EQ(parse_origins("\x00"s), std::nullopt);
  EXPECT_EQ(parse_origins("\x00\x02"s + "a"), std::nullopt);
  EXPECT_EQ(priority_update(5, "u=1"), "\x00\x00\x00\x05"s + "u=1");
  for (const char* origin : {"https://a.example", "http://[::1]:80", "x://1.2.3.4:5"}) {
    EXPECT_TRUE(is_origin(origin)) << origin;
  }
  for (const char* text : {"null", "https://", "https://a/", "//a", "https://a:", "https://a:b"}) {
    EXPECT_FALSE(is_origin(text)) << text;
  }
}

}  // namespace
}  // namespace reference
