#include <gtest/gtest.h>

#include <gsl/span>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "headrace/protocol/connection/connection.h"
#include "tests/memory/heap_use.h"

// Of a connection that speaks HTTP/1.1, what no transcript can show: memory, and what depends on
// how the input is cut.
namespace headrace {
namespace {

const TimePoint kNow{};
constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n";

Options http1() {
  Options options;
  options.protocol = ProtocolVersion::kHttp1;
  return options;
}

// Takes all events; the reason of ConnectionClosed, if it came.
std::optional<ConnectionError> receive(Connection* connection, std::string_view bytes) {
  std::optional<ConnectionError> end;
  for (EventPtr event : connection->receive(bytes, kNow)) {
    if (const auto* closed = std::get_if<ConnectionClosed>(event.get())) end = closed->error;
  }
  return end;
}

std::string drain(Connection* connection) {
  std::string text;
  while (connection->wants_output()) {
    size_t size = 0;
    for (const ConstBuffer& run : connection->pending_output(1 << 20)) {
      text.append(reinterpret_cast<const char*>(run.data), run.size);
      size += run.size;
    }
    connection->sent(size, kNow);
  }
  return text;
}

SubmitResult respond(Connection* connection, StreamId id, Body body = Body::none()) {
  const Field status = {":status", "200"};
  return connection->submit_response(id, gsl::span<const Field>(&status, 1), std::move(body));
}

// Requests of every kind, in pieces, and their responses.
void use(Connection* connection) {
  const std::string large(8000, 'x');
  std::string head = "POST /" + large + " HTTP/1.1\r\nHost: example.org\r\nx-large: " + large +
                     "\r\nTransfer-Encoding: chunked\r\n\r\n";
  receive(connection, head.substr(0, 5000));
  receive(connection, head.substr(5000, 8000));
  receive(connection, head.substr(13000));
  receive(connection, "5;" + std::string(500, 'e'));
  receive(connection, "\r\nhello\r\n0\r\nx-a: b");
  receive(connection, "\r\n\r\n");
  EXPECT_TRUE(respond(connection, 1, Body::stream()).ok());
  for (int i = 0; i < 5; ++i) {
    const std::string octets(20'000, 'o');
    EXPECT_TRUE(connection
                    ->send_data(1, {reinterpret_cast<const uint8_t*>(octets.data()), octets.size()},
                                /*end_stream=*/i == 4)
                    .error == SubmitError::kNone);
    drain(connection);
  }
  std::string requests;
  for (int i = 0; i < 10; ++i) requests += kGet;
  receive(connection, requests);
  for (StreamId id = 21; id > 1; id -= 2) EXPECT_TRUE(respond(connection, id).ok()) << id;
  drain(connection);
  for (EventPtr event : connection->advance(kNow)) event.reset();
}

// A request without content, and its response.
void use_little(Connection* connection) {
  receive(connection, kGet);
  EXPECT_TRUE(respond(connection, 1).ok());
  drain(connection);
  for (EventPtr event : connection->advance(kNow)) event.reset();
}

// The heap that a connection holds when it was used and trimmed.
size_t held(void (*use_it)(Connection*)) {
  testing::HeapUse::enter();
  const size_t before = testing::HeapUse::live();
  size_t live = 0;
  {
    Connection connection(Role::kServer, http1(), kNow);
    use_it(&connection);
    EXPECT_EQ(connection.open_streams(), 0u);
    connection.trim();
    live = testing::HeapUse::live() - before;
  }
  EXPECT_EQ(testing::HeapUse::live(), before);
  testing::HeapUse::leave();
  return live;
}

TEST(Http1Memory, TrimGivesBackAllThatRequestsNeeded) {
  if (!testing::HeapUse::counts()) GTEST_SKIP() << "this build does not count";
  if (HEADRACE_HARDENED) GTEST_SKIP() << "hardened builds let events rest, more of them after more";
  EXPECT_EQ(held(use), held(use_little));
}

TEST(Http1Memory, TrimGivesBackOfTheLedger) {
  Connection connection(Role::kServer, http1(), kNow);
  use(&connection);
  EXPECT_GT(connection.statistics().memory_live, 0u);
  connection.trim();
  EXPECT_EQ(connection.statistics().memory_live, 0u);
  EXPECT_GT(connection.statistics().memory_peak, 16'000u);
}

// Input that waits for the responses in front of it is kept within the budget.
TEST(Http1Memory, KeptInputIsWithinTheBudget) {
  Options options = http1();
  options.limits.connection_memory = 4000;
  options.limits.pipelined_requests = 1;
  const auto kept = [&options](size_t size) {
    Connection connection(Role::kServer, options, kNow);
    const auto end = receive(&connection, std::string(kGet) + std::string(size, 'x'));
    if (!end) {
      EXPECT_EQ(connection.statistics().limits_hit.of(Limit::kConnectionMemory), 0u);
      return true;
    }
    EXPECT_EQ(end->code, ErrorCode::kEnhanceYourCalm);
    EXPECT_EQ(end->bound, Limit::kConnectionMemory);
    EXPECT_EQ(end->limit, 4000u);
    EXPECT_GT(end->observed, 4000u);
    EXPECT_EQ(connection.statistics().limits_hit.of(Limit::kConnectionMemory), 1u);
    EXPECT_TRUE(connection.should_close());
    return false;
  };
  EXPECT_TRUE(kept(100));
  EXPECT_FALSE(kept(5000));
}

// Records of requests that wait are within the budget, too; the first that is not is answered 431
// behind the others.
TEST(Http1Memory, WaitingRequestsAreWithinTheBudget) {
  Options options = http1();
  options.limits.connection_memory = 8000;
  options.limits.pipelined_requests = 1000;
  Connection connection(Role::kServer, options, kNow);
  uint32_t requests = 0;
  do {
    requests = connection.open_streams();
    receive(&connection, kGet);
  } while (connection.open_streams() > requests);
  EXPECT_GT(requests, 1u);
  EXPECT_LT(requests, 100u);
  EXPECT_EQ(drain(&connection), "");
  for (uint32_t i = 0; i < requests; ++i) EXPECT_TRUE(respond(&connection, 2 * i + 1).ok());
  const std::string text = drain(&connection);
  const size_t last = text.rfind("HTTP/1.1 ");
  EXPECT_EQ(text.substr(last, 12), "HTTP/1.1 431");
  EXPECT_LE(connection.statistics().memory_peak, 8000u);
}

// ErrorDetail::status is that of a response that is sent.
TEST(Http1Refusals, ARefusalInPlaceOfWhichNothingIsSentHasNoStatus) {
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  Connection answered(Role::kServer, http1(), kNow);
  receive(&answered, chunked);
  EXPECT_TRUE(respond(&answered, 1, Body::stream()).ok());
  (void)drain(&answered);
  const auto cut = receive(&answered, "x\r\n");
  ASSERT_TRUE(cut.has_value());
  EXPECT_EQ(cut->status, 0);
  EXPECT_EQ(drain(&answered), "");

  Connection unanswered(Role::kServer, http1(), kNow);
  (void)receive(&unanswered, chunked + "x\r\n");
  EXPECT_EQ(drain(&unanswered).substr(0, 12), "HTTP/1.1 400");
  std::optional<ConnectionError> end;
  for (EventPtr event : unanswered.advance(kNow)) {
    if (const auto* closed = std::get_if<ConnectionClosed>(event.get())) end = closed->error;
  }
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->status, 400);
}

TEST(Http1Limits, ARequestThatWaitsAboveTheLimitIsCounted) {
  Options options = http1();
  options.limits.pipelined_requests = 2;
  Connection connection(Role::kServer, options, kNow);
  const auto hits = [&connection] {
    return connection.statistics().limits_hit.of(Limit::kPipelinedRequests);
  };
  receive(&connection, std::string(kGet) + std::string(kGet));
  EXPECT_EQ(hits(), 0u);
  EXPECT_TRUE(respond(&connection, 1).ok());
  drain(&connection);
  receive(&connection, std::string(kGet) + std::string(kGet));
  EXPECT_GT(hits(), 0u);
  const std::optional<LimitHit>& last = connection.statistics().limits_hit.last();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->bound, 2u);
  EXPECT_EQ(last->observed, 3u);
}

// What comes behind CONNECT waits for what the application says, not for a limit.
TEST(Http1Limits, WhatMayBeATunnelsIsNotCounted) {
  Connection connection(Role::kServer, http1(), kNow);
  receive(&connection, "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\nearly");
  EXPECT_FALSE(connection.wants_input());
  EXPECT_EQ(connection.statistics().limits_hit.of(Limit::kPipelinedRequests), 0u);
}

}  // namespace
}  // namespace headrace
