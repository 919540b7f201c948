// Loops over TLS, in both roles: the server's end and the client's on one loop, and peers that do
// not speak TLS, or not to its end.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "headrace/adapters/loop/loop.h"
#include "headrace/adapters/tls/client.h"
#include "headrace/adapters/tls/server.h"
#include "tests/adapters/loop_kinds.h"
#include "tests/adapters/loop_peer.h"
#include "tests/adapters/pattern_service.h"
#include "tests/tls/certificates.h"

namespace headrace::adapters {
namespace {

using std::chrono::milliseconds;
using tls::Authority;

// Asks for paths, and notes what comes.
class Asker : public Service {
 public:
  explicit Asker(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  std::unique_ptr<Handler> open(Connection& connection, Driver& driver) override {
    protocol = driver.channel() == nullptr ? "none" : driver.channel()->protocol();
    this->connection = &connection;
    bodies.resize(paths_.size());
    for (size_t i = 0; i < paths_.size(); ++i) {
      EXPECT_TRUE(connection
                      .submit_request({{":method", "GET"},
                                       {":scheme", "https"},
                                       {":authority", "example.org"},
                                       {":path", paths_[i]}},
                                      Body::none(), UserData(i))
                      .ok());
    }
    return std::make_unique<AskingHandler>(*this);
  }
  void connect_failed(int error) override { FAIL() << error; }
  void handshake_failed(const std::string& reason, const SocketAddress&) override {
    failure = reason;
  }
  bool is_done() const { return ended == paths_.size() || !failure.empty(); }

  std::string protocol;
  Connection* connection = nullptr;
  std::vector<std::string> bodies;
  size_t ended = 0;
  std::vector<ClosedBy> closed_by;
  std::string failure;

 private:
  class AskingHandler : public Handler {
   public:
    explicit AskingHandler(Asker& asker) : asker_(asker) {}
    void handle(EventPtr event) override {
      if (const auto* data = std::get_if<DataReceived>(event.get())) {
        asker_.bodies[data->user_data].append(data->bytes.text());
      } else if (const auto* closed = std::get_if<StreamClosed>(event.get())) {
        ++asker_.ended;
        asker_.closed_by.push_back(closed->closed_by);
      }
    }

   private:
    Asker& asker_;
  };

  const std::vector<std::string> paths_;
};

class SecureService : public PatternService {
 public:
  void handshake_failed(const std::string& reason, const SocketAddress&) override {
    failures.push_back(reason);
  }
  std::vector<std::string> failures;
};

// Without the deadline for the preface, which a sanitizer's build on a busy machine misses.
Options patient() {
  Options options;
  options.limits.preface_timeout = milliseconds(0);
  return options;
}

class SecureLoopTest : public ::testing::TestWithParam<LoopKind> {
 protected:
  SecureLoopTest() { use(tls_options_); }

  void use(const tls::ServerOptions& options) {
    loop_.reset();
    server_ = std::move(*tls::Server::create(options));
    LoopOptions loop_options;
    loop_options.secure = server_.get();
    loop_options.connection = patient();
    auto made = GetParam().make(loop_options, &service_);
    ASSERT_TRUE(made.ok()) << made.status();
    loop_ = std::move(*made);
  }
  std::unique_ptr<tls::Client> make_client(const Authority& trusted) {
    tls::ClientOptions options;
    options.authorities = trusted.pem();
    options.handshake_timeout = std::chrono::minutes(1);
    return std::move(*tls::Client::create(options));
  }
  void turn_until(const std::function<bool()>& done) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!done() && std::chrono::steady_clock::now() < limit) loop_->turn(milliseconds(10));
    EXPECT_TRUE(done());
  }
  // The server's end of a connection is the loop's, the other the test's.
  LoopPeer adopt() {
    auto [peers_end, servers_end] = LoopPeer::make_pair();
    loop_->adopt(std::move(servers_end));
    return LoopPeer(std::move(peers_end));
  }
  // Both ends are the loop's.
  void connect(tls::Destination* destination, Service* client) {
    auto [one, other] = LoopPeer::make_pair();
    loop_->adopt(std::move(one));
    loop_->connect(std::move(other), patient(), client, destination);
  }

