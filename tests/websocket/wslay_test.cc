#include <gtest/gtest.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "tests/websocket/refusals.h"
#include "tests/websocket/said.h"

// wslay as the other end, and as another opinion on what is refused.
namespace headrace::websocket {
namespace {

using namespace testing;

// One of its ends, with the octets that came for it and those that it wants to send.
class Wslay {
 public:
  explicit Wslay(bool is_server) {
    wslay_event_callbacks callbacks{};
    callbacks.recv_callback = [](wslay_event_context_ptr ctx, uint8_t* room, size_t size, int,
                                 void* self) {
      std::string& in = static_cast<Wslay*>(self)->in_;
      const size_t taken = std::min(size, in.size());
      if (taken == 0) wslay_event_set_error(ctx, WSLAY_ERR_WOULDBLOCK);
      std::memcpy(room, in.data(), taken);
      in.erase(0, taken);
      return taken == 0 ? ssize_t{-1} : static_cast<ssize_t>(taken);
    };
    callbacks.send_callback = [](wslay_event_context_ptr, const uint8_t* octets, size_t size, int,
                                 void* self) {
      static_cast<Wslay*>(self)->out_.append(reinterpret_cast<const char*>(octets), size);
      return static_cast<ssize_t>(size);
    };
    callbacks.genmask_callback = [](wslay_event_context_ptr, uint8_t* mask, size_t size, void*) {
      std::fill_n(mask, size, uint8_t{0x5a});
      return 0;
    };
    callbacks.on_msg_recv_callback = [](wslay_event_context_ptr,
                                        const wslay_event_on_msg_recv_arg* said,
                                        void* self) { static_cast<Wslay*>(self)->take(*said); };
    const auto init = is_server ? wslay_event_context_server_init : wslay_event_context_client_init;
    EXPECT_EQ(init(&context_, &callbacks, this), 0);
    wslay_event_config_set_max_recv_msg_length(context_, kMaxMessage);
  }
  ~Wslay() { wslay_event_context_free(context_); }
  Wslay(const Wslay&) = delete;
  Wslay& operator=(const Wslay&) = delete;

  // False if it gives up.
  bool receive(std::string_view octets) {
    in_ += octets;
    return wslay_event_recv(context_) == 0;
  }
  void send(MessageKind kind, std::string_view octets) {
    queue(kind == MessageKind::kText ? WSLAY_TEXT_FRAME : WSLAY_BINARY_FRAME, octets);
  }
  void ping(std::string_view payload) { queue(WSLAY_PING, payload); }
  void close(uint16_t code) { EXPECT_EQ(wslay_event_queue_close(context_, code, nullptr, 0), 0); }
  std::string take_output() {
    EXPECT_EQ(wslay_event_send(context_), 0);
    return std::exchange(out_, {});
  }
  // The code of its Close frame, 0 if it has sent none.
  int closed_with() {
    take_output();
    return wslay_event_get_close_sent(context_) ? wslay_event_get_status_code_sent(context_) : 0;
  }

  Said heard;

 private:
  void queue(uint8_t opcode, std::string_view octets) {
    const wslay_event_msg message{opcode, reinterpret_cast<const uint8_t*>(octets.data()),
                                  octets.size()};
    EXPECT_EQ(wslay_event_queue_msg(context_, &message), 0);
  }
  void take(const wslay_event_on_msg_recv_arg& said) {
    const std::string text(reinterpret_cast<const char*>(said.msg), said.msg_length);
    switch (said.opcode) {
      case WSLAY_CONNECTION_CLOSE:
        // (The message has the code in front of the reason, or whatever there is.)
        return heard.push_back("close " + std::to_string(said.status_code) + ":" +
                               text.substr(std::min<size_t>(2, text.size())));
      case WSLAY_PING:
        return heard.push_back("ping:" + text);
      case WSLAY_PONG:
        return heard.push_back("pong:" + text);
      default:
        heard.push_back((said.opcode == WSLAY_TEXT_FRAME ? "text:" : "binary:") + text);
    }
  }

