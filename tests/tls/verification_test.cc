// What a client makes of the server's certificate (RFC 5280, RFC 9110 §4.3.4).

#include <gtest/gtest.h>

#include <string>

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
  EXPECT_NE(outcome(impostor.issue()), "");
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
  // A certificate that is no authority's has signed another.
  const Pem client_kind = authority_.issue({.for_clients = true});
  EXPECT_NE(outcome(client_kind), "") << "a client's certificate";
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
