#include "headrace/websocket/reader.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/websocket/said.h"

// What a peer says, at every cut, from both ends: tests/websocket/said.h has the words.
namespace headrace::websocket {
namespace {

using namespace std::string_literals;
using testing::KnownMasks;
using testing::Listener;
using testing::Said;

constexpr uint64_t kMaxMessage = 1000;
constexpr uint64_t kMaxFrame = 700;

Said read_in_pieces(bool from_client, std::string_view octets, size_t first, size_t size) {
  KnownMasks masks;
  const Limits limits{kMaxMessage, kMaxFrame};
  Endpoint server(limits);
  Endpoint client(masks, limits);
  Endpoint& endpoint = from_client ? server : client;
  Listener listener;
  for (size_t at = 0; at < octets.size();) {
    const std::string_view piece = octets.substr(at, at == 0 ? first : size);
    for (const Event& event : endpoint.receive(piece)) listener.take(event);
    at += piece.size();
  }
  listener.end();
  EXPECT_FALSE(listener.is_confused());
  return listener.said();
}

// The same, however the octets are cut.
Said read(std::string_view octets, bool from_client = true) {
  const Said whole = read_in_pieces(from_client, octets, octets.size(), 1);
  for (size_t size : {1, 2, 3, 7, 125}) {
    EXPECT_EQ(read_in_pieces(from_client, octets, size, size), whole) << "in pieces of " << size;
  }
  for (size_t cut = 1; cut < std::min<size_t>(octets.size(), 300); ++cut) {
    EXPECT_EQ(read_in_pieces(from_client, octets, cut, octets.size()), whole) << "cut at " << cut;
  }
  return whole;
}

// A frame; `first` is its first octet, FIN and opcode. An independent writer: RFC 6455 §5.2.
std::string frame(uint8_t first, const std::string& payload, const std::string& mask) {
  std::string octets(1, static_cast<char>(first));
  const int flag = mask.empty() ? 0 : 0x80;
  if (payload.size() < 126) {
    octets += static_cast<char>(flag | static_cast<int>(payload.size()));
  } else {
    octets += static_cast<char>(flag | 126);
    octets += static_cast<char>(payload.size() >> 8);
    octets += static_cast<char>(payload.size());
  }
  octets += mask;
  for (size_t i = 0; i < payload.size(); ++i) {
    octets += mask.empty() ? payload[i] : static_cast<char>(payload[i] ^ mask[i % 4]);
  }
  return octets;
}
std::string from_client(uint8_t first, const std::string& payload) {
  return frame(first, payload, "\x37\xfa\x21\x3d");
}
std::string from_server(uint8_t first, const std::string& payload) {
  return frame(first, payload, "");
}

constexpr uint8_t kText = 0x81, kBinary = 0x82, kClose = 0x88, kPing = 0x89, kPong = 0x8a;
constexpr uint8_t kTextBegins = 0x01, kBinaryBegins = 0x02, kGoesOn = 0x00, kEnds = 0x80;

// RFC 6455 §5.7, all of it.
TEST(ReaderTest, Rfc6455Section5_7) {
  EXPECT_EQ(read("\x81\x05\x48\x65\x6c\x6c\x6f", false), Said{"text:Hello"});
  EXPECT_EQ(read("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), Said{"text:Hello"});
  EXPECT_EQ(read("\x01\x03\x48\x65\x6c\x80\x02\x6c\x6f", false), Said{"text:Hello"});
  EXPECT_EQ(read("\x89\x05\x48\x65\x6c\x6c\x6f", false), Said{"ping:Hello"});
  EXPECT_EQ(read("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), Said{"pong:Hello"});
  const std::string binary256(256, 'x');
  EXPECT_EQ(read("\x82\x7e\x01\x00"s + binary256, false), Said{"binary:" + binary256});
  const std::string binary64k(65536, 'x');
  KnownMasks masks;
  Endpoint client(masks);
  Listener listener;
  const std::string octets = "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + binary64k;
  for (const Event& event : client.receive(octets)) listener.take(event);
  EXPECT_EQ(listener.said(), Said{"binary:" + binary64k});
}

TEST(ReaderTest, Messages) {
  const std::string all(kMaxFrame, 'x');
  EXPECT_EQ(
      read(from_client(kText, "one") + from_client(kBinary, "\xff\x00"s) + from_client(kText, "")),
      (Said{"text:one", "binary:\xff\x00"s, "text:"}));
  EXPECT_EQ(read(from_server(kText, "one") + from_server(kBinary, "\xff\x00"s), false),
            (Said{"text:one", "binary:\xff\x00"s}));
  EXPECT_EQ(read(from_client(kBinary, all)), Said{"binary:" + all});
  EXPECT_EQ(read(from_server(kBinary, all), false), Said{"binary:" + all});
}

// The limit is one message's.
TEST(ReaderTest, MessagesDoNotAddUp) {
  const std::string part(300, 'x');
  const std::string message = from_client(kBinaryBegins, part) + from_client(kEnds, part);
  EXPECT_EQ(read(message + message), (Said{"binary:" + part + part, "binary:" + part + part}));
}

// RFC 6455 §5.4
TEST(ReaderTest, Fragments) {
  EXPECT_EQ(read(from_client(kTextBegins, "Hel") + from_client(kEnds, "lo")), Said{"text:Hello"});
  EXPECT_EQ(read(from_client(kBinaryBegins, "") + from_client(kGoesOn, "a") +
                 from_client(kGoesOn, "") + from_client(kEnds, "")),
            Said{"binary:a"});
  EXPECT_EQ(read(from_client(kBinaryBegins, "") + from_client(kEnds, "")), Said{"binary:"});
  EXPECT_EQ(read(from_client(kTextBegins, "\xc3") + from_client(kEnds, "\xa9")),
            Said{"text:\xc3\xa9"})
      << "a character across fragments";
}

TEST(ReaderTest, ControlFramesBetweenFragments) {
  EXPECT_EQ(read(from_client(kTextBegins, "Hel") + from_client(kPing, "there?") +
                 from_client(kPong, "") + from_client(kEnds, "lo") + from_client(kClose, "")),
            (Said{"ping:there?", "pong:", "text:Hello", "close 1005:"}));
}

// What is whole in the input is one piece, if it fits into the room for what is unmasked.
TEST(ReaderTest, AMessageThatIsThereIsOnePiece) {
  KnownMasks masks;
  Endpoint client(masks);
  Listener at_client;
  const std::string unmasked = from_server(kText, std::string(30'000, 'x'));
  for (const Event& event : client.receive(unmasked)) at_client.take(event);
  EXPECT_EQ(at_client.pieces(), 1);
  Endpoint server;
  Listener at_server;
  const std::string masked = from_client(kText, std::string(4000, 'x'));
  for (const Event& event : server.receive(masked)) at_server.take(event);
  EXPECT_EQ(at_server.pieces(), 1);
}

TEST(ReaderTest, Close) {
  EXPECT_EQ(read(from_client(kClose, "\x03\xe8")), Said{"close 1000:"});
  EXPECT_EQ(read(from_client(kClose, "\x0f\xa0going, \xc3\xa9")),
            Said{"close 4000:going, \xc3\xa9"});
  EXPECT_EQ(read(from_client(kClose, "")), Said{"close 1005:"});
  for (int code = 0; code < 65536; code += code < 5100 ? 1 : 101) {
    // RFC 6455 §7.4.1 and the IANA registry: 1004, 1005, 1006 and 1015 are never sent; §7.4.2.
    const bool legal = code == 1000 || code == 1001 || code == 1002 || code == 1003 ||
                       (1007 <= code && code <= 1014) || (3000 <= code && code < 5000);
    const std::string payload = {static_cast<char>(code >> 8), static_cast<char>(code)};
    EXPECT_EQ(read_in_pieces(true, from_client(kClose, payload), 100, 100),
              Said{legal ? "close " + std::to_string(code) + ":" : "fails 1002 RFC 6455 §7.4"});
  }
}

TEST(ReaderTest, NothingIsReadBehindTheEnd) {
  EXPECT_EQ(read(from_client(kClose, "") + from_client(kText, "two") + "\x81\x00"s),
            Said{"close 1005:"});
  EXPECT_EQ(read(from_client(kText, "one") + "\x81\x00"s + from_client(kText, "two")),
            (Said{"text:one", "fails 1002 RFC 6455 §5.1"}));
}

// --- What is refused, with which code, by which section.

struct Refusal {
  const char* what;
  std::string octets;
  bool by_server;  // is it refused; otherwise by a client
  std::string why;
};

std::vector<Refusal> refusals() {
  const std::string longest(125, 'x');
  const std::string no_length = "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff"s + "mask";
  const auto both = [](const char* what, uint8_t first, const std::string& payload,
                       const std::string& why) {
    return std::vector<Refusal>{{what, from_client(first, payload), true, why},
                                {what, from_server(first, payload), false, why}};
  };
  std::vector<Refusal> all = {
      {"a text that is not masked", "\x81\x05Hello", true, "1002 RFC 6455 §5.1"},
      {"a Ping that is not masked", "\x89\x00"s, true, "1002 RFC 6455 §5.1"},
      {"a text that is masked", from_client(kText, "Hello"), false, "1002 RFC 6455 §5.1"},
      {"a Close that is masked", from_client(kClose, ""), false, "1002 RFC 6455 §5.1"},
      {"125 octets in a length of 16 bits", "\x82\xfe\x00\x7dmask"s, true, "1002 RFC 6455 §5.2"},
      {"65,535 octets in a length of 64 bits", "\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff"s, false,
       "1002 RFC 6455 §5.2"},
      {"a length of 64 bits", from_client(kBinaryBegins, "x") + no_length, true,
       "1002 RFC 6455 §5.2"},
      {"a message within a message", from_client(kTextBegins, "") + from_client(kText, ""), true,
       "1002 RFC 6455 §5.4"},
      {"a continuation of nothing, behind a message", from_client(kText, "x") + from_client(0, ""),
       true, "1002 RFC 6455 §5.4"},
      {"a message too big in two frames",
       from_client(kBinaryBegins, std::string(600, 'x')) +
           from_client(kEnds, std::string(401, 'x')),
       true, "1009 RFC 6455 §10.4"},
      {"a sum that would overflow",
       from_client(kBinaryBegins, "x") + "\x80\xff\x7f\xff\xff\xff\xff\xff\xff\xff"s + "mask", true,
       "1009 RFC 6455 §10.4"},
      {"half a character across frames", from_client(kTextBegins, "\xc3") + from_client(kEnds, "x"),
       true, "1007 RFC 6455 §8.1"},
  };
  for (const std::vector<Refusal>& of_both : {
           both("RSV1", 0xc1, "x", "1002 RFC 6455 §5.2"),
           both("RSV2", 0xa2, "x", "1002 RFC 6455 §5.2"),
           both("RSV3", 0x99, "x", "1002 RFC 6455 §5.2"),
           both("opcode 3", 0x83, "x", "1002 RFC 6455 §5.2"),
           both("opcode 7", 0x87, "", "1002 RFC 6455 §5.2"),
           both("opcode 11", 0x8b, "x", "1002 RFC 6455 §5.2"),
           both("opcode 15", 0x8f, "x", "1002 RFC 6455 §5.2"),
           both("nothing to continue", kEnds, "x", "1002 RFC 6455 §5.4"),
           both("nothing to continue, and no end", kGoesOn, "x", "1002 RFC 6455 §5.4"),
           both("a fragmented Ping", 0x09, "x", "1002 RFC 6455 §5.5"),
           both("a fragmented Close", 0x08, "", "1002 RFC 6455 §5.5"),
           both("a Ping of 126 octets", kPing, longest + "x", "1002 RFC 6455 §5.5"),
           both("a Close of 126 octets", kClose, "\x03\xe8" + longest, "1002 RFC 6455 §5.5"),
           both("half a code", kClose, "\x03", "1002 RFC 6455 §5.5.1"),
           both("a code that is never sent", kClose, "\x03\xed", "1002 RFC 6455 §7.4"),
           both("a reason that is not UTF-8", kClose, "\x03\xe8\xff", "1007 RFC 6455 §8.1"),
           both("a reason with half a character", kClose, "\x03\xe8\xc3", "1007 RFC 6455 §8.1"),
           both("text that is not UTF-8", kText, "\xff", "1007 RFC 6455 §8.1"),
           both("text that ends in a character", kText, "\xc3", "1007 RFC 6455 §8.1"),
           both("a surrogate", kText, "\xed\xa0\x80", "1007 RFC 6455 §8.1"),
           both("an overlong slash", kText, "\xc0\xaf", "1007 RFC 6455 §8.1"),
           both("a frame too big", kBinary, std::string(kMaxFrame + 1, 'x'), "1009 RFC 6455 §10.4"),
       }) {
    all.insert(all.end(), of_both.begin(), of_both.end());
  }
  return all;
}

TEST(ReaderTest, Refusals) {
  for (const Refusal& refusal : refusals()) {
    const Said said = read(refusal.octets, refusal.by_server);
    ASSERT_FALSE(said.empty()) << refusal.what;
    EXPECT_EQ(said.back(), "fails " + refusal.why) << refusal.what;
  }
}

// Text is refused at its first octet that is wrong, not at the end of its message; what is in front
// of it was told.
TEST(ReaderTest, TextIsJudgedAsItComes) {
  const std::string octets = from_client(kTextBegins, "ok \xed\xa0\x80 and more");
  EXPECT_EQ(read(octets.substr(0, 6 + 5)), (Said{"part:ok \xed", "fails 1007 RFC 6455 §8.1"}));
  EXPECT_EQ(read(octets), (Said{"part:ok \xed", "fails 1007 RFC 6455 §8.1"}));
  EXPECT_EQ(read(from_server(kText, "ab\xc3"), false),
            (Said{"part:ab\xc3", "fails 1007 RFC 6455 §8.1"}));
}

TEST(ReaderTest, ALimitSaysWhatItSaw) {
  KnownMasks masks;
  Endpoint client(masks, {.message_size = 10, .frame_size = 8});
  uint64_t observed = 0;
  const std::string octets = from_server(kBinaryBegins, "1234567") + from_server(kEnds, "1234");
  for (const Event& event : client.receive(octets)) {
    if (const auto* failure = std::get_if<Failure>(&event)) observed = failure->observed;
  }
  EXPECT_EQ(observed, 11u);
}

}  // namespace
}  // namespace headrace::websocket
