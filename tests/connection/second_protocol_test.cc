#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "headrace/protocol/connection/connection.h"
#include "tests/connection/line_protocol.h"

// What a Connection promises whatever protocol is behind it: held against one that has nothing of
// HTTP/2.

namespace headrace {
namespace {

using namespace std::chrono_literals;
using Log = std::vector<std::string>;

const TimePoint kNow{};

class SecondProtocolTest : public testing::TestWithParam<Allocation> {
 protected:
  static std::string text_of(const Event& event) {
    std::string text = event_name(event);
    if (const auto* request = std::get_if<RequestReceived>(&event)) {
      text.append(" ").append(request->fields.get(":path"));
    } else if (const auto* data = std::get_if<DataReceived>(&event)) {
      text.append(" ").append(data->bytes.text()).append(data->end_stream ? " END_STREAM" : "");
    } else if (const auto* closed = std::get_if<StreamClosed>(&event)) {
      text += " " + std::to_string(closed->stream_id) + " by " +
              std::to_string(static_cast<int>(closed->closed_by));
    }
    return text;
  }
  static void log_all(EventRange range, Log* log) {
    for (EventPtr event : range) log->push_back(text_of(*event));
  }
  Log receive(std::string_view bytes) {
    Log log;
    log_all(connection_.receive(bytes, kNow), &log);
    return log;
  }
  std::string output(size_t max_bytes = 1000) {
    std::string text;
    for (const ConstBuffer& run : connection_.pending_output(max_bytes)) {
      text.append(reinterpret_cast<const char*>(run.data), run.size);
    }
    return text;
  }
  SubmitResult respond(StreamId id) {
    const Field status = {":status", "200"};
    return connection_.submit_response(id, gsl::span<const Field>(&status, 1),
                                       Body::view("hello\n"));
  }

