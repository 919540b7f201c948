// What a client makes of the server's certificate (RFC 5280, RFC 9110 §4.3.4).

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>

#include "tests/tls/certificates.h"
#include "tests/tls/ends.h"

namespace headrace::tls {
namespace {

class VerificationTest : public ::testing::Test {
 protected:
  // The client's failure, or "" if it is open. Both ends have to be of one mind.
  std::string outcome(const Pem& pem, const std::string& host, const ClientOptions& options) {
    const auto server = make_server(server_options(pem));
    const auto client = make_client(options);
    Ends ends = connect(*server, *client, host);
    ends.settle();
    EXPECT_EQ(ends.client->is_open(), ends.client->failure().empty());
    EXPECT_EQ(ends.client->is_open(), ends.server->failure().empty()) << ends.server->failure();
    return ends.client->failure();
  }
  std::string outcome(const Pem& pem, const std::string& host = "example.org") {
    return outcome(pem, host, client_options(authority_));
  }

  Authority authority_{"an authority"};
};

TEST_F(VerificationTest, AGoodCertificate) {
  EXPECT_EQ(outcome(authority_.issue()), "");
  EXPECT_EQ(outcome(authority_.issue({.kind = KeyKind::kRsa})), "");
  EXPECT_EQ(outcome(authority_.issue({.hosts = {"192.0.2.1", "::1"}}), "192.0.2.1"), "");
  EXPECT_EQ(outcome(authority_.issue({.hosts = {"192.0.2.1", "::1"}}), "::1"), "");
  EXPECT_EQ(outcome(authority_.issue({.hosts = {"*.example.org"}}), "www.example.org"), "");
  EXPECT_EQ(outcome(authority_.issue(), "EXAMPLE.ORG"), "");
}

TEST_F(VerificationTest, AnotherHost) {
  EXPECT_EQ(outcome(authority_.issue({.hosts = {"example.com"}})),
            "the peer's certificate is not accepted: hostname mismatch (it is not for "
            "example.org)");
  EXPECT_EQ(outcome(authority_.issue({.hosts = {"192.0.2.1"}}), "192.0.2.2"),
            "the peer's certificate is not accepted: IP address mismatch (it is not for "
            "192.0.2.2)");
  EXPECT_NE(outcome(authority_.issue({.hosts = {"*.example.org"}}), "a.b.example.org"), "");
  EXPECT_NE(outcome(authority_.issue({.hosts = {"w*.example.org"}}), "www.example.org"), "");
  EXPECT_NE(outcome(authority_.issue({.hosts = {"*.example.org"}}), "example.org"), "");
  // RFC 9110 §4.3.4: not by the subject's common name.
  EXPECT_NE(outcome(authority_.issue({.hosts = {}, .common_name = "example.org"})), "");
  // An address is no name.
  EXPECT_NE(outcome(authority_.issue({.hosts = {"example.org"}, .common_name = "192.0.2.1"}),
                    "192.0.2.1"),
            "");
}

// RFC 6125 §6.4.3, and what browsers hold of it.
TEST_F(VerificationTest, Wildcards) {
  const auto with = [this](const std::string& name, const std::string& host) {
    return outcome(authority_.issue({.hosts = {"DNS:" + name}}), host);
  };
  EXPECT_EQ(with("*.example.org", "WWW.Example.ORG"), "");
  EXPECT_EQ(with("*.example.org", "xn--bcher-kva.example.org"), "");
  for (const auto& [name, host] : std::initializer_list<std::pair<const char*, const char*>>{
           {"*", "localhost"},
           {"*.org", "example.org"},
           {"*.*.org", "www.example.org"},
           {"www.*.org", "www.example.org"},
           {"*w.example.org", "www.example.org"},
           {"*.example.org", "www.example.org.example.com"},
           {"xn--*.example.org", "xn--bcher-kva.example.org"}}) {
    EXPECT_EQ(with(name, host),
              std::string("the peer's certificate is not accepted: hostname mismatch (it is not "
                          "for ") +
                  host + ")")
        << name;
  }
}

TEST_F(VerificationTest, Addresses) {
  const auto with = [this](const std::string& name, const std::string& host) {
    return outcome(authority_.issue({.hosts = {name}}), host);
  };
  EXPECT_EQ(with("IP:2001:db8::1", "2001:db8:0:0:0:0:0:1"), "");
  EXPECT_EQ(with("IP:2001:db8::a", "2001:DB8::A"), "");
  for (const auto& [name, host] : std::initializer_list<std::pair<const char*, const char*>>{
           {"DNS:192.0.2.1", "192.0.2.1"},
           {"DNS:*.0.2.1", "192.0.2.1"},
           {"IP:::ffff:192.0.2.1", "192.0.2.1"},
           {"IP:192.0.2.1", "::ffff:192.0.2.1"},
           {"IP:2001:db8::1", "2001:db8::2"}}) {
    EXPECT_EQ(with(name, host),
              std::string("the peer's certificate is not accepted: IP address mismatch (it is not "
                          "for ") +
                  host + ")")
        << name;
  }
}

// RFC 6066 §3: a name goes without the dot that may end it, and certificates have none.
TEST_F(VerificationTest, AHostThatEndsWithADot) {
  EXPECT_EQ(outcome(authority_.issue(), "example.org."), "");
  EXPECT_NE(outcome(authority_.issue(), "example.com."), "");
  const auto server = make_server(server_options(authority_.issue()));
  const auto client = make_client(client_options(authority_));
  Ends ends = connect(*server, *client, "example.org.");
  ends.settle();
  EXPECT_EQ(ends.server->host(), "example.org");
  EXPECT_TRUE(ends.server->covers("example.org."));
  EXPECT_FALSE(ends.server->covers("example.org.."));
  EXPECT_FALSE(ends.server->covers("."));
  EXPECT_FALSE(ends.server->covers(""));
}

// OpenSSL takes a dot before a name for "any host below it", and no name for "any host".
TEST_F(VerificationTest, WhatIsNoHostIsNotVerifiedAsAny) {
  const auto server = make_server(server_options(authority_.issue({.hosts = {"a.example.org"}})));
  const auto client = make_client(client_options(authority_));
  for (const std::string& host : {std::string(".example.org"), std::string(), std::string("."),
                                  std::string("a.example.org\0.example.com", 25)}) {
    Ends ends = connect(*server, *client, host);
    EXPECT_EQ(ends.client, nullptr) << host;
  }
}

TEST_F(VerificationTest, AnotherTime) {
  EXPECT_EQ(outcome(authority_.issue({.from_days = -10, .until_days = -1})),
            "the peer's certificate is not accepted: certificate has expired");
  EXPECT_EQ(outcome(authority_.issue({.from_days = 1, .until_days = 10})),
            "the peer's certificate is not accepted: certificate is not yet valid");
}

TEST_F(VerificationTest, AnotherAuthority) {
  EXPECT_EQ(outcome(self_signed()),
            "the peer's certificate is not accepted: self-signed certificate");
  const Authority stranger{"a stranger"};
  EXPECT_EQ(outcome(stranger.issue()),
            "the peer's certificate is not accepted: unable to get local issuer certificate");
  // Of the same name, with another key.
  const Authority impostor{"an authority"};
  EXPECT_EQ(outcome(impostor.issue()),
            "the peer's certificate is not accepted: certificate signature failure");
}

TEST_F(VerificationTest, Chains) {
  const Authority middle{"in the middle", &authority_};
  const Authority lower{"below it", &middle};
  EXPECT_EQ(outcome(lower.issue()), "");
  EXPECT_EQ(outcome(lower.issue_alone()),
            "the peer's certificate is not accepted: unable to get local issuer certificate");
  // The chain of another certificate.
  Pem wrong = lower.issue_alone();
  wrong.certificates.append(middle.pem());
  EXPECT_NE(outcome(wrong), "");
  // In any order.
  Pem shuffled = lower.issue_alone();
  shuffled.certificates.append(middle.pem()).append(lower.pem());
  EXPECT_EQ(outcome(shuffled), "");
  // With its root, which is no reason to trust that.
  const Authority stranger{"a stranger"};
  Pem strange = stranger.issue();
  strange.certificates.append(stranger.pem());
  EXPECT_EQ(outcome(strange),
            "the peer's certificate is not accepted: self-signed certificate in certificate "
            "chain");
}

// RFC 5280 §4.2.1.3, §4.2.1.9, §4.2.1.10, §4.2.1.12: what may be done with a certificate's key.
TEST_F(VerificationTest, AnotherUse) {
  const auto signed_by = [this](const Certifying& certifying) {
    return outcome(Authority{"in the middle", &authority_, certifying}.issue());
  };
  const std::string refused = "the peer's certificate is not accepted: ";
  EXPECT_EQ(signed_by({.may_sign = false}), refused + "invalid CA certificate");
  EXPECT_EQ(signed_by({.until_days = -1}), refused + "certificate has expired");
  EXPECT_EQ(signed_by({.from_days = 1}), refused + "certificate is not yet valid");
  EXPECT_EQ(signed_by({.permitted = "example.org"}), "");
  EXPECT_EQ(signed_by({.permitted = "example.com"}), refused + "permitted subtree violation");
  const Authority last{"the last", &authority_, {.path_length = 0}};
  EXPECT_EQ(outcome(last.issue()), "");
  EXPECT_EQ(outcome(Authority{"below", &last}.issue()),
            refused + "path length constraint exceeded");
  EXPECT_EQ(outcome(authority_.issue({.for_clients = true})),
            refused + "unsuitable certificate purpose");
  EXPECT_EQ(outcome(authority_.issue({.key_usage = "critical,digitalSignature"})), "");
  EXPECT_EQ(outcome(authority_.issue({.key_usage = "critical,cRLSign"})),
            refused + "unsuitable certificate purpose");
}

TEST_F(VerificationTest, WhoDoesNotVerifyAcceptsAll) {
  ClientOptions insecure;
  insecure.verify = false;
  EXPECT_EQ(outcome(self_signed(), "example.org", insecure), "");
  EXPECT_EQ(outcome(authority_.issue({.from_days = -2, .until_days = -1}), "x.example", insecure),
            "");
}

TEST_F(VerificationTest, AThrowAwayCertificateServesWhoTrustsIt) {
  const std::string hosts[] = {"localhost", "127.0.0.1", "::1"};
  const auto identity = Identity::throw_away(hosts);
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_TRUE(identity->check_validity().ok());
  ServerOptions options;
  options.identities.push_back(*identity);
  const auto server = make_server(options);
  ClientOptions trusting;
  trusting.authorities = identity->certificate_pem();
  const auto client = make_client(trusting);
  for (const std::string& host : hosts) {
    Ends ends = connect(*server, *client, host);
    ends.settle();
    EXPECT_TRUE(ends.client->is_open()) << host << ": " << ends.client->failure();
  }
  Ends stranger = connect(*server, *client, "example.org");
  stranger.settle();
  EXPECT_FALSE(stranger.client->is_open());
}

TEST_F(VerificationTest, AThrowAwayCertificateHasALongSerialNumberOfItsOwn) {
  const std::string hosts[] = {"localhost"};
  const auto one = Identity::throw_away(hosts);
  const auto other = Identity::throw_away(hosts);
  ASSERT_TRUE(one.ok() && other.ok());
  const ASN1_INTEGER* serial = X509_get0_serialNumber(one->certificate());
  EXPECT_EQ(ASN1_STRING_length(serial), 16);
  EXPECT_EQ(ASN1_STRING_type(serial), V_ASN1_INTEGER) << "negative";
  EXPECT_NE(ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(other->certificate())), 0);
}

// --- Reading them

TEST_F(VerificationTest, MistakesInPemAreNamed) {
  const Pem good = authority_.issue();
  const auto message = [](const std::string& certificates, const std::string& key) {
    return std::string(Identity::from_pem(certificates, key).status().message());
  };
  EXPECT_EQ(message(good.certificates, good.key), "");
  EXPECT_EQ(message("nothing", good.key),
            "the certificate: there is no certificate in PEM (-----BEGIN CERTIFICATE-----)");
  EXPECT_EQ(message(good.key, good.key),
            "the certificate: there is no certificate in PEM (-----BEGIN CERTIFICATE-----)");
  EXPECT_EQ(message(good.certificates, good.certificates),
            "the key: there is no private key in PEM without a passphrase (-----BEGIN PRIVATE "
            "KEY-----)");
  EXPECT_EQ(message(good.certificates, authority_.issue({.kind = KeyKind::kRsa}).key),
            "the key: the key does not belong to the certificate in the certificate");
  std::string damaged = good.certificates + authority_.pem();
  damaged[good.certificates.size() + 100] = '!';
  EXPECT_EQ(message(damaged, good.key), "the certificate: a certificate of the chain is damaged");
}

TEST_F(VerificationTest, TheProgramIsToldOfCertificatesOutOfTheirTime) {
  EXPECT_TRUE(authority_.issue().identity().check_validity().ok());
  const auto expired = authority_.issue({.from_days = -9, .until_days = -1}).identity();
  EXPECT_NE(expired.check_validity().message().find("has expired on "), std::string::npos);
  const auto early = authority_.issue({.from_days = 1}).identity();
  EXPECT_NE(early.check_validity().message().find("is not valid before "), std::string::npos);
}

}  // namespace
}  // namespace headrace::tls
