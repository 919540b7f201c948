#include "headrace/websocket/endpoint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/websocket/said.h"

namespace headrace::websocket {
namespace {

using namespace std::string_literals;
using testing::KnownMasks;
using testing::Listener;
using testing::Said;
using testing::take_output;

const std::string kLongest(125, 'x');

// What `endpoint` tells of these octets, whole.
Said said_by(Endpoint& endpoint, std::string_view octets) {
  Listener listener;
  for (const Event& event : endpoint.receive(octets)) listener.take(event);
  return listener.said();
}

class EndpointTest : public ::testing::Test {
 protected:
  KnownMasks masks_;
  Endpoint server_;
  Endpoint client_{masks_};
};

// --- What is written: RFC 6455 §5.7.

TEST_F(EndpointTest, Rfc6455Section5_7) {
  ASSERT_TRUE(server_.send_text("Hello").ok());
  EXPECT_EQ(take_output(server_), "\x81\x05\x48\x65\x6c\x6c\x6f");
  ASSERT_TRUE(client_.send_text("Hello").ok());
  EXPECT_EQ(take_output(client_), "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
  ASSERT_TRUE(server_.send_text("Hel", false).ok());
  EXPECT_EQ(take_output(server_), "\x01\x03\x48\x65\x6c");
  ASSERT_TRUE(server_.send_text("lo").ok());
  EXPECT_EQ(take_output(server_), "\x80\x02\x6c\x6f");
  ASSERT_TRUE(server_.ping(std::string_view("Hello")).ok());
  EXPECT_EQ(take_output(server_), "\x89\x05\x48\x65\x6c\x6c\x6f");
  // The client's answer, which is masked.
  EXPECT_EQ(said_by(client_, "\x89\x05\x48\x65\x6c\x6c\x6f"), Said{"ping:Hello"});
  EXPECT_EQ(take_output(client_), "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
  const std::string binary256(256, 'x');
  ASSERT_TRUE(server_.send_binary(binary256).ok());
  EXPECT_EQ(take_output(server_), "\x82\x7e\x01\x00"s + binary256);
  const std::string binary64k(65536, 'x');
  ASSERT_TRUE(server_.send_binary(binary64k).ok());
  EXPECT_EQ(take_output(server_), "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + binary64k);
}

TEST_F(EndpointTest, ControlFramesGoBetweenFragments) {
  ASSERT_TRUE(server_.send_text("a", false).ok());
  ASSERT_TRUE(server_.ping().ok());
  ASSERT_TRUE(server_.pong(std::string_view("!")).ok());
  ASSERT_TRUE(server_.send_text("b").ok());
  EXPECT_EQ(take_output(server_), "\x01\x01\x61\x89\x00\x8a\x01!\x80\x01\x62"s);
}

// --- What is not sent.

TEST_F(EndpointTest, TextThatIsNoUtf8) {
  EXPECT_EQ(server_.send_text("\xff").error, SendError::kInvalidText);
  EXPECT_EQ(server_.send_text("\xc3").error, SendError::kInvalidText) << "it ends in a character";
  EXPECT_FALSE(server_.wants_output());
  ASSERT_TRUE(server_.send_text("\xc3", false).ok());
  EXPECT_EQ(server_.send_text("x", false).error, SendError::kInvalidText);
  EXPECT_EQ(server_.send_text("").error, SendError::kInvalidText) << "it would end there";
  ASSERT_TRUE(server_.send_text("\xa9").ok()) << "what was refused has changed nothing";
  EXPECT_EQ(take_output(server_), "\x01\x01\xc3\x80\x01\xa9");
  ASSERT_TRUE(server_.send_binary(std::string_view("\xff")).ok());
}

TEST_F(EndpointTest, AMessageWithinAMessage) {
  ASSERT_TRUE(server_.send_text("a", false).ok());
  EXPECT_EQ(server_.send_binary(std::string_view("b")).error, SendError::kWrongState);
  ASSERT_TRUE(server_.send_text("", true).ok());
  ASSERT_TRUE(server_.send_binary(std::string_view("b")).ok());
  EXPECT_EQ(take_output(server_), "\x01\x01\x61\x80\x00\x82\x01\x62"s);
}

TEST_F(EndpointTest, ControlFramesThatAreTooLarge) {
  ASSERT_TRUE(server_.ping(kLongest).ok());
  EXPECT_EQ(server_.ping(kLongest + "x").error, SendError::kTooLarge);
  EXPECT_EQ(server_.pong(kLongest + "x").error, SendError::kTooLarge);
  EXPECT_EQ(server_.close(CloseCode::kNormal, kLongest).error, SendError::kTooLarge);
  EXPECT_EQ(server_.close(CloseCode::kNormal, kLongest.substr(1)).error, SendError::kTooLarge);
  take_output(server_);
  ASSERT_TRUE(server_.close(CloseCode::kNormal, kLongest.substr(2)).ok());
  EXPECT_EQ(take_output(server_), "\x88\x7d\x03\xe8" + kLongest.substr(2));
}

TEST_F(EndpointTest, CodesThatAreNotSent) {
  for (const int code : {0, 999, 1004, 1006, 1015, 1016, 2999, 5000}) {
    EXPECT_EQ(server_.close(static_cast<CloseCode>(code)).error, SendError::kInvalidCode) << code;
  }
  EXPECT_EQ(server_.close(CloseCode::kNoStatus, "why").error, SendError::kInvalidCode)
      << "a reason stands behind a code";
  EXPECT_EQ(server_.close(CloseCode::kNormal, "\xff").error, SendError::kInvalidText);
  EXPECT_TRUE(server_.is_open());
  EXPECT_FALSE(server_.wants_output());
}

TEST(SendErrorTest, HasAName) {
  EXPECT_STREQ(to_string(SendError::kNone), "none");
  EXPECT_STREQ(to_string(SendError::kClosed), "closed");
  EXPECT_STREQ(to_string(SendError::kWrongState), "wrong state");
  EXPECT_STREQ(to_string(SendError::kInvalidText), "invalid text");
  EXPECT_STREQ(to_string(SendError::kInvalidCode), "invalid code");
  EXPECT_STREQ(to_string(SendError::kTooLarge), "too large");
}

// --- Pings are answered.

// RFC 6455 §5.5.3: of several, the last. So a peer that does not read makes us hold two Pongs.
TEST_F(EndpointTest, PingsDoNotAddUp) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(client_.ping(std::to_string(i)).ok());
    said_by(server_, take_output(client_));
  }
  EXPECT_EQ(server_.pending_output().size(), 3u);
  EXPECT_EQ(take_output(server_),
            "\x8a\x01"
            "0");
  EXPECT_EQ(take_output(server_),
            "\x8a\x03"
            "999");
  EXPECT_FALSE(server_.wants_output());
}

TEST_F(EndpointTest, APongWaitsForNoMessage) {
  ASSERT_TRUE(server_.send_text("a").ok());
  ASSERT_TRUE(client_.ping().ok());
  said_by(server_, take_output(client_));
  EXPECT_EQ(take_output(server_), "\x81\x01\x61\x8a\x00"s);
  ASSERT_TRUE(client_.ping(std::string_view("2")).ok());
  said_by(server_, take_output(client_));
  EXPECT_EQ(take_output(server_), "\x8a\x01\x32"s);
}

// --- How it ends: RFC 6455 §7.

TEST_F(EndpointTest, TheClientCloses) {
  ASSERT_TRUE(client_.send_text("last").ok());
  ASSERT_TRUE(client_.close(CloseCode::kGoingAway, "bye").ok());
  EXPECT_FALSE(client_.is_open());
  EXPECT_EQ(client_.send_text("more").error, SendError::kClosed);
  EXPECT_EQ(client_.ping().error, SendError::kClosed);
  EXPECT_EQ(client_.close().error, SendError::kClosed);
  EXPECT_FALSE(client_.output_ends()) << "the server ends the tunnel";
  EXPECT_EQ(said_by(server_, take_output(client_)), (Said{"text:last", "close 1001:bye"}));
  EXPECT_EQ(server_.close_code(), CloseCode::kGoingAway);
  EXPECT_EQ(server_.send_text("more").error, SendError::kClosed);
  EXPECT_TRUE(server_.is_clean());
  EXPECT_TRUE(server_.output_ends());
  EXPECT_EQ(take_output(server_), "\x88\x02\x03\xe9");
  EXPECT_FALSE(server_.wants_output());
  EXPECT_EQ(said_by(client_, "\x88\x02\x03\xe9"), Said{"close 1001:"});
  EXPECT_FALSE(client_.wants_output());
  client_.end_of_input();
  EXPECT_TRUE(client_.is_clean());
  EXPECT_TRUE(client_.wants_output()) << "its direction of the tunnel ends, too";
  EXPECT_TRUE(client_.output_ends());
  EXPECT_EQ(take_output(client_), "");
  EXPECT_FALSE(client_.wants_output());
}

// What the client had sent before it read the Close frame still comes.
TEST_F(EndpointTest, TheServerCloses) {
  ASSERT_TRUE(server_.close(static_cast<CloseCode>(4000)).ok());
  const std::string close = take_output(server_);
  EXPECT_EQ(close, "\x88\x02\x0f\xa0");
  EXPECT_FALSE(server_.output_ends());
  ASSERT_TRUE(client_.send_text("on its way").ok());
  EXPECT_EQ(said_by(client_, close), Said{"close 4000:"});
  EXPECT_EQ(said_by(server_, take_output(client_)), (Said{"text:on its way", "close 4000:"}));
  EXPECT_EQ(take_output(server_), "") << "the Close frame was the last";
  EXPECT_TRUE(server_.output_ends());
  EXPECT_TRUE(server_.is_clean());
  EXPECT_TRUE(client_.is_clean());
}

TEST_F(EndpointTest, BothCloseAtOnce) {
  ASSERT_TRUE(server_.close().ok());
  ASSERT_TRUE(client_.close(CloseCode::kNoStatus).ok());
  const std::string to_client = take_output(server_);
  EXPECT_EQ(said_by(server_, take_output(client_)), Said{"close 1005:"});
  EXPECT_EQ(said_by(client_, to_client), Said{"close 1000:"});
  EXPECT_EQ(take_output(client_) + take_output(server_), "");
  EXPECT_TRUE(client_.is_clean() && server_.is_clean());
}

TEST_F(EndpointTest, ACloseWithoutACodeIsAnsweredWithout) {
  ASSERT_TRUE(client_.close(CloseCode::kNoStatus).ok());
  said_by(server_, take_output(client_));
  EXPECT_EQ(take_output(server_), "\x88\x00"s);
  EXPECT_EQ(server_.close_code(), CloseCode::kNoStatus);
}

TEST_F(EndpointTest, ARuleIsBroken) {
  EXPECT_EQ(said_by(server_, "\x81\x05Hello"), Said{"fails 1002 RFC 6455 §5.1"});
  EXPECT_EQ(take_output(server_), "\x88\x02\x03\xea");
  EXPECT_TRUE(server_.output_ends()) << "RFC 6455 §7.1.7";
  EXPECT_FALSE(server_.is_clean());
  EXPECT_FALSE(server_.is_open());
  EXPECT_EQ(said_by(client_, "\x81\x01\xff"), Said{"fails 1007 RFC 6455 §8.1"});
  EXPECT_EQ(take_output(client_).substr(0, 2), "\x88\x82");
  EXPECT_TRUE(client_.output_ends());
}

TEST_F(EndpointTest, ARuleIsBrokenBehindOurCloseFrame) {
  ASSERT_TRUE(server_.close().ok());
  take_output(server_);
  EXPECT_EQ(said_by(server_, "\x81\x00"s), Said{"fails 1002 RFC 6455 §5.1"});
  EXPECT_EQ(take_output(server_), "") << "the Close frame was the last";
  EXPECT_TRUE(server_.output_ends());
}

TEST_F(EndpointTest, TheTunnelEnds) {
  ASSERT_TRUE(server_.send_text("half", false).ok());
  said_by(server_, "\x89\x80mask"s + "\x89\x80mask"s);
  server_.end_of_input();
  EXPECT_EQ(server_.close_code(), CloseCode::kAbnormal);
  EXPECT_FALSE(server_.is_clean());
  EXPECT_FALSE(server_.is_open());
  EXPECT_TRUE(server_.output_ends());
  EXPECT_EQ(take_output(server_), "\x01\x04half\x8a\x00"s) << "what was queued, and nothing behind";
  EXPECT_FALSE(server_.wants_output());
}

// --- Ranges

TEST_F(EndpointTest, ARangeThatIsLeftEarlyIsReadByTheNext) {
  std::string octets;
  for (const char* text : {"one", "two", "three"}) {
    ASSERT_TRUE(client_.send_text(text).ok());
    octets = octets + take_output(client_);
  }
  Listener listener;
  const auto take_one = [&](std::string_view more) {
    for (const Event& event : server_.receive(more)) {
      listener.take(event);
      break;
    }
  };
  take_one(std::string_view(octets).substr(0, 20));  // "one", and most of "two"
  take_one(std::string_view(octets).substr(20));
  take_one({});
  take_one({});
  EXPECT_EQ(listener.said(), (Said{"text:one", "text:two", "text:three"}));
}

TEST_F(EndpointTest, WhatWasLeftComesBeforeNewInput) {
  for (const char* text : {"one", "two"}) ASSERT_TRUE(client_.send_text(text).ok());
  const std::string octets = take_output(client_);
  for (const Event& event : server_.receive(octets)) {
    EXPECT_TRUE(std::holds_alternative<MessagePiece>(event));
    break;
  }
  ASSERT_TRUE(client_.send_text("three").ok());
  const std::string more = take_output(client_);
  EXPECT_EQ(said_by(server_, more), (Said{"text:two", "text:three"}));
}

TEST_F(EndpointTest, ANewRangeEndsTheOneBeforeIt) {
  for (const char* text : {"one", "two"}) ASSERT_TRUE(client_.send_text(text).ok());
  const std::string octets = take_output(client_);
  Listener first, second;
  for (const Event& event : server_.receive(octets)) {
    first.take(event);
    for (const Event& within : server_.receive({})) second.take(within);
  }
  EXPECT_EQ(first.said(), Said{"text:one"});
  EXPECT_EQ(second.said(), Said{"text:two"});
}

TEST_F(EndpointTest, TheEndpointIsDestroyedInTheLoop) {
  for (const char* text : {"one", "two"}) ASSERT_TRUE(client_.send_text(text).ok());
  auto endpoint = std::make_unique<Endpoint>();
  const std::string octets = take_output(client_);
  Said said;
  for (const Event& event : endpoint->receive(octets)) {
    Listener listener;
    listener.take(event);
    said.insert(said.end(), listener.said().begin(), listener.said().end());
    endpoint.reset();
    if (said.size() > 1) break;
  }
  EXPECT_EQ(said, Said{"text:one"});
}

TEST_F(EndpointTest, MemoryIsGivenBack) {
  ASSERT_TRUE(server_.send_binary(std::string(100'000, 'x')).ok());
  EXPECT_GE(server_.memory(), 100'000u);
  take_output(server_);
  server_.trim();
  EXPECT_EQ(server_.memory(), 0u);
}

// Output that is never quite empty does not add up.
TEST_F(EndpointTest, MemoryIsThatOfWhatWaits) {
  const std::string message(1000, 'x');
  ASSERT_TRUE(server_.send_binary(message).ok());
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(server_.send_binary(message).ok());
    server_.sent(message.size() + 4);
  }
  EXPECT_LT(server_.memory(), 10'000u);
}

// --- Both roles back to back, in a tunnel that carries some octets at a time.

class Side {
 public:
  Side(Endpoint* endpoint, uint32_t seed) : endpoint_(endpoint), random_(seed) {}

  // Sends a message in one or several pieces, control frames among them.
  void say() {
    const MessageKind kind = below(2) == 0 ? MessageKind::kText : MessageKind::kBinary;
    std::string message(below(4) == 0 ? below(70'000) : below(200), 'a');
    for (char& octet : message) octet = static_cast<char>('a' + below(26));
    size_t at = 0;
    while (below(3) == 0) {
      const size_t size = below(message.size() - at + 1);
      ASSERT_TRUE(endpoint_->send(kind, message.substr(at, size), false).ok());
      at += size;
      if (below(2) == 0) {
        ASSERT_TRUE(endpoint_->pong(std::string_view("unasked")).ok());
        sent.push_back("pong:unasked");
      } else {
        ASSERT_TRUE(endpoint_->ping(std::string_view("?")).ok());
        sent.push_back("ping:?");
      }
    }
    ASSERT_TRUE(endpoint_->send(kind, message.substr(at)).ok());
    sent.push_back((kind == MessageKind::kText ? "text:" : "binary:") + message);
  }

  // Sends some octets of the output, which `to` receives.
  void carry(Side* to) {
    const std::span<const uint8_t> output = endpoint_->pending_output();
    const size_t size = std::min<size_t>(output.size(), 1 + below(5'000));
    const std::vector<uint8_t> octets(output.begin(),
                                      output.begin() + static_cast<ptrdiff_t>(size));
    endpoint_->sent(size);
    for (const Event& event : to->endpoint_->receive(octets)) to->heard.take(event);
  }

  size_t below(size_t count) { return random_() % count; }

  Said sent;
  Listener heard;

 private:
  Endpoint* endpoint_;
  std::minstd_rand random_;
};

// (Answers to Pings come when they can.)
Said without_answers(Said said) {
  std::erase(said, "pong:?");
  return said;
}

TEST_F(EndpointTest, BackToBack) {
  Side client(&client_, 1), server(&server_, 2);
  for (int i = 0; i < 300; ++i) {
    client.say();
    server.say();
    client.carry(&server);
    server.carry(&client);
  }
  ASSERT_TRUE(client_.close().ok());
  while (client_.wants_output() || server_.wants_output()) {
    client.carry(&server);
    server.carry(&client);
  }
  client.sent.push_back("close 1000:");
  EXPECT_TRUE(without_answers(server.heard.said()) == client.sent);
  // The server has answered Close behind what it had said.
  server.sent.push_back("close 1000:");
  EXPECT_TRUE(without_answers(client.heard.said()) == server.sent);
  EXPECT_FALSE(client.heard.is_confused() || server.heard.is_confused());
  EXPECT_TRUE(client_.is_clean() && server_.is_clean());
}

}  // namespace
}  // namespace headrace::websocket
