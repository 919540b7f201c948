#include "headrace/adapters/loop/session.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "headrace/adapters/loop/work_budget.h"
#include "headrace/memory/ledger.h"
#include "tests/connection/test_client.h"

namespace headrace::adapters {
namespace {

using std::chrono::milliseconds;
using testing::TestClient;

std::span<const uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

constexpr TimePoint kNow = TimePoint{} + std::chrono::hours(1);

// Answers with a body that is copied.
class Greeter : public Service, public Driver {
 public:
  std::unique_ptr<Handler> open(Connection& connection, Driver&) override {
    connection_ = &connection;
    return std::make_unique<GreetingHandler>(connection, events_);
  }
  void attend() override {}
  SocketAddress remote() const override { return SocketAddress::remote(UniqueFd()); }
  size_t memory() const { return connection_->ledger().live(); }
  size_t events() const { return events_; }

 private:
  class GreetingHandler : public Handler {
   public:
    GreetingHandler(Connection& connection, size_t& events)
        : connection_(connection), events_(events) {}
    void handle(EventPtr event) override {
      ++events_;
      const auto* request = std::get_if<RequestReceived>(event.get());
      if (request == nullptr || !request->end_stream) return;
      EXPECT_TRUE(
          connection_.submit_response(request->stream_id, {{":status", "200"}}, Body::stream())
              .ok());
      EXPECT_EQ(connection_.send_data(request->stream_id, octets("hello"), true).accepted, 5u);
    }

   private:
    Connection& connection_;
    size_t& events_;
  };

  Connection* connection_ = nullptr;
  size_t events_ = 0;
};

class SessionTest : public ::testing::Test {
 protected:
  void receive(const std::string& bytes, TimePoint now) {
    session_.receive(octets(bytes), now);
    while (session_.wants_output()) {
      size_t size = 0;
      for (const ConstBuffer& buffer : session_.output()) size += buffer.size;
      session_.sent(size, now);
    }
  }

