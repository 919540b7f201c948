#include "headrace/websocket/reader.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/websocket/refusals.h"
#include "tests/websocket/said.h"

// What a peer says, at every cut, from both ends: tests/websocket/said.h has the words.
namespace headrace::websocket {
namespace {

using namespace std::string_literals;
using namespace testing;

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

// --- What is refused, with which code, by which section: tests/websocket/refusals.h.

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

// A frame's header is enough to refuse it.
TEST(ReaderTest, AFrameOfAMebibytePassesByDefault) {
  const std::string longest("\x82\x7f\x00\x00\x00\x00\x00\x10\x00\x00", 10);
  const auto said_of = [](const std::string& octets) {
    KnownMasks masks;
    Endpoint client(masks);
    testing::Listener listener;
    for (const Event& event : client.receive(octets)) listener.take(event);
    listener.end();
    return listener.said();
  };
  EXPECT_EQ(said_of(longest), Said{});
  EXPECT_EQ(said_of(longest.substr(0, 9) + "\x01"), Said{"fails 1009 RFC 6455 §10.4"});
  const std::string two = from_server(kBinaryBegins, "1") + "\x80" + longest.substr(1);
  EXPECT_EQ(said_of(two), (Said{"part:1", "fails 1009 RFC 6455 §10.4"}));
}

TEST(ReaderTest, WhatIsAsLongAsALimitPasses) {
  KnownMasks masks;
  Endpoint client(masks, {.message_size = 10, .frame_size = 8});
  const std::string octets = from_server(kBinaryBegins, "12345678") + from_server(kEnds, "90");
  testing::Listener listener;
  EventRange events = client.receive(octets);
  for (auto at = events.begin(); at != events.end(); at++) listener.take(*at);
  EXPECT_EQ(listener.said(), Said{"binary:1234567890"});
}

}  // namespace
}  // namespace headrace::websocket