  const Authority authority_{"an authority"};
  tls::ServerOptions tls_options_ = [this] {
    tls::ServerOptions options;
    options.identities.push_back(authority_.issue().identity());
    options.handshake_timeout = std::chrono::minutes(1);
    return options;
  }();
  SecureService service_;
  std::unique_ptr<tls::Server> server_;
  std::unique_ptr<Loop> loop_;
};

INSTANTIATE_TEST_SUITE_P(Loops, SecureLoopTest, ::testing::ValuesIn(kLoopKinds), loop_kind_name);

TEST_P(SecureLoopTest, BothRolesCarryBodiesOfAllSizes) {
  const auto client = make_client(authority_);
  tls::Destination destination(client.get(), "example.org");
  Asker asker({"/0", "/1", "/16384", "/100000", "/3000000"});
  connect(&destination, &asker);
  turn_until([&] { return asker.is_done(); });
  EXPECT_EQ(asker.failure, "");
  EXPECT_EQ(asker.protocol, "h2");
  EXPECT_TRUE(asker.bodies[0].empty());
  EXPECT_TRUE(asker.bodies[1] == pattern(1));
  EXPECT_TRUE(asker.bodies[2] == pattern(16'384));
  EXPECT_TRUE(asker.bodies[3] == pattern(100'000));
  EXPECT_TRUE(asker.bodies[4] == pattern(3'000'000));
  EXPECT_EQ(loop_->statistics().handshakes_failed.value(), 0u);
  EXPECT_GT(loop_->statistics().memory.value(), 0u);
}

TEST_P(SecureLoopTest, ManyConnectionsAndASession) {
  const auto client = make_client(authority_);
  tls::Destination destination(client.get(), "example.org");
  std::vector<std::unique_ptr<Asker>> askers;
  for (int i = 0; i < 40; ++i) {
    askers.push_back(std::make_unique<Asker>(std::vector<std::string>{"/1000", "/70000"}));
    connect(&destination, askers.back().get());
  }
  turn_until([&] {
    return std::ranges::all_of(askers, [](const auto& asker) { return asker->is_done(); });
  });
  for (const auto& asker : askers) {
    EXPECT_EQ(asker->failure, "");
    EXPECT_EQ(asker->closed_by, std::vector(2, ClosedBy::kEnd));
    EXPECT_TRUE(asker->bodies[1] == pattern(70'000));
  }
  EXPECT_EQ(service_.opened, 40);
}

TEST_P(SecureLoopTest, AFailedHandshakeIsToldOnBothSides) {
  const Authority stranger{"a stranger"};
  const auto client = make_client(stranger);
  tls::Destination destination(client.get(), "example.org");
  Asker asker({"/1"});
  connect(&destination, &asker);
  turn_until([&] { return loop_->open_connections() == 0; });
  EXPECT_EQ(asker.failure,
            "the peer's certificate is not accepted: unable to get local issuer certificate");
  EXPECT_EQ(service_.failures,
            std::vector<std::string>{"the peer has ended the TLS connection: unknown CA"});
  EXPECT_EQ(service_.opened, 0);
  EXPECT_EQ(loop_->statistics().handshakes_failed.value(), 2u);
}

// RFC 9110 §4.2.2: https is another scheme.
TEST_P(SecureLoopTest, HttpWithoutTlsIsAnsweredInWords) {
  LoopPeer peer = adopt();
  peer.send("GET / HTTP/1.1\r\nhost: example.org\r\n\r\n");
  turn_until([&] {
    peer.read();
    return peer.saw_eof();
  });
  EXPECT_TRUE(peer.received().starts_with("HTTP/1.1 400 ")) << peer.received();
  EXPECT_NE(peer.received().find("https://"), std::string::npos);
  EXPECT_EQ(service_.failures, std::vector<std::string>{"the client speaks HTTP without TLS"});
}

TEST_P(SecureLoopTest, WhoNeverCompletesTheHandshakeIsClosed) {
  tls::ServerOptions options = tls_options_;
  options.handshake_timeout = milliseconds(50);
  use(options);
  LoopPeer silent = adopt();
  LoopPeer slow = adopt();
  slow.send("\x16\x03\x01");
  turn_until([&] {
    silent.read();
    slow.read();
    return silent.saw_eof() && slow.saw_eof();
  });
  EXPECT_EQ(service_.failures,
            std::vector<std::string>(2, "the TLS handshake was not complete in 50 ms"));
}

TEST_P(SecureLoopTest, WhoGoesAwayWithinTheHandshakeIsClosed) {
  LoopPeer peer = adopt();
  peer.send("\x16\x03\x01");
  peer.send_fin();
  turn_until([&] { return loop_->open_connections() == 0; });
  EXPECT_EQ(service_.failures, std::vector<std::string>{
                                   "the peer has closed the connection during the TLS handshake"});
}

// More than a turn continues (SecureSessionTest has how many that is): all of them get on.
TEST_P(SecureLoopTest, AFloodOfHandshakesIsAnswered) {
  const auto client = make_client(authority_);
  const auto hello = client->connect("example.org", TimePoint{});
  std::string octets;
  for (const ConstBuffer& buffer : hello->pending_output()) {
    octets.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
  }
  std::vector<LoopPeer> peers;
  for (size_t i = 0; i < 5 * WorkBudget::kHandshakes; ++i) {
    peers.push_back(adopt());
    peers.back().send(octets);
  }
  turn_until([&] {
    return std::ranges::all_of(peers, [](LoopPeer& peer) {
      peer.read();
      return !peer.received().empty();
    });
  });
}

TEST_P(SecureLoopTest, AShutdownEndsConnectionsInOrder) {
  const auto client = make_client(authority_);
  tls::Destination destination(client.get(), "example.org");
  Asker asker({"/200000"});
  connect(&destination, &asker);
  turn_until([&] { return service_.opened == 1; });
  loop_->stop();
  turn_until([&] { return loop_->open_connections() == 0; });
  EXPECT_EQ(asker.failure, "");
  // Both ends are of this loop, so that the client may have ended it before there was a stream.
  if (asker.ended == 1 && asker.closed_by[0] == ClosedBy::kEnd) {
    EXPECT_TRUE(asker.bodies[0] == pattern(200'000));
  }
  EXPECT_EQ(loop_->statistics().memory.value(), 0u);
}

}  // namespace
}  // namespace headrace::adapters
