// The loop's outbound connections: how they are made, and how they fail.

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "headrace/adapters/loop/loop.h"
#include "headrace/adapters/socket/connector.h"
#include "headrace/adapters/socket/listener.h"
#include "tests/adapters/loop_kinds.h"
#include "tests/adapters/loop_peer.h"

namespace headrace::adapters {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Sends requests, and notes what comes of them.
class Client : public Service {
 public:
  std::unique_ptr<Handler> open(Connection& connection, Driver& driver) override {
    ++opened;
    current_connection = &connection;
    current_driver = &driver;
    for (int i = 0; i < requests_at_once; ++i) request(connection, "/first");
    return std::make_unique<ClientHandler>(*this);
  }
  void connect_failed(int error) override { errors.push_back(error); }

  static void request(Connection& connection, std::string_view path) {
    EXPECT_TRUE(
        connection
            .submit_request(
                {{":method", "GET"}, {":scheme", "http"}, {":authority", "test"}, {":path", path}})
            .ok());
  }

  int requests_at_once = 0;
  std::function<void()> on_destroyed;

  Connection* current_connection = nullptr;
  Driver* current_driver = nullptr;
  int opened = 0;
  int destroyed = 0;
  std::vector<int> errors;
  std::vector<int> statuses;
  std::string body;
  std::vector<ClosedBy> connections_closed;

 private:
  class ClientHandler : public Handler {
   public:
    explicit ClientHandler(Client& client) : client_(client) {}
    ~ClientHandler() override {
      ++client_.destroyed;
      client_.current_driver->attend();  // too late, and harmless
      if (client_.on_destroyed) client_.on_destroyed();
    }
    void handle(EventPtr event) override {
      std::visit(
          Overloaded{[&](const ResponseReceived& response) {
                       client_.statuses.push_back(response.status);
                     },
                     [&](const DataReceived& data) { client_.body.append(data.bytes.text()); },
                     [&](const ConnectionClosed& closed) {
                       client_.connections_closed.push_back(closed.closed_by);
                     },
                     [](const auto&) {}},
          *event);
    }

   private:
    Client& client_;
  };
};

// Answers every request with its path.
class PathService : public Service {
 public:
  std::unique_ptr<Handler> open(Connection& connection, Driver&) override {
    return std::make_unique<PathHandler>(connection);
  }

 private:
  class PathHandler : public Handler {
   public:
    explicit PathHandler(Connection& connection) : connection_(connection) {}
    void handle(EventPtr event) override {
      const auto* request = std::get_if<RequestReceived>(event.get());
      if (request == nullptr) return;
      EXPECT_TRUE(connection_
                      .submit_response(request->stream_id, {{":status", "200"}},
                                       Body::owned(std::string(request->fields.get(":path"))))
                      .ok());
    }

   private:
    Connection& connection_;
  };
};

class ClientLoopTest : public testing::TestWithParam<LoopKind> {
 protected:
  void make_loop() {
    auto loop = GetParam().make(options_, &service_);
    ASSERT_TRUE(loop.ok()) << loop.status();
    loop_ = std::move(*loop);
  }
  // The loop listens too: it plays both roles.
  SocketAddress listen() {
    auto sockets = listen_on("127.0.0.1", 0, 1);
    EXPECT_TRUE(sockets.ok()) << sockets.status();
    const SocketAddress address = SocketAddress::local(sockets->front());
    loop_->listen(std::move(sockets->front()));
    return address;
  }
  void connect(const SocketAddress& address) {
    auto socket = start_connecting(address);
    ASSERT_TRUE(socket.ok()) << socket.status();
    loop_->connect(std::move(*socket), {}, &client_);
  }
  bool turn_until(const std::function<bool()>& done) {
    const auto give_up = Clock::now() + std::chrono::seconds(60);  // it hangs
    while (!done()) {
      if (Clock::now() > give_up) return false;
      running_ = loop_->turn(milliseconds(1));
    }
    return true;
  }