  wslay_event_context_ptr context_ = nullptr;
  std::string in_, out_;
};

// Until neither has more to send.
void carry(Endpoint& ours, Wslay& theirs, Listener* heard) {
  for (;;) {
    const std::string to_them = take_output(ours);
    EXPECT_TRUE(theirs.receive(to_them));
    const std::string to_us = theirs.take_output();
    for (const Event& event : ours.receive(to_us)) heard->take(event);
    if (to_them.empty() && to_us.empty()) return;
  }
}

class WslayTest : public ::testing::TestWithParam<bool> {
 protected:
  WslayTest() : theirs_(/*is_server=*/!GetParam()), ours_(GetParam() ? server_ : client_) {}

  KnownMasks masks_;
  Endpoint server_, client_{masks_};
  Wslay theirs_;
  Endpoint& ours_;
  Listener heard_;
};

INSTANTIATE_TEST_SUITE_P(Ours, WslayTest, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "Server" : "Client"; });

TEST_P(WslayTest, MessagesOfAllSizes) {
  Said by_us, by_them;
  for (const size_t size : {0, 1, 124, 125, 126, 127, 500, 1000}) {
    const std::string message(size, 'x');
    ASSERT_TRUE(ours_.send_text(message).ok());
    ASSERT_TRUE(ours_.send_binary(message.substr(size / 2), false).ok());
    ASSERT_TRUE(ours_.ping(message.substr(0, 125)).ok());
    ASSERT_TRUE(ours_.send_binary(message.substr(0, size / 2)).ok());
    by_us.insert(by_us.end(),
                 {"text:" + message, "ping:" + message.substr(0, 125), "binary:" + message});
  }
  for (const size_t size : {0, 1, 125, 126, 65535, 65536, 100'000}) {
    const std::string message(size, 'x');
    theirs_.send(MessageKind::kText, message);
    theirs_.send(MessageKind::kBinary, message);
    by_them.insert(by_them.end(), {"text:" + message, "binary:" + message});
  }
  carry(ours_, theirs_, &heard_);
  std::erase_if(theirs_.heard, [](const std::string& line) { return line.starts_with("pong:"); });
  Said heard = heard_.said();
  std::erase_if(heard, [](const std::string& line) { return line.starts_with("pong:"); });
  EXPECT_TRUE(theirs_.heard == by_us);
  EXPECT_TRUE(heard == by_them);
}

TEST_P(WslayTest, PingsAreAnswered) {
  ASSERT_TRUE(ours_.ping(std::string_view("ours")).ok());
  theirs_.ping("theirs");
  carry(ours_, theirs_, &heard_);
  EXPECT_EQ(theirs_.heard, (Said{"ping:ours", "pong:theirs"}));
  EXPECT_EQ(heard_.said(), (Said{"ping:theirs", "pong:ours"}));
}

TEST_P(WslayTest, WeClose) {
  ASSERT_TRUE(ours_.close(CloseCode::kGoingAway, "bye").ok());
  carry(ours_, theirs_, &heard_);
  EXPECT_EQ(theirs_.heard, Said{"close 1001:bye"});
  EXPECT_TRUE(ours_.is_clean());
}

TEST_P(WslayTest, TheyClose) {
  theirs_.close(4000);
  carry(ours_, theirs_, &heard_);
  EXPECT_EQ(heard_.said(), Said{"close 4000:"});
  EXPECT_TRUE(ours_.is_clean());
  EXPECT_EQ(theirs_.heard, Said{"close 4000:"});
}

// Of a header that is malformed, and of half a code, it says no code. It has no limit for a frame,
// and waits for an octet of a payload before it looks at its size.
TEST(WslayRefusalsTest, ItRefusesTheSame) {
  int with_the_same_code = 0;
  for (const Refusal& refusal : refusals()) {
    const std::string_view what = refusal.what;
    if (what == "a frame too big") continue;
    Wslay wslay(refusal.by_server);
    const bool header_is_good = wslay.receive(refusal.octets) && wslay.receive("x");
    const bool says_a_code = header_is_good && what != "half a code";
    EXPECT_EQ(wslay.closed_with(), says_a_code ? std::stoi(refusal.why) : 1005)
        << what << " at a " << (refusal.by_server ? "server" : "client");
    with_the_same_code += says_a_code;
  }
  EXPECT_GE(with_the_same_code, 30);
}

}  // namespace
}  // namespace headrace::websocket