  Connection connection_{std::make_unique<LineProtocol>(GetParam(), kNow)};
};

TEST_P(SecondProtocolTest, TellsEventsOneByOneAndAllowsCommandsInBetween) {
  Log log;
  const std::string input = "? /a\n+ x\n.\n? /b\n.\n";
  for (EventPtr event : connection_.receive(input, kNow)) {
    log.push_back(text_of(*event));
    if (const auto* request = std::get_if<RequestReceived>(event.get())) {
      EXPECT_TRUE(respond(request->stream_id).ok());
    }
  }
  EXPECT_EQ(log, (Log{"RequestReceived /a", "DataReceived x", "DataReceived  END_STREAM",
                      "StreamClosed 1 by 0", "RequestReceived /b", "DataReceived  END_STREAM",
                      "StreamClosed 2 by 0"}));
  EXPECT_EQ(output(), "! 1 200\nhello\n! 2 200\nhello\n");
}

TEST_P(SecondProtocolTest, DoesNotDependOnHowTheInputIsCut) {
  const std::string input = "? /a\n+ x\n+ yz\n.\n? /b\n";
  const Log whole = receive(input);
  Connection other(std::make_unique<LineProtocol>(GetParam(), kNow));
  Log cut;
  for (const char& octet : input) log_all(other.receive(std::string_view(&octet, 1), kNow), &cut);
  EXPECT_EQ(cut, whole);
}

TEST_P(SecondProtocolTest, KeepsInputWhenTheLoopIsLeft) {
  {
    const std::string input = "? /a\n? /b\n";
    for (EventPtr event : connection_.receive(input, kNow)) {
      EXPECT_EQ(text_of(*event), "RequestReceived /a");
      break;
    }
  }
  EXPECT_TRUE(connection_.has_events());
  EXPECT_FALSE(connection_.wants_input());
  EXPECT_EQ(connection_.next_deadline(), kNow);
  Log log;
  log_all(connection_.advance(kNow), &log);
  EXPECT_EQ(log, (Log{"RequestReceived /b"}));
  EXPECT_TRUE(connection_.wants_input());
}

TEST_P(SecondProtocolTest, AnEventThatIsKeptOutlivesTheConnection) {
  EventPtr kept, held;
  {
    Connection connection(std::make_unique<LineProtocol>(GetParam(), kNow));
    const std::string input = "? /kept\n+ held\n? /last\n";
    for (EventPtr event : connection.receive(input, kNow)) {
      if (kept == nullptr) {
        kept = keep(std::move(event));
      } else if (held == nullptr) {
        held = std::move(event);
      }
    }
    EXPECT_EQ(connection.statistics().implicit_keeps, GetParam() == Allocation::kReuse ? 1u : 0u);
  }
  EXPECT_EQ(text_of(*kept), "RequestReceived /kept");
  EXPECT_EQ(text_of(*held), "DataReceived held");
}

TEST_P(SecondProtocolTest, ANewRangeEndsTheOneBefore) {
  const std::string_view input = "? /a\n? /b\n";
  EventRange first = connection_.receive(input, kNow);
  EventRange::Iterator event = first.begin();
  EXPECT_EQ(text_of(**event), "RequestReceived /a");
  Log log;
  log_all(connection_.advance(kNow), &log);
  EXPECT_EQ(log, (Log{"RequestReceived /b"}));
  EXPECT_TRUE(++event == first.end());
}

TEST_P(SecondProtocolTest, ShowsTheSameOutputUntilItIsSent) {
  receive("? /a\n");
  EXPECT_FALSE(connection_.wants_output());
  ASSERT_TRUE(respond(1).ok());
  EXPECT_TRUE(connection_.wants_output());
  EXPECT_EQ(output(5), "! 1 2");
  EXPECT_EQ(output(5), "! 1 2");
  EXPECT_EQ(output(), "! 1 200\nhello\n");
  connection_.sent(8, kNow);
  EXPECT_EQ(output(), "hello\n");
  connection_.sent(6);
  EXPECT_FALSE(connection_.wants_output());
}

TEST_P(SecondProtocolTest, TellsTheEndOfTheConnectionLast) {
  receive("? /a\n? /b\n");
  Log log;
  log_all(connection_.end_of_input(kNow), &log);
  EXPECT_EQ(log, (Log{"StreamClosed 1 by 3", "StreamClosed 2 by 3", "ConnectionClosed"}));
  EXPECT_EQ(respond(1).error, SubmitError::kConnectionGone);
  EXPECT_TRUE(connection_.should_close());
  EXPECT_FALSE(connection_.has_events());
  EXPECT_EQ(connection_.next_deadline(), TimePoint::max());
}

TEST_P(SecondProtocolTest, FailsWithTheRuleWhenADeadlinePasses) {
  EXPECT_EQ(connection_.next_deadline(), kNow + 10s);
  for (EventPtr event : connection_.advance(kNow + 9s)) ADD_FAILURE() << text_of(*event);
  Log log;
  for (EventPtr event : connection_.advance(kNow + 10s)) {
    log.push_back(text_of(*event));
    const auto* closed = std::get_if<ConnectionClosed>(event.get());
    ASSERT_NE(closed, nullptr);
    ASSERT_NE(closed->error.rule, nullptr);
    EXPECT_STREQ(closed->error.rule->text, "a line comes within ten seconds");
  }
  EXPECT_EQ(log, (Log{"ConnectionClosed"}));
}

TEST_P(SecondProtocolTest, AnErrorOfThePeersIsTheLastEvent) {
  EXPECT_EQ(receive("? /a\nwhat\n? /b\n"),
            (Log{"RequestReceived /a", "StreamClosed 1 by 1", "ConnectionClosed"}));
  EXPECT_EQ(receive("? /c\n"), Log());
}

// What another protocol lacks is refused, and nothing else.
TEST_P(SecondProtocolTest, RefusesWhatTheProtocolDoesNotHave) {
  receive("? /a\n");
  EXPECT_EQ(connection_.ping(1).error, SubmitError::kUnsupported);
  EXPECT_EQ(connection_.submit_settings({}).error, SubmitError::kUnsupported);
  EXPECT_EQ(connection_.submit_push(1, gsl::span<const Field>()).error, SubmitError::kUnsupported);
  EXPECT_EQ(connection_.peer_settings().initial_window_size, 65535u);
  EXPECT_TRUE(respond(1).ok());
  EXPECT_EQ(respond(7).error, SubmitError::kUnknownStream);
}

TEST_P(SecondProtocolTest, AConnectionThatGoesAwayEndsItsRange) {
  auto connection = std::make_unique<Connection>(std::make_unique<LineProtocol>(GetParam(), kNow));
  Log log;
  const std::string input = "? /a\n? /b\n";
  for (EventPtr event : connection->receive(input, kNow)) {
    log.push_back(text_of(*event));
    event.reset();
    connection.reset();
  }
  EXPECT_EQ(log, (Log{"RequestReceived /a"}));
}

INSTANTIATE_TEST_SUITE_P(Allocations, SecondProtocolTest,
                         testing::Values(Allocation::kReuse, Allocation::kFresh));

}  // namespace
}  // namespace headrace