  LoopOptions options_;
  PathService service_;
  Client client_;
  std::unique_ptr<Loop> loop_;
  bool running_ = true;
};

TEST_P(ClientLoopTest, AsksAndIsAnswered) {
  client_.requests_at_once = 3;
  make_loop();
  connect(listen());
  EXPECT_EQ(client_.opened, 0) << "nothing of the application is called by connect()";
  ASSERT_TRUE(turn_until([&] { return client_.body.size() == 18; }));
  EXPECT_EQ(client_.body, "/first/first/first");
  EXPECT_EQ(client_.statuses, (std::vector<int>{200, 200, 200}));
  EXPECT_EQ(loop_->statistics().connections_made.value(), 1u);
  EXPECT_EQ(loop_->statistics().connections_accepted.value(), 1u);
}

TEST_P(ClientLoopTest, TakesASocketThatIsConnectedAlready) {
  make_loop();
  auto [ours, theirs] = LoopPeer::make_pair();
  loop_->connect(std::move(ours), {}, &client_);
  LoopPeer server(std::move(theirs));
  ASSERT_TRUE(turn_until([&] {
    server.read();
    return !server.received().empty();
  }));
  // RFC 9113 §3.4
  EXPECT_EQ(server.received().substr(0, 24), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
}

// A command that is given between turns goes out without anything coming in.
TEST_P(ClientLoopTest, SendsWhatIsAskedForOutsideOfTheHandler) {
  make_loop();
  connect(listen());
  ASSERT_TRUE(turn_until([&] { return client_.opened == 1; }));
  for (int i = 0; i < 20; ++i) loop_->turn(milliseconds(1));  // the handshake is over
  Client::request(*client_.current_connection, "/later");
  client_.current_driver->attend();
  client_.current_driver->attend();
  EXPECT_EQ(loop_->next_deadline(TimePoint::min()), TimePoint::min()) << "it would wait";
  loop_->turn(milliseconds::max());
  ASSERT_TRUE(turn_until([&] { return client_.body == "/later"; }));
}

TEST_P(ClientLoopTest, TellsOfARefusedConnection) {
  make_loop();
  UniqueFd taken(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const SocketAddress any = resolve("127.0.0.1", 0)->front();
  ASSERT_EQ(bind(taken.get(), any.get(), any.size()), 0);  // and does not listen
  connect(SocketAddress::local(taken));
  EXPECT_TRUE(client_.errors.empty());
  ASSERT_TRUE(turn_until([&] { return !client_.errors.empty(); }));
  EXPECT_EQ(client_.errors, std::vector<int>{ECONNREFUSED});
  EXPECT_EQ(client_.opened, 0);
  EXPECT_EQ(loop_->open_connections(), 0u);
  EXPECT_EQ(loop_->statistics().connects_failed.value(), 1u);
  EXPECT_EQ(loop_->statistics().connections_closed.value(), 0u);
}

TEST_P(ClientLoopTest, GivesUpConnectingInTime) {
  options_.connect_timeout = milliseconds(60);
  make_loop();
  // A listening socket whose queue is full lets nobody know that it is there.
  UniqueFd full(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const SocketAddress any = resolve("127.0.0.1", 0)->front();
  ASSERT_EQ(bind(full.get(), any.get(), any.size()), 0);
  ASSERT_EQ(::listen(full.get(), 0), 0);
  const SocketAddress address = SocketAddress::local(full);
  const auto first = start_connecting(address);
  const auto second = start_connecting(address);
  const auto start = Clock::now();
  connect(address);
  ASSERT_TRUE(turn_until([&] { return !client_.errors.empty(); }));
  EXPECT_EQ(client_.errors, std::vector<int>{ETIMEDOUT});
  EXPECT_GE(Clock::now() - start, milliseconds(60));
}

TEST_P(ClientLoopTest, TellsOfTheEndOfTheConnection) {
  client_.requests_at_once = 1;
  make_loop();
  auto [ours, theirs] = LoopPeer::make_pair();
  loop_->connect(std::move(ours), {}, &client_);
  ASSERT_TRUE(turn_until([&] { return client_.opened == 1; }));
  theirs.reset();
  ASSERT_TRUE(turn_until([&] { return loop_->open_connections() == 0; }));
  EXPECT_EQ(client_.connections_closed, std::vector<ClosedBy>{ClosedBy::kTransport});
  EXPECT_EQ(client_.destroyed, 1);
}

// A client that reconnects when it lost its connection.
TEST_P(ClientLoopTest, ConnectsAgainWhileAHandlerIsDestroyed) {
  make_loop();
  const SocketAddress address = listen();
  auto [ours, theirs] = LoopPeer::make_pair();
  loop_->connect(std::move(ours), {}, &client_);
  ASSERT_TRUE(turn_until([&] { return client_.opened == 1; }));
  client_.on_destroyed = [&] { connect(address); };
  theirs.reset();
  ASSERT_TRUE(turn_until([&] { return client_.opened == 2; }));
  client_.on_destroyed = nullptr;
}

TEST_P(ClientLoopTest, StopsWhatIsConnectingAndWhatIsConnected) {
  make_loop();
  auto [ours, theirs] = LoopPeer::make_pair();
  loop_->connect(std::move(ours), {}, &client_);
  ASSERT_TRUE(turn_until([&] { return client_.opened == 1; }));
  loop_->stop();
  connect(resolve("127.0.0.1", 9)->front());
  LoopPeer server(std::move(theirs));
  ASSERT_TRUE(turn_until([&] {
    server.read();
    return !server.received().empty();
  }));
  EXPECT_EQ(server.received().substr(0, 3), "PRI");
  server.close();
  ASSERT_TRUE(turn_until([&] { return !running_; }));
  EXPECT_EQ(client_.opened, 1);
  EXPECT_EQ(client_.errors.size(), 1u);
  connect(resolve("127.0.0.1", 9)->front());
  ASSERT_TRUE(turn_until([&] { return client_.errors.size() == 2; }));
  EXPECT_EQ(loop_->open_connections(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Loops, ClientLoopTest, testing::ValuesIn(kLoopKinds), loop_kind_name);

}  // namespace
}  // namespace headrace::adapters
