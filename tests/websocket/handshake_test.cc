#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/websocket/accept_key.h"
#include "headrace/websocket/client_handshake.h"
#include "headrace/websocket/server_handshake.h"

namespace headrace::websocket {
namespace {

using namespace std::string_literals;

// "name: value" of each.
std::vector<std::string> lines(FieldsView fields) {
  std::vector<std::string> all;
  for (const Field& field : fields) {
    all.push_back(std::string(field.name) + ": " + std::string(field.value));
  }
  return all;
}
using Lines = std::vector<std::string>;

// --- RFC 6455 §1.3, and what it is made of.

constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";  // "the sample nonce"
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
std::array<uint8_t, 16> sample_nonce() {
  std::array<uint8_t, 16> nonce;
  const std::string_view text = "the sample nonce";
  std::copy(text.begin(), text.end(), nonce.begin());
  return nonce;
}

TEST(AcceptKeyTest, Rfc6455Section1_3) {
  EXPECT_EQ(base64(sample_nonce()), kKey);
  EXPECT_TRUE(is_key(kKey));
  EXPECT_EQ(accept_key(kKey), kAccept);
}

TEST(AcceptKeyTest, AKeyIsSixteenOctets) {
  for (const char* key :
       {"", "x", "dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub25jZWY=", "dGhlIHNhbXBsZSBub25jZWZn",
        "dGhlIHNhbXBs*SBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ== ", "dGhlIHNhbXBsZSBub25jZQ=",
        "dGhlIHNhbXBsZSBub25jZ==="}) {
    EXPECT_FALSE(is_key(key)) << key;
  }
}

// RFC 4648 §10
TEST(AcceptKeyTest, Base64) {
  const std::array<std::pair<std::string, std::string>, 7> vectors = {{{"", ""},
                                                                       {"f", "Zg=="},
                                                                       {"fo", "Zm8="},
                                                                       {"foo", "Zm9v"},
                                                                       {"foob", "Zm9vYg=="},
                                                                       {"fooba", "Zm9vYmE="},
                                                                       {"foobar", "Zm9vYmFy"}}};
  for (const auto& [octets, text] : vectors) EXPECT_EQ(base64(octets), text);
  EXPECT_EQ(base64("\xfb\xff\xbf"s), "+/+/");
}

TEST(AcceptKeyTest, Sha1IsOpenSsls) {
  std::string text;
  for (int size = 0; size < 300; ++size) {
    std::array<uint8_t, SHA_DIGEST_LENGTH> digest;
    SHA1(reinterpret_cast<const uint8_t*>(text.data()), text.size(), digest.data());
    EXPECT_EQ(sha1(text), digest) << size;
    text.push_back(static_cast<char>(size * 31));
  }
}

// --- A server

const std::vector<Field> kUpgrade = {{":method", "GET"},
                                     {":scheme", "http"},
                                     {":authority", "server.example.com"},
                                     {":path", "/chat"},
                                     {"upgrade", "websocket"},
                                     {"connection", "Upgrade"},
                                     {"sec-websocket-key", kKey},
                                     {"origin", "http://example.com"},
                                     {"sec-websocket-protocol", "chat, superchat"},
                                     {"sec-websocket-version", "13"}};
// RFC 8441 §5.1
const std::vector<Field> kConnect = {{":method", "CONNECT"},
                                     {":protocol", "websocket"},
                                     {":scheme", "https"},
                                     {":path", "/chat"},
                                     {":authority", "server.example.com"},
                                     {"sec-websocket-protocol", "chat, superchat"},
                                     {"sec-websocket-extensions", "permessage-deflate"},
                                     {"sec-websocket-version", "13"},
                                     {"origin", "http://www.example.com"}};

// With the value of one field changed, or with the field left out, where `value` is null.
std::vector<Field> with(std::vector<Field> fields, std::string_view name, const char* value) {
  std::erase_if(fields, [&](const Field& field) { return field.name == name; });
  if (value != nullptr) fields.push_back({name, value});
  return fields;
}

TEST(ServerHandshakeTest, Rfc6455Section1_3) {
  const ServerHandshake handshake(kUpgrade);
  EXPECT_TRUE(handshake.is_asked() && handshake.is_valid());
  const auto answer = handshake.accept("chat");
  EXPECT_EQ(answer.status, 101);
  EXPECT_EQ(lines(answer.fields), (Lines{"connection: upgrade", "upgrade: websocket",
                                         "sec-websocket-accept: " + std::string(kAccept),
                                         "sec-websocket-protocol: chat"}));
}

// There is no key over HTTP/2, and no extension is taken.
TEST(ServerHandshakeTest, Rfc8441Section5_1) {
  const ServerHandshake handshake(kConnect);
  EXPECT_TRUE(handshake.is_asked() && handshake.is_valid());
  EXPECT_EQ(handshake.accept("superchat").status, 200);
  EXPECT_EQ(lines(handshake.accept("superchat").fields),
            Lines{"sec-websocket-protocol: superchat"});
  EXPECT_EQ(lines(handshake.accept().fields), Lines{});
}

TEST(ServerHandshakeTest, WhatIsAboutSomethingElse) {
  for (const std::vector<Field>& request :
       {with(kUpgrade, "upgrade", nullptr), with(kUpgrade, "upgrade", "h2c"),
        with(kUpgrade, "upgrade", "websocket2, web socket"), with(kConnect, ":protocol", nullptr),
        with(kConnect, ":protocol", "connect-udp")}) {
    const ServerHandshake handshake(request);
    EXPECT_FALSE(handshake.is_asked() || handshake.is_valid());
    EXPECT_EQ(handshake.error(), nullptr);
    EXPECT_EQ(handshake.refuse().status, 400);
  }
}

TEST(ServerHandshakeTest, AnOfferIsAListOfTokens) {
  for (const char* upgrade : {"WebSocket", "h2c, websocket", "h2c,\twebsocket ,x"}) {
    const std::vector<Field> asked = with(kUpgrade, "upgrade", upgrade);
    EXPECT_TRUE(ServerHandshake(asked).is_valid()) << upgrade;
  }
  const std::vector<Field> kept = with(kUpgrade, "connection", "keep-alive, UPGRADE");
  EXPECT_TRUE(ServerHandshake(kept).is_valid());
  std::vector<Field> two = with(kUpgrade, "upgrade", "h2c");
  two.push_back({"upgrade", "websocket"});
  EXPECT_TRUE(ServerHandshake(two).is_valid());
}

// RFC 6455 §4.2.1, §4.2.2
TEST(ServerHandshakeTest, Refusals) {
  const Lines ours = {"connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13"};
  const auto twice = [](const char* name, std::string_view value) {
    std::vector<Field> fields = kUpgrade;
    fields.push_back({name, value});
    return fields;
  };
  struct Case {
    std::vector<Field> request;
    const char* rule;
    int status;
    Lines fields;
  };
  const char* const version = "there is one sec-websocket-version, 13";
  const char* const key = "there is one sec-websocket-key, 16 octets in base64";
  const char* const offer = "upgrade has websocket, and connection upgrade";
  for (const Case& one : std::vector<Case>{
           {with(kUpgrade, ":method", "POST"),
            "the method of an upgrade is GET",
            405,
            {"allow: GET"}},
           {with(kUpgrade, "connection", nullptr), offer, 426, ours},
           {with(kUpgrade, "connection", "keep-alive"), offer, 426, ours},
           {with(kUpgrade, "sec-websocket-version", nullptr), version, 426, ours},
           {with(kUpgrade, "sec-websocket-version", "8"), version, 426, ours},
           {with(kUpgrade, "sec-websocket-version", "13, 8"), version, 426, ours},
           {twice("sec-websocket-version", "13"), version, 426, ours},
           {with(kUpgrade, "sec-websocket-key", nullptr), key, 400, {}},
           {with(kUpgrade, "sec-websocket-key", ""), key, 400, {}},
           {with(kUpgrade, "sec-websocket-key", "dGhlIHNhbXBsZSBub25j"), key, 400, {}},
           {twice("sec-websocket-key", kKey), key, 400, {}},
           {with(kConnect, "sec-websocket-version", nullptr),
            version,
            400,
            {"sec-websocket-version: 13"}},
           {with(kConnect, "sec-websocket-version", "8"),
            version,
            400,
            {"sec-websocket-version: 13"}},
       }) {
    const ServerHandshake handshake(one.request);
    EXPECT_TRUE(handshake.is_asked());
    EXPECT_FALSE(handshake.is_valid());
    ASSERT_NE(handshake.error(), nullptr);
    EXPECT_STREQ(handshake.error()->text, one.rule);
    EXPECT_EQ(handshake.refuse().status, one.status);
    EXPECT_EQ(lines(handshake.refuse().fields), one.fields);
  }
}

TEST(ServerHandshakeTest, TheClientsFirstSubprotocolThatIsOurs) {
  std::vector<Field> request = with(kUpgrade, "sec-websocket-protocol", "v3.chat , v2.chat");
  request.push_back({"sec-websocket-protocol", "chat"});
  const ServerHandshake handshake(request);
  using Names = std::vector<std::string_view>;
  EXPECT_EQ(handshake.choose(Names{"chat", "v2.chat"}), "v2.chat");
  EXPECT_EQ(handshake.choose(Names{"chat"}), "chat");
  EXPECT_EQ(handshake.choose(Names{"Chat", "v"}), "") << "the case of letters matters";
  EXPECT_EQ(handshake.choose(Names{}), "");
  EXPECT_TRUE(handshake.offers("v3.chat"));
  EXPECT_FALSE(handshake.offers("v3"));
  const std::vector<Field> without = with(kUpgrade, "sec-websocket-protocol", nullptr);
  EXPECT_EQ(ServerHandshake(without).choose(Names{"chat"}), "");
}

// --- A client

constexpr std::array<std::string_view, 2> kOurs = {"chat", "superchat"};
Target target() {
  static const std::vector<Field> origin = {{"origin", "http://example.com"}};
  return {
      .authority = "server.example.com", .path = "/chat", .subprotocols = kOurs, .fields = origin};
}

TEST(ClientHandshakeTest, Rfc6455Section1_3) {
  const auto handshake = ClientHandshake::upgrade(target(), sample_nonce());
  EXPECT_EQ(lines(handshake.request()),
            (Lines{":method: GET", ":scheme: http", ":authority: server.example.com",
                   ":path: /chat", "connection: upgrade", "upgrade: websocket",
                   "sec-websocket-key: " + std::string(kKey), "sec-websocket-version: 13",
                   "sec-websocket-protocol: chat, superchat", "origin: http://example.com"}));
}

TEST(ClientHandshakeTest, Rfc8441Section5_1) {
  const auto handshake = ClientHandshake::connect({.scheme = "https", .authority = "example.com"});
  EXPECT_EQ(lines(handshake.request()),
            (Lines{":method: CONNECT", ":protocol: websocket", ":scheme: https",
                   ":authority: example.com", ":path: /", "sec-websocket-version: 13"}));
}

// RFC 6455 §4.1: what the server's answer has to be.
TEST(ClientHandshakeTest, AnswersToAnUpgrade) {
  const std::vector<Field> switched = {{":status", "101"},
                                       {"upgrade", "websocket"},
                                       {"connection", "Upgrade"},
                                       {"sec-websocket-accept", kAccept}};
  const auto section = [&](const std::vector<Field>& response) -> std::string {
    auto handshake = ClientHandshake::upgrade(target(), sample_nonce());
    const Rule* broken = handshake.check(response);
    return broken == nullptr ? "open " + std::string(handshake.subprotocol()) : broken->text;
  };
  EXPECT_EQ(section(switched), "open ");
  EXPECT_EQ(section(with(switched, "upgrade", "WebSocket")), "open ");
  EXPECT_EQ(section(with(switched, "sec-websocket-protocol", "superchat")), "open superchat");
  EXPECT_EQ(section(with(switched, ":status", "200")), "an upgrade is answered with 101");
  const std::string upgraded = "101 has upgrade with websocket, and connection with upgrade";
  EXPECT_EQ(section(with(switched, "upgrade", nullptr)), upgraded);
  EXPECT_EQ(section(with(switched, "upgrade", "h2c")), upgraded);
  EXPECT_EQ(section(with(switched, "connection", nullptr)), upgraded);
  const std::string accept = "sec-websocket-accept is the hash of sec-websocket-key";
  EXPECT_EQ(section(with(switched, "sec-websocket-accept", nullptr)), accept);
  EXPECT_EQ(section(with(switched, "sec-websocket-accept", kKey.data())), accept);
  EXPECT_EQ(section(with(switched, "sec-websocket-extensions", "permessage-deflate")),
            "no extension is used that was not offered");
  const std::string subprotocol = "at most one subprotocol is chosen, of those that were offered";
  EXPECT_EQ(section(with(switched, "sec-websocket-protocol", "other")), subprotocol);
  EXPECT_EQ(section(with(switched, "sec-websocket-protocol", "")), subprotocol);
  EXPECT_EQ(section(with(switched, "sec-websocket-protocol", "chat, superchat")), subprotocol);
}

TEST(ClientHandshakeTest, AnswersToAConnect) {
  auto handshake = ClientHandshake::connect(target());
  EXPECT_EQ(handshake.check({{":status", "200"}, {"sec-websocket-protocol", "chat"}}), nullptr);
  EXPECT_EQ(handshake.subprotocol(), "chat");
  EXPECT_EQ(handshake.check({{":status", "204"}}), nullptr);
  EXPECT_EQ(handshake.subprotocol(), "");
  for (const char* status : {"400", "101", "301"}) {
    const Rule* broken = handshake.check({{":status", status}});
    ASSERT_NE(broken, nullptr) << status;
    EXPECT_STREQ(broken->section, "RFC 8441 §5");
  }
}

}  // namespace
}  // namespace headrace::websocket
