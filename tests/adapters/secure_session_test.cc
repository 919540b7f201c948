// A session whose connection is encrypted: what RFC 9113 §9.2 asks of HTTP/2 over TLS, and how ends
// of TLS become ends of the connection. OpenSSL itself is the client.

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "headrace/adapters/loop/session.h"
#include "headrace/adapters/loop/work_budget.h"
#include "tests/connection/test_client.h"
#include "tests/reference/frames.h"
#include "tests/tls/certificates.h"
#include "tests/tls/ends.h"

namespace headrace::adapters {
namespace {

using headrace::testing::TestClient;
using tls::RawClient;

constexpr TimePoint kNow = tls::kNow;

std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// Notes how streams and connections end.
class Witness : public Service, public Driver {
 public:
  std::unique_ptr<Handler> open(Connection& connection, Driver&) override {
    opened = &connection;
    return std::make_unique<WitnessingHandler>(*this);
  }
  void handshake_failed(const std::string& reason, const SocketAddress&) override {
    failure = reason;
  }
  void attend() override {}
  SocketAddress remote() const override { return SocketAddress::remote(UniqueFd()); }

  Connection* opened = nullptr;
  std::vector<ClosedBy> streams;
  std::vector<ErrorCode> connections;
  std::string failure;

 private:
  class WitnessingHandler : public Handler {
   public:
    explicit WitnessingHandler(Witness& witness) : witness_(witness) {}
    void handle(EventPtr event) override {
      if (const auto* stream = std::get_if<StreamClosed>(event.get())) {
        witness_.streams.push_back(stream->closed_by);
      } else if (const auto* closed = std::get_if<ConnectionClosed>(event.get())) {
        witness_.connections.push_back(closed->error.code);
      }
    }

   private:
    Witness& witness_;
  };
};

class SecureSessionTest : public ::testing::Test {
 protected:
  void start(const tls::ServerOptions& options, int version) {
    server_ = tls::make_server(options);
    session_ = std::make_unique<Session>(Role::kServer, Options(), options_, witness_, witness_,
                                         statistics_, budget_, kNow, server_->open(kNow));
    client_ = std::make_unique<RawClient>([&](SSL* ssl) {
      RawClient::offer_h2(ssl);
      SSL_set_max_proto_version(ssl, version);
    });
    settle();
  }
  tls::ServerOptions usual() {
    return tls::server_options(authority_.issue({.kind = tls::KeyKind::kRsa}));
  }

