#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "headrace/websocket/endpoint.h"
#include "tests/memory/stale_report.h"
#include "tests/websocket/said.h"

// As tests/connection/stale_event_test.cc for the events of connections: an application that holds
// on to something of a WebSocket's event must be caught by the builds that promise it.
namespace headrace::websocket {
namespace {

using testing::accessor_report;
using testing::kCatchesAccessors;
using testing::kCatchesViews;
using testing::kViewReport;
using testing::look_at;

// A text, a Ping, a Pong and a Close with a reason, from a client, whose octets are masked, or from
// a server.
std::string input(bool from_client) {
  testing::KnownMasks masks;
  Endpoint client(masks), server;
  Endpoint& sender = from_client ? client : server;
  EXPECT_TRUE(sender.send_text("not for long").ok());
  EXPECT_TRUE(sender.ping(std::string_view("ping")).ok());
  EXPECT_TRUE(sender.pong(std::string_view("pong")).ok());
  EXPECT_TRUE(sender.close(CloseCode::kNormal, "bye").ok());
  return testing::take_output(sender);
}

// What an application holds on to of the event of that type, once the range is gone and the
// endpoint has received more, and what it does with that.
template <typename Alternative, typename Take, typename Use>
void hold_on(bool from_client, Take take, Use use) {
  testing::KnownMasks masks;
  Endpoint client(masks), server;
  Endpoint& endpoint = from_client ? server : client;
  const std::string octets = input(from_client);
  decltype(take(std::declval<const Alternative&>())) stale{};
  for (const Event& event : endpoint.receive(octets)) {
    if (const auto* found = std::get_if<Alternative>(&event)) stale = take(*found);
  }
  for (const Event& event : endpoint.receive({})) (void)event;
  use(stale);
}

const uint8_t* octets_of(const MessagePiece& piece) { return piece.octets.data(); }
const uint8_t* octets_of(const Ping& ping) { return ping.payload.data(); }
const uint8_t* octets_of(const Pong& pong) { return pong.payload.data(); }
const uint8_t* octets_of(const Close& close) { return close.reason.data(); }

template <typename Alternative>
void read_stale_octets(bool from_client) {
  hold_on<Alternative>(
      from_client, [](const Alternative& event) { return octets_of(event); },
      [](const uint8_t* stale) { look_at(stale); });
}
template <typename Alternative>
void ask_stale_event(bool from_client) {
  hold_on<Alternative>(
      from_client, [](const Alternative& event) { return &event; },
      [](const Alternative* stale) { look_at(octets_of(*stale)); });
}

// Only the next step, within the range.
void ask_in_the_next_step() {
  Endpoint server;
  const std::string octets = input(/*from_client=*/true);
  const MessagePiece* stale = nullptr;
  for (const Event& event : server.receive(octets)) {
    if (stale != nullptr) look_at(stale->text().data());
    stale = std::get_if<MessagePiece>(&event);
  }
}

TEST(StaleEventDeathTest, Octets) {
  HEADRACE_SKIP_UNLESS(kCatchesViews);
  for (const bool from_client : {true, false}) {
    EXPECT_DEATH(read_stale_octets<MessagePiece>(from_client), kViewReport);
    EXPECT_DEATH(read_stale_octets<Ping>(from_client), kViewReport);
    EXPECT_DEATH(read_stale_octets<Pong>(from_client), kViewReport);
    EXPECT_DEATH(read_stale_octets<Close>(from_client), kViewReport);
  }
}

TEST(StaleAccessorDeathTest, Octets) {
  HEADRACE_SKIP_UNLESS(kCatchesAccessors);
  for (const bool from_client : {true, false}) {
    EXPECT_DEATH(
        ask_stale_event<MessagePiece>(from_client),
        accessor_report("headrace: the bytes of a MessagePiece used after it was dropped"));
    EXPECT_DEATH(ask_stale_event<Ping>(from_client),
                 accessor_report("headrace: the bytes of a Ping used after it was dropped"));
    EXPECT_DEATH(ask_stale_event<Pong>(from_client),
                 accessor_report("headrace: the bytes of a Pong used after it was dropped"));
    EXPECT_DEATH(ask_stale_event<Close>(from_client),
                 accessor_report("headrace: the bytes of a Close used after it was dropped"));
  }
}

TEST(StaleAccessorDeathTest, InTheNextStep) {
  HEADRACE_SKIP_UNLESS(kCatchesAccessors);
  EXPECT_DEATH(ask_in_the_next_step(),
               accessor_report("headrace: the bytes of a MessagePiece used after it was dropped"));
}

// The loop's body may destroy the endpoint: its event is valid to the end of the step.
TEST(StaleEvent, OutlivesTheEndpointForItsStep) {
  const std::string octets = input(/*from_client=*/true);
  for (int type = 0; type < 4; ++type) {
    auto server = std::make_unique<Endpoint>();
    int seen = 0;
    for (const Event& event : server->receive(octets)) {
      if (seen++ != type) continue;
      server.reset();
      testing::Listener heard;
      heard.take(event);
      const testing::Said expected = {"text:not for long", "ping:ping", "pong:pong",
                                      "close 1000:bye"};
      EXPECT_EQ(heard.said(), testing::Said{expected[static_cast<size_t>(type)]});
    }
    EXPECT_EQ(seen, type + 1);
  }
}

// Nor does a second range change the event of the first, or what becomes of the input then.
TEST(StaleEvent, OutlivesAnotherRangeForItsStep) {
  const testing::Said expected = {"text:not for long", "ping:ping", "pong:pong", "close 1000:bye"};
  for (size_t type = 0; type < expected.size(); ++type) {
    testing::KnownMasks masks;
    Endpoint client(masks);
    std::string octets = input(/*from_client=*/false);
    size_t seen = 0;
    for (const Event& event : client.receive(octets)) {
      if (seen++ != type) continue;
      for (const Event& other : client.receive({})) (void)other;
      std::fill(octets.begin(), octets.end(), '?');
      testing::Listener heard;
      heard.take(event);
      EXPECT_EQ(heard.said(), testing::Said{expected[type]});
    }
    EXPECT_EQ(seen, type + 1);
  }
}

}  // namespace
}  // namespace headrace::websocket
