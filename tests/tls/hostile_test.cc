// Peers that do not behave: each ends with an error of its own, and costs little.

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string>

#include "headrace/adapters/tls/ticket_keys.h"
#include "tests/tls/certificates.h"
#include "tests/tls/ends.h"

namespace headrace::tls {
namespace {

using adapters::SecureChannel;

class HostileTest : public ::testing::Test {
 protected:
  std::unique_ptr<Channel> accept() { return server_->accept(kNow); }
  // A client that has shaken hands with `channel`.
  static RawClient shaken(Channel& channel, int version) {
    RawClient client([&](SSL* ssl) {
      RawClient::offer_h2(ssl);
      SSL_set_max_proto_version(ssl, version);
    });
    client.settle(channel);
    EXPECT_TRUE(channel.is_open()) << channel.failure();
    return client;
  }

  const Authority authority_{"an authority"};
  const std::unique_ptr<Server> server_ = make_server(server_options(authority_.issue()));
};

// RFC 9113 §9.2.1.
TEST_F(HostileTest, ARenegotiationIsAProtocolError) {
  const auto channel = accept();
  RawClient client = shaken(*channel, TLS1_2_VERSION);
  SSL_renegotiate(client.ssl());
  SSL_do_handshake(client.ssl());
  give(*channel, client.take());
  EXPECT_EQ(channel->violation(), ErrorCode::kProtocolError);
  EXPECT_EQ(write(*channel, "GOAWAY"), 6u);
}

TEST_F(HostileTest, AFloodOfKeyUpdatesIsBounded) {
  const auto channel = accept();
  RawClient client = shaken(*channel, TLS1_3_VERSION);
  int updates = 0;
  for (; updates < 1'000 && channel->violation() == ErrorCode::kNoError; ++updates) {
    SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED);
    SSL_do_handshake(client.ssl());
    give(*channel, client.take());
  }
  EXPECT_EQ(channel->violation(), ErrorCode::kEnhanceYourCalm);
  EXPECT_EQ(updates, 33);
}

TEST_F(HostileTest, AKeyUpdateNowAndThenIsFine) {
  const auto channel = accept();
  RawClient client = shaken(*channel, TLS1_3_VERSION);
  const std::string mebibyte(1 << 20, 'm');
  for (int i = 0; i < 100; ++i) {
    SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED);
    SSL_write(client.ssl(), mebibyte.data(), static_cast<int>(mebibyte.size()));
    ASSERT_EQ(give(*channel, client.take()).size(), mebibyte.size());
    write(*channel, "answer");
    client.give(take_output(*channel));
    char read[100];
    ASSERT_EQ(SSL_read(client.ssl(), read, sizeof(read)), 6);
  }
  EXPECT_EQ(channel->violation(), ErrorCode::kNoError);
}

// RFC 8446 §6: warnings do not exist any more; in TLS 1.2 a few are let pass.
TEST_F(HostileTest, AFloodOfWarningsIsBounded) {
  // no_renegotiation as a warning, before there are keys.
  const std::string warning("\x15\x03\x03\x00\x02\x01\x64", 7);
  const auto channel = accept();
  int warnings = 0;
  for (; warnings < 100 && channel->end() == SecureChannel::End::kNone; ++warnings) {
    give(*channel, warning);
  }
  EXPECT_EQ(channel->end(), SecureChannel::End::kFailed);
  EXPECT_LE(warnings, 10);
}

TEST_F(HostileTest, EmptyRecordsAreRefused) {
  const std::string empty("\x16\x03\x01\x00\x00", 5);
  const auto channel = accept();
  for (int i = 0; i < 100 && channel->end() == SecureChannel::End::kNone; ++i)
    give(*channel, empty);
  EXPECT_EQ(channel->end(), SecureChannel::End::kFailed);
}

// Records of TLS 1.3 as a client makes them that has only the secret of its key log
// (RFC 8446 §5.2, §7.1, §7.3), for what OpenSSL does not send.
class RecordMaker {
 public:
  explicit RecordMaker(const std::string& key_log) {
    const size_t at = key_log.find("CLIENT_TRAFFIC_SECRET_0 ");
    const std::string line = key_log.substr(at, key_log.find('\n', at) - at);
    const std::string hex = line.substr(line.rfind(' ') + 1);
    std::string secret;
    for (size_t i = 0; i < hex.size(); i += 2) {
      secret.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    }
    key_ = expand(secret, "tls13 key", 16);
    iv_ = expand(secret, "tls13 iv", 12);
  }
  // A record of application data.
  std::string make(const std::string& content) {
    const std::string inner = content + "\x17";
    const size_t size = inner.size() + 16;
    const std::string header{'\x17', '\x03', '\x03', static_cast<char>(size >> 8),
                             static_cast<char>(size & 255)};
    std::string nonce = iv_;
    for (size_t i = 0; i < 8; ++i) {
      nonce[11 - i] = static_cast<char>(nonce[11 - i] ^ static_cast<char>(sequence_ >> 8 * i));
    }
    ++sequence_;
    std::string sealed(size, '\0');
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    int written = 0;
    EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nullptr, octets(key_), octets(nonce));
    EVP_EncryptUpdate(context, nullptr, &written, octets(header), 5);
    EVP_EncryptUpdate(context, octets(sealed), &written, octets(inner),
                      static_cast<int>(inner.size()));
    EVP_EncryptFinal_ex(context, octets(sealed) + written, &written);
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, octets(sealed) + inner.size());
    EVP_CIPHER_CTX_free(context);
    return header + sealed;
  }

 private:
  static const unsigned char* octets(const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  }
  static unsigned char* octets(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
  }
  static std::string expand(const std::string& secret, const std::string& label, size_t size) {
    std::string info{'\0', static_cast<char>(size), static_cast<char>(label.size())};
    info.append(label).append(std::string("\0\x01", 2));
    unsigned char digest[32];
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), octets(info), info.size(),
         digest, nullptr);
    return std::string(reinterpret_cast<const char*>(digest), size);
  }

  std::string key_;
  std::string iv_;
  uint64_t sequence_ = 0;
};

