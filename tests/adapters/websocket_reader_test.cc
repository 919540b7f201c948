#include "headrace/adapters/serve/websocket_reader.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <gsl/span>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/adapters/serve/utf8.h"
#include "headrace/adapters/serve/websocket_frame.h"

namespace headrace::serve {
namespace {

using namespace std::string_literals;

gsl::span<const uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// --- Frames as a server writes them: the unmasked examples of RFC 6455 §5.7.

std::string frame(WebSocketOpcode opcode, std::string_view payload) {
  std::string out;
  append_websocket_frame(opcode, payload, &out);
  return out;
}

TEST(WebSocketFrameTest, Rfc6455Section5_7) {
  EXPECT_EQ(frame(WebSocketOpcode::kText, "Hello"), "\x81\x05\x48\x65\x6c\x6c\x6f"s);
  EXPECT_EQ(frame(WebSocketOpcode::kPing, "Hello"), "\x89\x05\x48\x65\x6c\x6c\x6f"s);
  const std::string binary256(256, 'x');
  EXPECT_EQ(frame(WebSocketOpcode::kBinary, binary256), "\x82\x7e\x01\x00"s + binary256);
  const std::string binary64k(65536, 'x');
  EXPECT_EQ(frame(WebSocketOpcode::kBinary, binary64k),
            "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + binary64k);
}

// RFC 6455 §5.2: the minimal number of octets.
TEST(WebSocketFrameTest, TheShortestLength) {
  EXPECT_EQ(frame(WebSocketOpcode::kBinary, std::string(125, 'x')).substr(0, 3), "\x82\x7dx"s);
  EXPECT_EQ(frame(WebSocketOpcode::kBinary, std::string(126, 'x')).substr(0, 4),
            "\x82\x7e\x00\x7e"s);
  EXPECT_EQ(frame(WebSocketOpcode::kBinary, std::string(65535, 'x')).substr(0, 4),
            "\x82\x7e\xff\xff"s);
}

// --- What a client says.

constexpr size_t kLimit = 1000;

// "text:Hello", "binary:...", "ping:...", "pong:...", "close 1000:bye", "close:", "fails 1002".
std::string describe(const WebSocketReader::Item& item) {
  using Kind = WebSocketReader::Item::Kind;
  const std::string code = " " + std::to_string(static_cast<int>(item.status));
  std::string text;
  switch (item.kind) {
    case Kind::kMessage:
      text = item.opcode == WebSocketOpcode::kText ? "text" : "binary";
      break;
    case Kind::kPing:
      text = "ping";
      break;
    case Kind::kPong:
      text = "pong";
      break;
    case Kind::kClose:
      text = item.status == WebSocketStatus::kNoStatus ? "close" : "close" + code;
      break;
    case Kind::kViolation:
      return "fails" + code;
  }
  return text + ":" + std::string(item.payload);
}

using Items = std::vector<std::string>;

// What is read when the bytes come in pieces of `size`.
Items read_in_pieces(std::string_view bytes, size_t size) {
  WebSocketReader reader(kLimit);
  Items items;
  for (size_t at = 0; at < bytes.size(); at += size) {
    gsl::span<const uint8_t> piece = octets(bytes.substr(at, size));
    while (const auto item = reader.next(&piece)) items.push_back(describe(*item));
    EXPECT_TRUE(piece.empty());
  }
  return items;
}

// The same, however the bytes are cut.
Items read(std::string_view bytes) {
  const Items whole = read_in_pieces(bytes, bytes.size());
  for (size_t size : {1, 2, 3, 7, 125}) EXPECT_EQ(read_in_pieces(bytes, size), whole) << size;
  return whole;
}

// A masked frame; `first` is its first octet, FIN and opcode. An independent writer: RFC 6455 §5.2.
std::string from_client(uint8_t first, const std::string& payload) {
  const std::string mask = "\x37\xfa\x21\x3d";
  std::string bytes(1, static_cast<char>(first));
  if (payload.size() < 126) {
    bytes += static_cast<char>(0x80 | payload.size());
  } else {
    bytes += "\xfe"s + static_cast<char>(payload.size() >> 8) + static_cast<char>(payload.size());
  }
  bytes += mask;
  for (size_t i = 0; i < payload.size(); ++i) bytes += static_cast<char>(payload[i] ^ mask[i % 4]);
  return bytes;
}

constexpr uint8_t kText = 0x81, kBinary = 0x82, kClose = 0x88, kPing = 0x89, kPong = 0x8a;
constexpr uint8_t kTextBegins = 0x01, kBinaryBegins = 0x02, kGoesOn = 0x00, kEnds = 0x80;

// The masked examples of RFC 6455 §5.7.
TEST(WebSocketReaderTest, Rfc6455Section5_7) {
  EXPECT_EQ(read("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), Items{"text:Hello"});
  EXPECT_EQ(read("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), Items{"pong:Hello"});
}

TEST(WebSocketReaderTest, Messages) {
  EXPECT_EQ(
      read(from_client(kText, "one") + from_client(kBinary, "\xff\x00"s) + from_client(kText, "")),
      (Items{"text:one", "binary:\xff\x00"s, "text:"}));
  const std::string all(kLimit, 'x');
  EXPECT_EQ(read(from_client(kBinary, all)), Items{"binary:" + all});
}

// RFC 6455 §5.4
TEST(WebSocketReaderTest, Fragments) {
  EXPECT_EQ(read(from_client(kTextBegins, "Hel") + from_client(kEnds, "lo")), Items{"text:Hello"});
  EXPECT_EQ(read(from_client(kBinaryBegins, "") + from_client(kGoesOn, "a") +
                 from_client(kGoesOn, "") + from_client(kEnds, "")),
            Items{"binary:a"});
  EXPECT_EQ(read(from_client(kTextBegins, "\xc3") + from_client(kEnds, "\xa9")),
            Items{"text:\xc3\xa9"})
      << "a character across fragments";
}

TEST(WebSocketReaderTest, ControlFramesBetweenFragments) {
  EXPECT_EQ(read(from_client(kTextBegins, "Hel") + from_client(kPing, "there?") +
                 from_client(kPong, "") + from_client(kEnds, "lo") + from_client(kClose, "")),
            (Items{"ping:there?", "pong:", "text:Hello", "close:"}));
}

TEST(WebSocketReaderTest, Close) {
  EXPECT_EQ(read(from_client(kClose, "\x03\xe8")), Items{"close 1000:"});
  EXPECT_EQ(read(from_client(kClose, "\x0f\xa0going, \xc3\xa9")),
            Items{"close 4000:going, \xc3\xa9"});
  EXPECT_EQ(read(from_client(kClose, "")), Items{"close:"});
}

TEST(WebSocketReaderTest, CloseThatIsWrong) {
  EXPECT_EQ(read(from_client(kClose, "\x03")), Items{"fails 1002"}) << "half a code";
  EXPECT_EQ(read(from_client(kClose, "\x03\xe8\xff")), Items{"fails 1007"}) << "no UTF-8";
  EXPECT_EQ(read(from_client(kClose, "\x03\xe8\xc3")), Items{"fails 1007"}) << "half a character";
  // RFC 6455 §7.4.1: 1004, 1005, 1006 and 1015 are never sent; §7.4.2.
  for (int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535}) {
    const std::string payload = {static_cast<char>(code >> 8), static_cast<char>(code)};
    EXPECT_EQ(read(from_client(kClose, payload)), Items{"fails 1002"}) << code;
  }
}

// RFC 6455 §5.1: a server closes the connection on a frame that is not masked.
TEST(WebSocketReaderTest, MaskingIsRequired) {
  EXPECT_EQ(read("\x81\x05Hello"), Items{"fails 1002"});
  EXPECT_EQ(read("\x89\x00"s), Items{"fails 1002"});
}

TEST(WebSocketReaderTest, FramesThatAreWrong) {
  EXPECT_EQ(read(from_client(0xc1, "x")), Items{"fails 1002"}) << "RSV1";
  EXPECT_EQ(read(from_client(0x91, "x")), Items{"fails 1002"}) << "RSV3";
  EXPECT_EQ(read(from_client(0x83, "x")), Items{"fails 1002"}) << "opcode 3";
  EXPECT_EQ(read(from_client(0x8b, "x")), Items{"fails 1002"}) << "opcode 11";
  EXPECT_EQ(read(from_client(0x09, "x")), Items{"fails 1002"}) << "a fragmented Ping";
  EXPECT_EQ(read(from_client(kEnds, "x")), Items{"fails 1002"}) << "nothing to continue";
  EXPECT_EQ(read(from_client(kTextBegins, "x") + from_client(kText, "y")), Items{"fails 1002"})
      << "a message within a message";
}

// RFC 6455 §5.5
TEST(WebSocketReaderTest, ControlFramesAreShort) {
  const std::string longest(125, 'x');
  EXPECT_EQ(read(from_client(kPing, longest)), Items{"ping:" + longest});
  EXPECT_EQ(read(from_client(kPing, longest + "x")), Items{"fails 1002"});
}

TEST(WebSocketReaderTest, MessagesAreNotTooBig) {
  EXPECT_EQ(read(from_client(kBinary, std::string(kLimit + 1, 'x'))), Items{"fails 1009"});
  EXPECT_EQ(read(from_client(kBinaryBegins, std::string(600, 'x')) +
                 from_client(kEnds, std::string(401, 'x'))),
            Items{"fails 1009"});
  // A length that no sum may overflow.
  EXPECT_EQ(
      read(from_client(kBinaryBegins, "x") + "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff"s + "mask"),
      Items{"fails 1009"});
}

TEST(WebSocketReaderTest, TextIsUtf8) {
  EXPECT_EQ(read(from_client(kText, "\xff")), Items{"fails 1007"});
  EXPECT_EQ(read(from_client(kText, "\xc3")), Items{"fails 1007"}) << "it ends in a character";
  EXPECT_EQ(read(from_client(kBinary, "\xff")), Items{"binary:\xff"});
  // Found when it is there, not at the end of the message.
  EXPECT_EQ(read(from_client(kTextBegins, "ok \xed\xa0\x80")), Items{"fails 1007"});
}

TEST(WebSocketReaderTest, NothingIsReadAfterAViolation) {
  EXPECT_EQ(read(from_client(kText, "one") + "\x81\x00"s + from_client(kText, "two")),
            (Items{"text:one", "fails 1002"}));
}

// --- UTF-8

bool is_text(std::string_view bytes, size_t cut) {
  Utf8Checker checker;
  return checker.add(octets(bytes.substr(0, cut))) && checker.add(octets(bytes.substr(cut))) &&
         checker.is_complete();
}

TEST(Utf8CheckerTest, Characters) {
  // RFC 3629 §4: the first and last of each line; §7 has the Greek and Japanese ones.
  for (const std::string& text :
       {""s, "\x00\x7f"s, "\xc2\x80\xdf\xbf"s, "\xe0\xa0\x80"s, "\xec\xbf\xbf\xed\x80\x80"s,
        "\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"s, "\xf0\x90\x80\x80"s, "\xf4\x8f\xbf\xbf"s,
        "A\xe2\x89\xa2\xce\x91."s, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"s}) {
    for (size_t cut = 0; cut <= text.size(); ++cut) EXPECT_TRUE(is_text(text, cut)) << text << cut;
  }
}

TEST(Utf8CheckerTest, NoCharacters) {
  for (const std::string& text :
       {"\x80"s, "\xbf"s, "\xc0\x80"s, "\xc1\xbf"s, "\xe0\x9f\xbf"s, "\xed\xa0\x80"s,
        "\xed\xbf\xbf"s, "\xf0\x8f\xbf\xbf"s, "\xf4\x90\x80\x80"s, "\xf5\x80\x80\x80"s, "\xff"s,
        "\xfe"s, "\xc2"s, "\xc2x"s, "\xe0\xa0"s, "\xe0\xa0x"s, "\xf0\x90\x80"s, "\xc2\xc2\x80"s}) {
    for (size_t cut = 0; cut <= text.size(); ++cut) EXPECT_FALSE(is_text(text, cut)) << cut;
  }
}

}  // namespace
}  // namespace headrace::serve
