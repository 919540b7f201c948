// The accounting of credit must miss nothing: the wire is told what the connection does not know.

#include "tests/transcript/credit_rules.h"

#include <gtest/gtest.h>

#include <gsl/span>
#include <string>

namespace headrace::transcript {
namespace {

using reference::encode;

gsl::span<const uint8_t> octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

Options with_connection_window(uint32_t size) {
  Options options;
  options.connection_window_size = size;
  return options;
}

// A client whose request is being answered, and the accounting beside it.
class CreditRulesTest : public testing::Test {
 protected:
  CreditRulesTest() : client_(Role::kClient, with_connection_window(65535), TimePoint()) {
    both(encode(reference::SETTINGS, 0, 0) + encode(reference::SETTINGS, reference::ACK, 0));
    const auto request = client_.submit_request(
        {{":method", "POST"}, {":scheme", "https"}, {":authority", "example.org"}, {":path", "/"}},
        Body::stream());
    EXPECT_TRUE(request.ok());
    // :status: 200, of the static table
    both(encode(reference::HEADERS, reference::END_HEADERS, 1, "\x88"));
    output();
  }

  void connection_alone(const std::string& bytes) {
    for (const EventPtr& event : client_.receive(octets(bytes), TimePoint())) {
      static_cast<void>(event);
    }
  }
  void both(const std::string& bytes) {
    rules_.peer_sent(bytes);
    connection_alone(bytes);
  }
  // What the connection sends is on the wire.
  void output() {
    std::string text;
    for (const ConstBuffer& buffer : client_.pending_output()) {
      text.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
    }
    client_.sent(text.size());
    if (text.starts_with("PRI ")) text.erase(0, 24);
    for (const reference::Frame& frame : reference::parse_all(text)) rules_.we_sent(frame);
  }
  static std::string data(size_t size) {
    return encode(reference::DATA, 0, 1, std::string(size, 'x'));
  }
  static reference::Frame our_data(size_t size) {
    return reference::frame(reference::DATA, 0, 1, std::string(size, 'x'));
  }
  std::string wrong() const { return rules_.check(client_); }

  Connection client_;
  CreditRules rules_{/*server=*/false, with_connection_window(65535)};
};

TEST_F(CreditRulesTest, HoldsWithAnHonestConnection) {
  EXPECT_EQ(wrong(), "");
  both(data(16384));
  output();
  EXPECT_EQ(wrong(), "");
  both(data(16384) + data(16384));
  output();
  EXPECT_EQ(wrong(), "");
}

TEST_F(CreditRulesTest, SeesOctetsThatWereNotCounted) {
  rules_.peer_sent(data(10));
  EXPECT_EQ(wrong(), "the receive window of the connection is 65535 and should be 65525");
}

TEST_F(CreditRulesTest, SeesOctetsThatWereCountedTwice) {
  both(data(10));
  connection_alone(data(10));
  EXPECT_EQ(wrong(), "the receive window of the connection is 65515 and should be 65525");
}

TEST_F(CreditRulesTest, SeesCreditOnTheWireThatWasNotGiven) {
  rules_.we_sent(reference::frame(reference::WINDOW_UPDATE, 0, 1, reference::u32(5)));
  EXPECT_EQ(wrong(), "the receive window of stream 1 is 65535 and should be 65540");
}

TEST_F(CreditRulesTest, SeesCreditThatIsLost) {
  CreditRules wider(/*server=*/false, with_connection_window(65536));
  wider.peer_sent(data(0));
  EXPECT_EQ(wider.check(client_), "the credit of the connection is 65535 and should be 65536");
}

TEST_F(CreditRulesTest, SeesCreditThatWaitsTooLong) {
  Options options = with_connection_window(65535);
  options.window_policy = WindowPolicy::kImmediate;
  CreditRules fixed(/*server=*/false, options);
  fixed.peer_sent(data(10));
  connection_alone(data(10));
  EXPECT_EQ(fixed.check(client_), "10 octets of the connection wait to go back and are due");
}

TEST_F(CreditRulesTest, SeesDataBeyondTheWindowOfTheStream) {
  rules_.peer_sent(encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(10)));
  rules_.we_sent(our_data(65535));
  EXPECT_EQ(wrong(), "");
  rules_.we_sent(our_data(1));
  EXPECT_EQ(wrong(), "DATA goes beyond the window of stream 1");
}

TEST_F(CreditRulesTest, SeesDataBeyondTheWindowOfTheConnection) {
  rules_.peer_sent(encode(reference::WINDOW_UPDATE, 0, 1, reference::u32(10)));
  rules_.we_sent(our_data(65536));
  EXPECT_EQ(wrong(), "DATA goes beyond the connection's window");
}

// RFC 9113 §6.9.2: what was on its way before we acknowledged is within its rights.
TEST_F(CreditRulesTest, SeesDataBeyondAWindowThatWasLowered) {
  constexpr uint16_t kInitialWindowSize = 4;
  rules_.peer_sent(
      encode(reference::SETTINGS, 0, 0, reference::settings({{kInitialWindowSize, 4}})));
  rules_.we_sent(our_data(5));
  EXPECT_EQ(wrong(), "");
  rules_.we_sent(reference::frame(reference::SETTINGS, reference::ACK, 0));
  rules_.we_sent(our_data(0));  // END_STREAM needs no window
  EXPECT_EQ(wrong(), "");
  rules_.we_sent(our_data(1));
  EXPECT_EQ(wrong(), "DATA goes beyond the window of stream 1");
}

}  // namespace
}  // namespace headrace::transcript