TEST_F(HostileTest, AFloodOfEmptyRecordsOfDataIsBounded) {
  std::string log;
  ServerOptions options = server_options(authority_.issue());
  options.key_log = [&](std::string_view line) { log.append(line).append("\n"); };
  const auto server = make_server(options);
  const auto channel = server->accept(kNow);
  RawClient client = shaken(*channel, TLS1_3_VERSION);
  RecordMaker maker(log);
  EXPECT_EQ(give(*channel, maker.make("hello")), "hello") << "the records are right";
  int records = 0;
  for (; records < 1'000 && channel->end() == SecureChannel::End::kNone; ++records) {
    EXPECT_EQ(give(*channel, maker.make("")), "");
  }
  EXPECT_EQ(channel->end(), SecureChannel::End::kFailed);
  EXPECT_LE(records, 40);
}

TEST_F(HostileTest, RecordsOfOneOctetAreReadAsOne) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto channel = accept();
    RawClient client = shaken(*channel, version);
    std::string records;
    for (int i = 0; i < 900; ++i) {
      const char octet = static_cast<char>(i % 251);
      SSL_write(client.ssl(), &octet, 1);
      records += client.take();
    }
    channel->receive({reinterpret_cast<const uint8_t*>(records.data()), records.size()});
    uint8_t plaintext[1'000];
    EXPECT_EQ(channel->read(plaintext), 900u) << "in one piece";
  }
}

TEST_F(HostileTest, AnAlertInsteadOfAHandshakeIsNamed) {
  const auto channel = accept();
  RawClient client(RawClient::offer_h2);
  SSL_do_handshake(client.ssl());
  give(*channel, client.take());
  give(*channel, std::string("\x15\x03\x03\x00\x02\x02\x28", 7));
  EXPECT_EQ(channel->failure(), "the peer has ended the TLS connection: handshake failure");
}

TEST_F(HostileTest, WhatIsNoTlsIsAFailure) {
  for (const std::string& octets :
       {std::string("\x00\x01\x02\x03\x04\x05\x06\x07", 8),
        std::string("SSH-2.0").replace(0, 1, "\xff"), std::string("\x16\x03\x01\xff\xff\x01", 6)}) {
    const auto channel = accept();
    give(*channel, octets);
    EXPECT_EQ(channel->end(), SecureChannel::End::kFailed);
    EXPECT_TRUE(channel->failure().starts_with("TLS: ")) << channel->failure();
  }
}

TEST_F(HostileTest, HttpWithoutTlsIsAnsweredInWords) {
  for (const char* request :
       {"GET / HTTP/1.1\r\nhost: example.org\r\n\r\n", "P", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}) {
    const auto channel = accept();
    EXPECT_EQ(give(*channel, request), "");
    EXPECT_EQ(channel->end(), SecureChannel::End::kFailed);
    EXPECT_EQ(channel->failure(), "the client speaks HTTP without TLS");
    const std::string answer = take_output(*channel);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
    EXPECT_NE(answer.find("https://"), std::string::npos) << answer;
    give(*channel, request);
    EXPECT_FALSE(channel->wants_output()) << "once";
  }
}

TEST_F(HostileTest, WhatFollowsAFailureIsDiscarded) {
  const auto channel = accept();
  give(*channel, std::string("\x00\x01\x02\x03\x04\x05", 6));
  take_output(*channel);
  RawClient client(RawClient::offer_h2);
  SSL_do_handshake(client.ssl());
  EXPECT_EQ(give(*channel, client.take()), "");
  EXPECT_FALSE(channel->is_open());
  channel->close();
  EXPECT_FALSE(channel->wants_output());
}

// --- Ticket keys

class TicketKeysTest : public ::testing::Test {
 protected:
  using seconds = std::chrono::seconds;
  struct Made {
    unsigned char name[16];
    unsigned char iv[16];
  };
  Made make(seconds now) {
    Made made{};
    EXPECT_EQ(use(made, true, now), 1);
    return made;
  }
  int use(Made& made, bool encrypt, seconds now) {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    EVP_MAC_CTX* mac_context = EVP_MAC_CTX_new(mac);
    EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
    const int result = keys_.use(made.name, made.iv, cipher, mac_context, encrypt, now);
    EVP_CIPHER_CTX_free(cipher);
    EVP_MAC_CTX_free(mac_context);
    EVP_MAC_free(mac);
    return result;
  }

  TicketKeys keys_{seconds(100)};
};

TEST_F(TicketKeysTest, AKeyEncryptsForItsLifetimeAndIsAcceptedForAnother) {
  Made first = make(seconds(0));
  Made same = make(seconds(99));
  EXPECT_EQ(std::string(first.name, first.name + 16), std::string(same.name, same.name + 16));
  Made next = make(seconds(100));
  EXPECT_NE(std::string(first.name, first.name + 16), std::string(next.name, next.name + 16));
  EXPECT_EQ(use(first, false, seconds(199)), 2);
  EXPECT_EQ(use(next, false, seconds(199)), 1);
  EXPECT_EQ(use(first, false, seconds(200)), 0);
  EXPECT_EQ(use(next, false, seconds(200)), 2);
  Made unknown{};
  EXPECT_EQ(use(unknown, false, seconds(200)), 0);
  // Nobody came for a long time.
  EXPECT_EQ(use(next, false, seconds(10'000)), 0);
}

}  // namespace
}  // namespace headrace::tls
