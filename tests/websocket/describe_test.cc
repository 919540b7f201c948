#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "headrace/websocket/endpoint.h"

namespace headrace::websocket {
namespace {

// The lines of what a server tells as a client.
std::vector<std::string> lines(std::string_view octets, const Limits& limits = Limits()) {
  class Masks : public MaskSource {
    Mask next_mask() override { return {}; }
  } masks;
  Endpoint client(masks, limits);
  std::vector<std::string> lines;
  for (const Event& event : client.receive(octets)) {
    std::ostringstream out;
    out << event;
    EXPECT_EQ(out.str(), describe(event));
    EXPECT_TRUE(describe(event).starts_with(event_name(event)));
    lines.push_back(out.str());
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(DescribeTest, MessagesAreCounted) {
  EXPECT_EQ(lines("\x81\x05Hello"), Lines{"MessagePiece, text, 5 octets, whole"});
  EXPECT_EQ(lines("\x02\x01?"), Lines{"MessagePiece, binary, 1 octet, begins"});
  EXPECT_EQ(
      lines({"\x02\x01?\x00\x01?\x80\x00", 8}),
      (Lines{"MessagePiece, binary, 1 octet, begins", "MessagePiece, binary, 1 octet, goes on",
             "MessagePiece, binary, 0 octets, ends"}));
}

TEST(DescribeTest, ControlFrames) {
  EXPECT_EQ(lines({"\x89\x02hi\x8a\x00", 6}), (Lines{"Ping, 2 octets", "Pong, 0 octets"}));
  EXPECT_EQ(lines({"\x88\x00", 2}), Lines{"Close, 1005 (no status)"});
  EXPECT_EQ(lines("\x88\x02\x03\xe9"), Lines{"Close, 1001 (going away)"});
  EXPECT_EQ(lines("\x88\x02\x0b\xb8"), Lines{"Close, 3000 (unknown)"});
}

// A peer's reason is no line of its own, and no escape sequence.
TEST(DescribeTest, ReasonsAreEscaped) {
  EXPECT_EQ(lines("\x88\x0c\x03\xe8"
                  "a\n\x1b[2J\\\xc3\xa9!"),
            Lines{"Close, 1000 (normal), \"a\\x0a\\x1b[2J\\x5c\\xc3\\xa9!\""});
}

TEST(DescribeTest, FailuresNameTheirRule) {
  EXPECT_EQ(lines({"\xc1\x00", 2}),
            Lines{"Failure, 1002 (protocol error), RSV1, RSV2 and RSV3 are 0, as no extension was "
                  "agreed on (RFC 6455 §5.2)"});
  EXPECT_EQ(lines("\x81\x05Hello", {.message_size = 4}),
            Lines{"Failure, 1009 (message too big), a message is within Limits::message_size (RFC "
                  "6455 §10.4), 5 octets"});
}

TEST(DescribeTest, EveryCodeHasAName) {
  for (int code = 1000; code <= 1014; ++code) {
    const bool has_name = code != 1004;  // "reserved" in the IANA registry
    EXPECT_EQ(std::string(to_string(static_cast<CloseCode>(code))) != "unknown", has_name) << code;
  }
}

}  // namespace
}  // namespace headrace::websocket
