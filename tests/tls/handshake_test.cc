// Two ends back to back: what they agree on, which certificate is shown, resumption.

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <string>

#include "tests/tls/certificates.h"
#include "tests/tls/ends.h"

namespace headrace::tls {
namespace {

using adapters::SecureChannel;

class HandshakeTest : public ::testing::Test {
 protected:
  Authority authority_{"an authority"};
};

// Both versions: the server decides.
class VersionsTest : public HandshakeTest, public ::testing::WithParamInterface<int> {
 protected:
  Ends connect(const Server& server, const Client& client,
               const std::string& host = "example.org") {
    Ends ends = tls::connect(server, client, host);
    SSL_set_max_proto_version(ends.server->ssl(), GetParam());
    return ends;
  }
};

INSTANTIATE_TEST_SUITE_P(Versions, VersionsTest, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) {
                           return version.param == TLS1_2_VERSION ? "tls12" : "tls13";
                         });

TEST_P(VersionsTest, BothAgreeOnHttp2AndCarryOctets) {
  const auto server = make_server(server_options(authority_.issue()));
  const auto client = make_client(client_options(authority_));
  Ends ends = connect(*server, *client);
  EXPECT_FALSE(ends.client->is_open());
  EXPECT_EQ(write(*ends.client, "too early"), 0u);
  ends.settle();
  ASSERT_TRUE(ends.client->is_open()) << ends.client->failure();
  ASSERT_TRUE(ends.server->is_open()) << ends.server->failure();
  EXPECT_EQ(ends.client->protocol(), "h2");
  EXPECT_EQ(ends.server->protocol(), "h2");
  EXPECT_EQ(ends.server->host(), "example.org");
  EXPECT_EQ(ends.server->version(), GetParam() == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
  EXPECT_EQ(write(*ends.client, "a question"), 10u);
  EXPECT_EQ(write(*ends.server, "an answer"), 9u);
  ends.settle();
  EXPECT_EQ(ends.server_read, "a question");
  EXPECT_EQ(ends.client_read, "an answer");
  EXPECT_EQ(ends.server->end(), SecureChannel::End::kNone);
}

// RFC 8446 §6.1: close_notify says that all has come; an end without it may have been made by
// anybody.
TEST_P(VersionsTest, AnEndAndATruncationAreToldApart) {
  const auto server = make_server(server_options(authority_.issue()));
  const auto client = make_client(client_options(authority_));
  Ends closed = connect(*server, *client);
  closed.settle();
  write(*closed.client, "all");
  closed.client->close();
  EXPECT_EQ(write(*closed.client, "more"), 0u);
  closed.settle();
  EXPECT_EQ(closed.server_read, "all");
  EXPECT_EQ(closed.server->end(), SecureChannel::End::kCloseNotify);
  closed.server->end_of_input();
  EXPECT_EQ(closed.server->end(), SecureChannel::End::kCloseNotify);
  // The other direction goes on (RFC 8446 §6.1).
  EXPECT_EQ(write(*closed.server, "the rest"), 8u);
  closed.settle();
  EXPECT_EQ(closed.client_read, "the rest");

  Ends cut = connect(*server, *client);
  cut.settle();
  write(*cut.client, "all");
  cut.settle();
  cut.server->end_of_input();
  EXPECT_EQ(cut.server->end(), SecureChannel::End::kTruncated);
}

TEST_P(VersionsTest, TheNextConnectionResumesTheSession) {
  const auto server = make_server(server_options(authority_.issue()));
  const auto client = make_client(client_options(authority_));
  for (const bool resumed : {false, true, true}) {
    Ends ends = connect(*server, *client);
    ends.settle();
    ASSERT_TRUE(ends.client->is_open()) << ends.client->failure();
    EXPECT_EQ(ends.client->is_resumed(), resumed);
    EXPECT_EQ(ends.server->is_resumed(), resumed);
    EXPECT_EQ(ends.client->protocol(), "h2");
    // RFC 8446 §4.2.10: no early data is allowed.
    EXPECT_EQ(SSL_SESSION_get_max_early_data(SSL_get0_session(ends.client->ssl())), 0u);
  }
}

TEST_P(VersionsTest, ClientsAndServersMayDoWithoutResumption) {
  ServerOptions without_tickets = server_options(authority_.issue());
  without_tickets.ticket_key_lifetime = std::chrono::seconds(0);
  ClientOptions forgetful = client_options(authority_);
  forgetful.resume = false;
  const auto server = make_server(without_tickets);
  const auto usual_server = make_server(server_options(authority_.issue()));
  const auto client = make_client(client_options(authority_));
  const auto forgetful_client = make_client(forgetful);
  for (int i = 0; i < 2; ++i) {
    Ends one = connect(*server, *client);
    Ends other = connect(*usual_server, *forgetful_client);
    one.settle();
    other.settle();
    EXPECT_FALSE(one.client->is_resumed());
    EXPECT_TRUE(other.client->is_open());
    EXPECT_FALSE(other.client->is_resumed());
  }
}

// --- ALPN (RFC 7301)

TEST_F(HandshakeTest, TheServersPreferenceDecides) {
  ServerOptions options = server_options(authority_.issue());
  options.protocols = {"h2", "http/1.1"};
  ClientOptions other_way_round = client_options(authority_);
  other_way_round.protocols = {"http/1.1", "h2"};
  const auto server = make_server(options);
  const auto client = make_client(other_way_round);
  Ends ends = connect(*server, *client);
  ends.settle();
  EXPECT_EQ(ends.client->protocol(), "h2");
}

// RFC 7301 §3.2: no_application_protocol.
TEST_F(HandshakeTest, NoCommonProtocolEndsTheHandshake) {
  const auto server = make_server(server_options(authority_.issue()));
  ClientOptions older = client_options(authority_);
  older.protocols = {"http/1.1"};
  const auto client = make_client(older);
  Ends ends = connect(*server, *client);
  ends.settle();
  EXPECT_EQ(ends.server->end(), SecureChannel::End::kFailed);
  EXPECT_FALSE(ends.server->failure().empty());
  EXPECT_EQ(ends.client->end(), SecureChannel::End::kFailed);
  EXPECT_EQ(ends.client->failure(),
            "the peer has ended the TLS connection: no application protocol");
}

TEST_F(HandshakeTest, AClientWithoutAlpnSpeaksHttp11) {
  ServerOptions both = server_options(authority_.issue());
  both.protocols = {"h2", "http/1.1"};
  const auto server = make_server(both);
  const auto channel = server->accept(kNow);
  RawClient client;
  client.settle(*channel);
  ASSERT_TRUE(channel->is_open()) << channel->failure();
  EXPECT_EQ(channel->protocol(), "");

  const auto http2_only = make_server(server_options(authority_.issue()));
  const auto refused = http2_only->accept(kNow);
  RawClient again;
  again.settle(*refused);
  EXPECT_EQ(refused->end(), SecureChannel::End::kFailed);
  EXPECT_TRUE(again.heard.starts_with("HTTP/1.1 505 ")) << again.heard;
}

// --- RFC 9113 §9.2.2

struct CipherCase {
  const char* name;
  bool adequate;
};

TEST_F(HandshakeTest, CiphersThatHttp2ForbidsAreInadequate) {
  for (const CipherCase& cipher :
       {CipherCase{"ECDHE-RSA-AES128-GCM-SHA256", true},
        CipherCase{"ECDHE-RSA-CHACHA20-POLY1305", true},
        CipherCase{"ECDHE-RSA-AES128-SHA256", false}, CipherCase{"ECDHE-RSA-AES256-SHA", false},
        CipherCase{"AES128-GCM-SHA256", false}, CipherCase{"AES256-SHA", false}}) {
    SCOPED_TRACE(cipher.name);
    ServerOptions options = server_options(authority_.issue({.kind = KeyKind::kRsa}));
    options.ciphers = cipher.name;
    const auto server = make_server(options);
    const auto channel = server->accept(kNow);
    RawClient client([](SSL* ssl) {
      SSL_set_max_proto_version(ssl, TLS1_2_VERSION);
      RawClient::offer_h2(ssl);
    });
    client.settle(*channel);
    ASSERT_TRUE(channel->is_open()) << channel->failure();
    EXPECT_EQ(channel->cipher(), cipher.name);
    EXPECT_EQ(channel->violation(),
              cipher.adequate ? ErrorCode::kNoError : ErrorCode::kInadequateSecurity);
    EXPECT_EQ(write(*channel, "GOAWAY"), 6u) << "it can be told";
  }
  ServerOptions unknown = server_options(authority_.issue());
  unknown.ciphers = "NO-SUCH-CIPHER";
  EXPECT_FALSE(Server::create(unknown).ok());
}

// A server would pay for them: RFC 7919's shares cost many times what the others do.
TEST_F(HandshakeTest, FiniteFieldsAreNotAmongTheGroups) {
  const auto server = make_server(server_options(authority_.issue()));
  for (const auto& [groups, known] :
       {std::pair{"X25519", true}, std::pair{"P-256", true}, std::pair{"P-384", true},
        std::pair{"ffdhe2048", false}, std::pair{"ffdhe8192", false}}) {
    const auto channel = server->accept(kNow);
    RawClient client([groups = groups](SSL* ssl) {
      RawClient::offer_h2(ssl);
      ASSERT_EQ(SSL_set1_groups_list(ssl, groups), 1);
    });
    client.settle(*channel);
    EXPECT_EQ(channel->is_open(), known) << groups;
  }
}

// --- Certificates

TEST_F(HandshakeTest, TheCertificateIsForTheHostThatWasAskedFor) {
  ServerOptions options = server_options(authority_.issue({.hosts = {"first.example"}}));
  options.identities.push_back(authority_.issue({.hosts = {"second.example"}}).identity());
  options.identities.push_back(authority_.issue({.hosts = {"*.wild.example"}}).identity());
  const auto server = make_server(options);
  const auto client = make_client(client_options(authority_));
  for (const char* host : {"first.example", "second.example", "any.wild.example"}) {
    Ends ends = connect(*server, *client, host);
    ends.settle();
    EXPECT_TRUE(ends.client->is_open()) << host << ": " << ends.client->failure();
    EXPECT_EQ(ends.server->host(), host);
  }
  Ends stranger = connect(*server, *client, "third.example");
  stranger.settle();
  EXPECT_EQ(stranger.client->end(), SecureChannel::End::kFailed);
  const Identity& first = options.identities.front();
  RawClient nameless(RawClient::offer_h2);
  const auto channel = server->accept(kNow);
  nameless.settle(*channel);
  ASSERT_TRUE(channel->is_open());
  EXPECT_EQ(X509_cmp(SSL_get0_peer_certificate(nameless.ssl()), first.certificate()), 0);
}

// RFC 9110 §7.4: what else a client may ask for on a connection.
TEST_P(VersionsTest, TheCertificateCoversItsHosts) {
  ServerOptions options =
      server_options(authority_.issue({.hosts = {"first.example", "*.wild.example", "192.0.2.1"}}));
  options.identities.push_back(authority_.issue({.hosts = {"second.example"}}).identity());
  const auto server = make_server(options);
  const auto client = make_client(client_options(authority_));
  for (const char* host : {"first.example", "b.wild.example", "192.0.2.1"}) {
    for (const bool resumed : {false, true}) {
      SCOPED_TRACE(std::string(host) + (resumed ? ", resumed" : ""));
      Ends ends = connect(*server, *client, host);
      ends.settle();
      ASSERT_TRUE(ends.server->is_open());
      ASSERT_EQ(ends.server->is_resumed(), resumed);
      EXPECT_EQ(ends.server->host(), host[0] == '1' ? "" : host);
      for (const char* covered : {"First.example", "a.wild.example", "192.0.2.1"}) {
        EXPECT_TRUE(ends.server->covers(covered)) << covered;
      }
      for (const char* other : {"second.example", "wild.example", "192.0.2.2", "::1", ""}) {
        EXPECT_FALSE(ends.server->covers(other)) << other;
      }
    }
  }
}

// RFC 6066 §3, RFC 8446 §4.2.11: a session belongs to its name in TLS 1.2, and to none in TLS 1.3.
TEST_P(VersionsTest, ASessionOfOneNameAndAnother) {
  ServerOptions options = server_options(authority_.issue({.hosts = {"first.example"}}));
  options.identities.push_back(authority_.issue({.hosts = {"second.example"}}).identity());
  const auto server = make_server(options);
  const auto client = make_client(client_options(authority_));
  const bool tls12 = GetParam() == TLS1_2_VERSION;
  Ends first = connect(*server, *client, "first.example");
  first.settle();
  for (const char* name : {"first.example", "first.exampl", "second.example", ""}) {
    SCOPED_TRACE(name);
    SSL_SESSION* const session = SSL_get1_session(first.client->ssl());
    RawClient other([&](SSL* ssl) {
      RawClient::offer_h2(ssl);
      SSL_set_session(ssl, session);
      if (*name != 0) SSL_set_tlsext_host_name(ssl, name);
    });
    SSL_SESSION_free(session);
    const auto channel = server->accept(kNow);
    SSL_set_max_proto_version(channel->ssl(), GetParam());
    other.settle(*channel);
    ASSERT_TRUE(channel->is_open()) << channel->failure();
    EXPECT_EQ(channel->is_resumed(), !tls12 || name == first.client->host());
    EXPECT_EQ(channel->host(), name);
    EXPECT_EQ(channel->covers("first.example"), name != std::string("second.example"));
    EXPECT_EQ(channel->covers("second.example"), name == std::string("second.example"));
  }
}

TEST_F(HandshakeTest, RsaAndEcdsaStandSideBySide) {
  ServerOptions options = server_options(authority_.issue({.kind = KeyKind::kRsa}));
  options.identities.push_back(authority_.issue({.kind = KeyKind::kEcdsa}).identity());
  const auto server = make_server(options);
  for (const auto& [algorithms, kind] :
       {std::pair{"RSA-PSS+SHA256", EVP_PKEY_RSA}, std::pair{"ECDSA+SHA256", EVP_PKEY_EC}}) {
    RawClient client([algorithms = algorithms](SSL* ssl) {
      RawClient::offer_h2(ssl);
      SSL_set1_sigalgs_list(ssl, algorithms);
      SSL_set_tlsext_host_name(ssl, "example.org");
    });
    const auto channel = server->accept(kNow);
    client.settle(*channel);
    ASSERT_TRUE(channel->is_open()) << algorithms << ": " << channel->failure();
    const EVP_PKEY* key = X509_get0_pubkey(SSL_get0_peer_certificate(client.ssl()));
    EXPECT_EQ(EVP_PKEY_get_base_id(key), kind);
  }
}

TEST_F(HandshakeTest, CertificatesAreReplacedWithoutARestart) {
  const auto server = make_server(server_options(authority_.issue({.hosts = {"old.example"}})));
  const auto client = make_client(client_options(authority_));
  Ends before = connect(*server, *client, "old.example");
  before.settle();
  server->set_identities({authority_.issue({.hosts = {"new.example", "old.example"}}).identity()});
  Ends after = connect(*server, *client, "new.example");
  after.settle();
  EXPECT_TRUE(after.client->is_open()) << after.client->failure();
  write(*before.client, "still here");
  before.settle();
  EXPECT_EQ(before.server_read, "still here");
  Ends resumed = connect(*server, *client, "old.example");
  resumed.settle();
  EXPECT_TRUE(resumed.client->is_resumed()) << "tickets stay valid";
}

TEST_F(HandshakeTest, ClientCertificatesByOption) {
  const Authority people{"an authority of people"};
  const Pem person = people.issue({.hosts = {}, .common_name = "a person", .for_clients = true});
  for (const bool required : {false, true}) {
    ServerOptions options = server_options(authority_.issue());
    options.client_certificate =
        required ? ClientCertificate::kRequired : ClientCertificate::kOptional;
    options.client_authorities = people.pem();
    const auto server = make_server(options);
    ClientOptions with = client_options(authority_);
    with.identity = person.identity();
    const auto known = make_client(with);
    Ends ends = connect(*server, *known);
    ends.settle();
    ASSERT_TRUE(ends.server->is_open()) << ends.server->failure();
    EXPECT_EQ(ends.server->peer_certificate(), person.certificates);

    const auto nobody = make_client(client_options(authority_));
    Ends without = connect(*server, *nobody);
    without.settle();
    EXPECT_EQ(without.server->is_open(), !required);
    EXPECT_EQ(without.server->peer_certificate(), "");
    if (required) {
      EXPECT_EQ(without.client->end(), SecureChannel::End::kFailed);
    }

    with.identity = authority_.issue({.hosts = {}, .for_clients = true}).identity();
    const auto stranger = make_client(with);
    Ends strange = connect(*server, *stranger);
    strange.settle();
    EXPECT_EQ(strange.server->end(), SecureChannel::End::kFailed) << "nobody has signed it";
  }
}

TEST_F(HandshakeTest, KeysAreLoggedOnlyForWhoAsks) {
  std::string log;
  ServerOptions options = server_options(authority_.issue());
  options.key_log = [&](std::string_view line) { log.append(line).append("\n"); };
  const auto server = make_server(options);
  const auto client = make_client(client_options(authority_));
  Ends ends = connect(*server, *client);
  ends.settle();
  EXPECT_NE(log.find("CLIENT_TRAFFIC_SECRET_0 "), std::string::npos) << log;
}

TEST_F(HandshakeTest, TheHandshakeHasADeadline) {
  const auto server = make_server(server_options(authority_.issue()));
  const auto client = make_client(client_options(authority_));
  Ends ends = connect(*server, *client);
  const TimePoint deadline = kNow + ServerOptions().handshake_timeout;
  EXPECT_EQ(ends.server->deadline(), deadline);
  give(*ends.server, take_output(*ends.client).substr(0, 100));
  ends.server->expire(deadline - std::chrono::milliseconds(1));
  EXPECT_EQ(ends.server->end(), SecureChannel::End::kNone);
  ends.server->expire(deadline);
  EXPECT_EQ(ends.server->end(), SecureChannel::End::kFailed);
  EXPECT_EQ(ends.server->failure(), "the TLS handshake was not complete in 10000 ms");
  EXPECT_EQ(ends.server->deadline(), TimePoint::max());
  Ends done = connect(*server, *client);
  done.settle();
  EXPECT_EQ(done.server->deadline(), TimePoint::max());
}

}  // namespace
}  // namespace headrace::tls
