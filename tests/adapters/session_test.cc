#include "adapters/loop/session.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <variant>

#include "tests/connection/test_client.h"

namespace headrace::adapters {
namespace {

using std::chrono::milliseconds;
using testing::octets;
using testing::TestClient;

constexpr TimePoint kNow = TimePoint{} + std::chrono::hours(1);

// Answers with a body that is copied.
class Greeter : public Service, public Driver {
 public:
  std::unique_ptr<Handler> open(Connection& connection, Driver&) override {
    connection_ = &connection;
    return std::make_unique<GreetingHandler>(connection);
  }
  void attend() override {}
  SocketAddress remote() const override { return SocketAddress::remote(UniqueFd()); }
  size_t memory() const { return connection_->ledger().live(); }

 private:
  class GreetingHandler : public Handler {
   public:
    explicit GreetingHandler(Connection& connection) : connection_(connection) {}
    void handle(EventPtr event) override {
      const auto* request = std::get_if<RequestReceived>(event.get());
      if (request == nullptr || !request->end_stream) return;
      EXPECT_TRUE(
          connection_.submit_response(request->stream_id, {{":status", "200"}}, Body::stream())
              .ok());
      EXPECT_EQ(connection_.send_data(request->stream_id, octets("hello"), true).accepted, 5u);
    }

   private:
    Connection& connection_;
  };

  Connection* connection_ = nullptr;
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
  Session session_{Role::kServer, connection_options_, options_, greeter_,
                   greeter_,      statistics_,         kNow};
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

}  // namespace
}  // namespace headrace::adapters