  // Carries octets to and fro, and collects what the client reads.
  void settle() {
    for (int i = 0; i < 8; ++i) {
      SSL_do_handshake(client_->ssl());
      read();
      give(client_->take());
      client_->give(take());
    }
    read();
  }
  void read() {
    char buffer[4'096];
    int size = 0;
    while (SSL_is_init_finished(client_->ssl()) == 1 &&
           (size = SSL_read(client_->ssl(), buffer, sizeof(buffer))) > 0) {
      heard_.append(buffer, static_cast<size_t>(size));
    }
  }
  void say(const std::string& plaintext) {
    SSL_write(client_->ssl(), plaintext.data(), static_cast<int>(plaintext.size()));
  }
  void give(const std::string& octets) {
    budget_.begin_turn();
    if (!octets.empty()) session_->receive(bytes_of(octets), kNow);
  }
  std::string take() {
    std::string taken;
    while (session_->wants_output()) {
      size_t size = 0;
      for (const ConstBuffer& buffer : session_->output()) {
        taken.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
        size += buffer.size;
      }
      if (size == 0) break;
      session_->sent(size, kNow);
    }
    return taken;
  }
  // Of the GOAWAY that the client has heard; -1 if there was none.
  int64_t goaway_code() {
    for (const reference::Frame& frame : reference::parse_all(heard_)) {
      if (frame.type == reference::GOAWAY) {
        return reference::parse_goaway(frame.payload).error_code;
      }
    }
    return -1;
  }

  const tls::Authority authority_{"an authority"};
  LoopOptions options_;
  LoopStatistics statistics_;
  WorkBudget budget_{options_.events_per_turn};
  Witness witness_;
  std::unique_ptr<tls::Server> server_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<RawClient> client_;
  std::string heard_;
};

TEST_F(SecureSessionTest, ThereIsNoConnectionBeforeTheHandshakeIsComplete) {
  server_ = tls::make_server(usual());
  Session session(Role::kServer, Options(), options_, witness_, witness_, statistics_, budget_,
                  kNow, server_->open(kNow));
  EXPECT_EQ(witness_.opened, nullptr);
  EXPECT_TRUE(session.wants_input());
  EXPECT_FALSE(session.wants_output());
  EXPECT_EQ(session.deadline(), kNow + tls::ServerOptions().handshake_timeout);
  session.expire(session.deadline(), 0);
  EXPECT_NE(session.phase(), Session::Phase::kOpen);
  EXPECT_EQ(witness_.failure, "the TLS handshake was not complete in 10000 ms");
}

// A handshake costs as much as dozens of requests.
TEST_F(SecureSessionTest, ATurnContinuesSoManyHandshakes) {
  server_ = tls::make_server(usual());
  RawClient client(RawClient::offer_h2);
  SSL_do_handshake(client.ssl());
  const std::string hello = client.take();
  std::vector<std::unique_ptr<Session>> sessions;
  for (size_t i = 0; i < 2 * WorkBudget::kHandshakes + 1; ++i) {
    sessions.push_back(std::make_unique<Session>(Role::kServer, Options(), options_, witness_,
                                                 witness_, statistics_, budget_, kNow,
                                                 server_->open(kNow)));
    // In two parts, of which the second comes although it is not wanted.
    sessions.back()->receive(bytes_of(hello.substr(0, 50)), kNow);
  }
  const auto answered = [&] {
    return static_cast<size_t>(std::ranges::count_if(
        sessions, [](const auto& session) { return session->wants_output(); }));
  };
  for (auto& session : sessions) session->receive(bytes_of(hello.substr(50)), kNow);
  EXPECT_EQ(answered(), 0u) << "the turn's are spent on first parts";
  size_t expected = 0;
  while (expected < sessions.size()) {
    budget_.begin_turn();
    for (auto& session : sessions) {
      if (!session->has_work()) continue;
      EXPECT_FALSE(session->wants_input());
      session->attend(kNow);
    }
    expected = std::min(expected + WorkBudget::kHandshakes, sessions.size());
    ASSERT_EQ(answered(), expected);
  }
}

TEST_F(SecureSessionTest, ARequestIsAnsweredAndTheEndIsClean) {
  start(usual(), TLS1_3_VERSION);
  ASSERT_NE(witness_.opened, nullptr) << witness_.failure;
  TestClient client;
  say(TestClient::preface() + client.request(1, true));
  settle();
  EXPECT_TRUE(witness_.opened->submit_response(1, 200, {}, Body::owned("hello")).ok());
  session_->attend(kNow);
  settle();
  EXPECT_NE(heard_.find("hello"), std::string::npos);
  session_->shutdown(kNow);
  settle();
  for (const reference::Frame& frame : reference::parse_all(heard_)) {
    if (frame.type == reference::PING) {
      say(reference::encode(reference::PING, reference::ACK, 0, frame.payload));
    }
  }
  SSL_shutdown(client_->ssl());
  settle();
  EXPECT_EQ((SSL_get_shutdown(client_->ssl()) & SSL_RECEIVED_SHUTDOWN), SSL_RECEIVED_SHUTDOWN)
      << "close_notify";
  EXPECT_EQ(witness_.streams, std::vector<ClosedBy>{ClosedBy::kEnd});
  EXPECT_NE(session_->phase(), Session::Phase::kOpen);
}

// RFC 9113 §9.2.2.
TEST_F(SecureSessionTest, AForbiddenCipherIsInadequateSecurity) {
  tls::ServerOptions options = usual();
  options.ciphers = "AES128-GCM-SHA256";
  start(options, TLS1_2_VERSION);
  EXPECT_EQ(goaway_code(), 0xc);
  EXPECT_EQ(witness_.connections, std::vector<ErrorCode>{ErrorCode::kInadequateSecurity});
  EXPECT_NE(session_->phase(), Session::Phase::kOpen);
}

// RFC 9113 §9.2.1.
TEST_F(SecureSessionTest, ARenegotiationIsAProtocolError) {
  start(usual(), TLS1_2_VERSION);
  say(TestClient::preface());
  settle();
  ASSERT_EQ(goaway_code(), -1);
  SSL_renegotiate(client_->ssl());
  SSL_do_handshake(client_->ssl());
  give(client_->take());
  EXPECT_EQ(witness_.connections, std::vector<ErrorCode>{ErrorCode::kProtocolError});
  EXPECT_EQ(session_->channel()->failure(), "TLS is not renegotiated (RFC 9113 §9.2.1)");
}

TEST_F(SecureSessionTest, AFloodOfKeyUpdatesIsEnhanceYourCalm) {
  start(usual(), TLS1_3_VERSION);
  say(TestClient::preface());
  settle();
  for (int i = 0; i < 100; ++i) {
    SSL_key_update(client_->ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
    SSL_do_handshake(client_->ssl());
  }
  settle();
  EXPECT_EQ(goaway_code(), 0xb);
  EXPECT_EQ(witness_.connections, std::vector<ErrorCode>{ErrorCode::kEnhanceYourCalm});
  EXPECT_EQ(session_->channel()->failure(),
            "too many messages of TLS after the handshake (KeyUpdate)");
  EXPECT_NE(heard_.find(session_->channel()->failure()), std::string::npos)
      << "GOAWAY says it, too";
}

// A transport that is lost while a stream is open, with and without close_notify.
TEST_F(SecureSessionTest, StreamsThatAreCutOffAreTheTransports) {
  for (const bool notified : {false, true}) {
    witness_ = Witness();
    start(usual(), TLS1_3_VERSION);
    TestClient client;
    say(TestClient::preface() + client.request(1, false, "/", "POST"));
    if (notified) SSL_shutdown(client_->ssl());
    settle();
    session_->end_of_input(kNow);
    EXPECT_EQ(witness_.streams, std::vector<ClosedBy>{ClosedBy::kTransport});
    EXPECT_EQ(witness_.connections.size(), 1u);
    take();
    EXPECT_EQ(session_->phase(), Session::Phase::kClosed);
  }
}

// RFC 9112 §9.8: anybody on the way can end the transport, but not in the server's name.
TEST_F(SecureSessionTest, AResponseThatEndsWithTheConnectionIsWholeOnlyBehindCloseNotify) {
  tls::ServerOptions server_options = usual();
  server_options.protocols = {"http/1.1"};
  server_ = tls::make_server(server_options);
  tls::ClientOptions client_options = tls::client_options(authority_);
  client_options.protocols = {"http/1.1"};
  const std::unique_ptr<tls::Client> client = tls::make_client(client_options);
  for (const bool notified : {false, true}) {
    for (const bool reads_to_the_end : {false, true}) {
      witness_ = Witness();
      budget_.begin_turn();
      session_ = std::make_unique<Session>(Role::kClient, Options(), options_, witness_, witness_,
                                           statistics_, budget_, kNow,
                                           client->connect("example.org", kNow));
      const std::unique_ptr<tls::Channel> server = server_->accept(kNow);
      const auto settle = [&] {
        while (session_->wants_output() || server->wants_output()) {
          tls::give(*server, take());
          give(tls::take_output(*server));
        }
      };
      settle();
      ASSERT_NE(witness_.opened, nullptr);
      EXPECT_TRUE(witness_.opened
                      ->submit_request({{":method", "GET"},
                                        {":scheme", "https"},
                                        {":authority", "example.org"},
                                        {":path", "/"}})
                      .ok());
      settle();
      tls::write(*server, "HTTP/1.1 200 OK\r\n\r\nhello");
      if (notified) server->close();
      settle();
      // Or a send fails before the end of the input is read.
      if (!reads_to_the_end) session_->fail_output(/*ended=*/true, kNow);
      session_->end_of_input(kNow);
      EXPECT_EQ(witness_.streams,
                std::vector<ClosedBy>{notified ? ClosedBy::kEnd : ClosedBy::kTransport});
      take();  // our close_notify
      EXPECT_EQ(session_->phase(), Session::Phase::kClosed);
    }
  }
}

// A record that is not of the peer's making.
TEST_F(SecureSessionTest, ASpoiltRecordEndsTheConnection) {
  start(usual(), TLS1_3_VERSION);
  TestClient client;
  say(TestClient::preface() + client.request(1, false, "/", "POST"));
  settle();
  say("spoilt");
  std::string record = client_->take();
  record.back() = static_cast<char>(record.back() ^ 1);
  give(record);
  EXPECT_EQ(witness_.streams, std::vector<ClosedBy>{ClosedBy::kTransport});
  EXPECT_FALSE(take().empty()) << "the alert";
  EXPECT_NE(session_->phase(), Session::Phase::kOpen);
}

}  // namespace
}  // namespace headrace::adapters