  Options connection_options_;
  LoopOptions options_;
  LoopStatistics statistics_;
  Greeter greeter_;
  WorkBudget budget_{options_.events_per_turn};
  Session session_{Role::kServer, connection_options_, options_, greeter_,
                   greeter_,      statistics_,         budget_,  kNow};
  TestClient client_;
};

TEST_F(SessionTest, AnIdleConnectionGivesItsCachesBack) {
  receive(TestClient::preface() + client_.request(1, true) +
              reference::encode(reference::SETTINGS, reference::ACK, 0),
          kNow);
  const size_t warm = greeter_.memory();
  EXPECT_EQ(session_.deadline(), kNow + options_.trim_after);
  session_.expire(kNow + options_.trim_after - milliseconds(1), 0);
  EXPECT_EQ(greeter_.memory(), warm);
  session_.expire(kNow + options_.trim_after, 0);
  EXPECT_LT(greeter_.memory(), warm);
  EXPECT_GT(session_.deadline(), kNow + 2 * options_.trim_after) << "once";
  receive(client_.request(3, true), kNow + std::chrono::minutes(1));
  EXPECT_EQ(session_.deadline(), kNow + std::chrono::minutes(1) + options_.trim_after);
}

TEST_F(SessionTest, AConnectionWithAStreamKeepsThem) {
  receive(TestClient::preface() + client_.request(1, false, "/", "POST"), kNow);
  EXPECT_GT(session_.deadline(), kNow + options_.trim_after);
}

// --- A turn's work

TEST_F(SessionTest, WhatIsMoreThanATurnsWorkWaitsForTheNext) {
  WorkBudget budget(1);  // so the least
  Greeter greeter;
  Session session(Role::kServer, connection_options_, options_, greeter, greeter, statistics_,
                  budget, kNow);
  std::string input = TestClient::preface();
  constexpr size_t kRequests = 50;
  for (StreamId id = 1; id < 2 * kRequests; id += 2)
    input += client_.request(id, false, "/", "POST");
  session.receive(octets(input), kNow);
  size_t expected = WorkBudget::kLeast;
  EXPECT_EQ(greeter.events(), expected);
  while (session.has_work()) {
    EXPECT_FALSE(session.wants_input());
    EXPECT_TRUE(session.wants_output()) << "what is done goes out";
    session.attend(kNow);
    EXPECT_EQ(greeter.events(), expected) << "in the same turn";
    budget.begin_turn();
    session.attend(kNow);
    expected += WorkBudget::kLeast;
    ASSERT_LE(greeter.events(), expected);
    ASSERT_GT(greeter.events(), expected - WorkBudget::kLeast);
    expected = greeter.events();
  }
  EXPECT_GE(greeter.events(), kRequests);
  EXPECT_TRUE(session.wants_input());
  // What comes although it is not wanted waits behind the rest.
  session.receive(octets(client_.request(2 * kRequests + 1, true)), kNow);
  session.receive(octets(client_.request(2 * kRequests + 3, true)), kNow);
  budget.begin_turn();
  session.attend(kNow);
  EXPECT_EQ(greeter.events(), expected + 2);
}

// A deadline that has come is of no use to a turn whose work is done: it would come again and
// again.
TEST_F(SessionTest, WhileThereIsWorkTheConnectionsDeadlinesWait) {
  WorkBudget budget(1);
  Greeter greeter;
  Session session(Role::kServer, connection_options_, options_, greeter, greeter, statistics_,
                  budget, kNow);
  std::string input = TestClient::preface();
  for (StreamId id = 1; id < 100; id += 2) input += client_.request(id, false, "/", "POST");
  session.receive(octets(input), kNow);
  ASSERT_TRUE(session.has_work());
  const TimePoint late = kNow + std::chrono::hours(1);
  session.expire(late, 0);
  EXPECT_GT(session.deadline(), late);
  while (session.has_work()) {
    budget.begin_turn();
    session.attend(late);
  }
}

// An end is told whole, however much it has to tell.
TEST_F(SessionTest, AnEndIsNotDivided) {
  WorkBudget budget(1);
  Greeter greeter;
  Session session(Role::kServer, connection_options_, options_, greeter, greeter, statistics_,
                  budget, kNow);
  std::string input = TestClient::preface();
  for (StreamId id = 1; id < 100; id += 2) input += client_.request(id, false, "/", "POST");
  session.receive(octets(input), kNow);
  session.terminate(ErrorCode::kNoError, kNow);
  EXPECT_FALSE(session.has_work());
}

TEST(WorkBudgetTest, IsDividedAmongThoseWhoHadWork) {
  WorkBudget budget(80);
  std::vector<WorkBudget::Part> parts(4);
  for (WorkBudget::Part& part : parts) EXPECT_EQ(part.left(budget), 80u);
  parts[0].spend(budget);
  EXPECT_EQ(parts[0].left(budget), 79u);
  budget.begin_turn();
  EXPECT_EQ(parts[0].left(budget), 20u);
  EXPECT_EQ(parts[1].left(budget), 20u);
  budget.begin_turn();
  EXPECT_EQ(parts[0].left(budget), 40u);
  std::vector<WorkBudget::Part> crowd(1000);
  for (WorkBudget::Part& part : crowd) part.left(budget);
  budget.begin_turn();
  EXPECT_EQ(parts[0].left(budget), WorkBudget::kLeast);
  budget.begin_turn();
  EXPECT_EQ(parts[0].left(budget), 80u);
}

TEST(WorkBudgetTest, IsSpentByAllTogether) {
  WorkBudget budget(3);
  std::vector<WorkBudget::Part> parts(3);
  for (WorkBudget::Part& part : parts) {
    EXPECT_FALSE(budget.is_spent());
    EXPECT_GT(part.left(budget), 0u);
    part.spend(budget);
  }
  EXPECT_TRUE(budget.is_spent());
  budget.begin_turn();
  EXPECT_FALSE(budget.is_spent());
}

// --- What it counts

TEST_F(SessionTest, ALimitThatWasReachedIsPublishedOnce) {
  connection_options_.limits.fields_per_request = 1;
  Session session(Role::kServer, connection_options_, options_, greeter_, greeter_, statistics_,
                  budget_, kNow);
  session.receive(octets(TestClient::preface() + client_.request(1, true)), kNow);
  session.publish_statistics();
  session.publish_statistics();
  EXPECT_EQ(statistics_.limits_hit[static_cast<size_t>(Limit::kFieldsPerRequest)].value(), 1u);
}

// --- The end of the input

// The answer still goes out, and the loop does not come back for an end that it knows of.
TEST_F(SessionTest, BehindTheEndNothingIsRead) {
  session_.receive(octets(TestClient::preface() + client_.request(1, true)), kNow);
  ASSERT_TRUE(session_.wants_output());
  EXPECT_TRUE(session_.wants_input());
  session_.end_of_input(kNow);
  EXPECT_EQ(session_.phase(), Session::Phase::kOpen);
  EXPECT_TRUE(session_.wants_output());
  EXPECT_FALSE(session_.wants_input());
}

// --- The write timeout

TEST_F(SessionTest, WhoTakesNothingIsGivenUp) {
  const auto timeout = options_.write_timeout;
  session_.output_waits(true, 100, kNow);
  while (session_.deadline() < kNow + timeout) {
    session_.expire(session_.deadline(), 5000);
    ASSERT_FALSE(session_.has_stuck());
  }
  session_.expire(kNow + timeout, 5000);
  EXPECT_TRUE(session_.has_stuck());
  EXPECT_EQ(session_.phase(), Session::Phase::kClosed);
}

// The system takes no more before it has got rid of a lot: until then it tells how it gets on.
TEST_F(SessionTest, WhoTakesWhatTheSystemHasIsNot) {
  const auto timeout = options_.write_timeout;
  session_.output_waits(true, 100, kNow);
  size_t in_flight = 500'000;
  while (session_.deadline() < kNow + 10 * timeout) {
    const TimePoint now = session_.deadline();
    session_.expire(now, in_flight);
    ASSERT_FALSE(session_.has_stuck());
    ASSERT_EQ(session_.phase(), Session::Phase::kOpen);
    session_.output_waits(true, 100, now);  // tried in vain
    in_flight -= 1000;
  }
  const TimePoint last = kNow + 10 * timeout;
  session_.expire(last, in_flight);
  session_.expire(last + timeout - milliseconds(1), in_flight);
  EXPECT_FALSE(session_.has_stuck());
  session_.expire(last + timeout, in_flight);
  EXPECT_TRUE(session_.has_stuck());
}

}  // namespace
}  // namespace headrace::adapters
