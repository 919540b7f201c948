#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "headrace/testing.h"
#include "headrace/websocket.h"
#include "tests/websocket/said.h"

// WebSockets in the tunnels that connections open, in both ways, in pieces of every size.
namespace headrace {
namespace {

using testing::KnownMasks;
using testing::Listener;
using testing::Said;

struct Setup {
  ProtocolVersion version;
  size_t read;  // octets that a receive() is given at most
};

class WebSocketOverConnectionsTest : public ::testing::TestWithParam<Setup> {
 protected:
  WebSocketOverConnectionsTest()
      : pair_(options(false), options(true), {.room = 1000, .read = GetParam().read}) {
    pair_.on_server_event([this](Connection& server, const Event& event) { serve(server, event); });
    pair_.on_client_event(
        [this](Connection& client, const Event& event) { listen(client, event); });
    pair_.run();  // SETTINGS
  }

  static Options options(bool server) {
    Options options;
    options.protocol = GetParam().version;
    options.send_buffer_size = 2'000;  // StreamWritable comes
    options.enable_connect_protocol = server && options.protocol == ProtocolVersion::kHttp2;
    return options;
  }
  bool is_http1() const { return GetParam().version == ProtocolVersion::kHttp1; }

  void open(const websocket::Target& target) {
    handshake_.emplace(is_http1() ? websocket::ClientHandshake::upgrade(target, {1, 2, 3})
                                  : websocket::ClientHandshake::connect(target));
    ASSERT_TRUE(pair_.client().submit_request(handshake_->request(), Body::stream()).ok());
    pair_.run();
  }

  static void flush(Connection& connection, StreamId id, websocket::Endpoint& endpoint) {
    if (!endpoint.wants_output()) return;
    const SendResult result =
        connection.send_data(id, endpoint.pending_output(), endpoint.output_ends());
    if (result.ok()) endpoint.sent(result.accepted);
  }

  // An echo of pieces, for every subprotocol and none.
  void serve(Connection& connection, const Event& event) {
    if (const auto* request = std::get_if<RequestReceived>(&event)) {
      const websocket::ServerHandshake handshake(request->fields);
      ASSERT_TRUE(handshake.is_asked());
      const bool good = handshake.is_valid() && request->path() == "/";
      const auto answer = good ? handshake.accept(handshake.choose(kOurs)) : handshake.refuse();
      ASSERT_TRUE(connection
                      .submit_response(request->stream_id, answer.status, answer.fields,
                                       good ? Body::stream() : Body::none())
                      .ok());
      if (good) server_ = std::make_unique<websocket::Endpoint>();
    } else if (const auto* data = std::get_if<DataReceived>(&event)) {
      for (const websocket::Event& said : server_->receive(data->bytes)) {
        at_server_.take(said);
        if (const auto* piece = std::get_if<websocket::MessagePiece>(&said)) {
          EXPECT_TRUE(server_->send(piece->kind, piece->octets, piece->ends).ok());
        }
      }
      if (data->end_stream) server_->end_of_input();
      flush(connection, data->stream_id, *server_);
    } else if (const auto* writable = std::get_if<StreamWritable>(&event)) {
      flush(connection, writable->stream_id, *server_);
    } else if (const auto* closed = std::get_if<StreamClosed>(&event)) {
      server_end_ = closed->error;
    }
  }

  void listen(Connection& connection, const Event& event) {
    if (const auto* response = std::get_if<ResponseReceived>(&event)) {
      refused_ = handshake_->check(response->fields);
      if (refused_ != nullptr) return;
      client_ = std::make_unique<websocket::Endpoint>(masks_);
      for (const std::string_view text : {"Hello", ""}) ASSERT_TRUE(client_->send_text(text).ok());
      ASSERT_TRUE(client_->send_binary(std::string(10'000, '\xff')).ok());
      ASSERT_TRUE(client_->ping(std::string_view("?")).ok());
      flush(connection, response->stream_id, *client_);
    } else if (const auto* data = std::get_if<DataReceived>(&event)) {
      if (client_ == nullptr) return;
      for (const websocket::Event& said : client_->receive(data->bytes)) {
        at_client_.take(said);
        if (std::holds_alternative<websocket::Pong>(said)) {
          EXPECT_TRUE(client_->close(websocket::CloseCode::kNormal, "enough").ok());
        }
      }
      if (data->end_stream) client_->end_of_input();
      flush(connection, data->stream_id, *client_);
    } else if (const auto* writable = std::get_if<StreamWritable>(&event)) {
      flush(connection, writable->stream_id, *client_);
    } else if (const auto* closed = std::get_if<StreamClosed>(&event)) {
      client_end_ = closed->error;
    }
  }

  static constexpr std::array<std::string_view, 2> kOurs = {"b", "c"};
  KnownMasks masks_;
  ConnectionPair pair_;
  std::optional<websocket::ClientHandshake> handshake_;
  const Rule* refused_ = nullptr;
  std::unique_ptr<websocket::Endpoint> client_, server_;
  Listener at_client_, at_server_;
  std::optional<ErrorCode> client_end_, server_end_;
};

TEST_P(WebSocketOverConnectionsTest, FromTheHandshakeToTheEnd) {
  const std::array<std::string_view, 2> offered = {"a", "c"};
  open({.authority = "example.org", .subprotocols = offered});
  ASSERT_NE(client_, nullptr);
  EXPECT_EQ(handshake_->subprotocol(), "c");
  const std::string binary = "binary:" + std::string(10'000, '\xff');
  EXPECT_TRUE(at_server_.said() ==
              (Said{"text:Hello", "text:", binary, "ping:?", "close 1000:enough"}));
  EXPECT_TRUE(at_client_.said() == (Said{"text:Hello", "text:", binary, "pong:?", "close 1000:"}));
  EXPECT_TRUE(client_->is_clean() && server_->is_clean());
  EXPECT_EQ(client_end_, ErrorCode::kNoError);
  EXPECT_EQ(server_end_, ErrorCode::kNoError);
  // In HTTP/1.1 the tunnel was the connection.
  EXPECT_EQ(pair_.server().should_close(), is_http1());
  EXPECT_EQ(pair_.client().should_close(), is_http1());
}

TEST_P(WebSocketOverConnectionsTest, ItIsRefused) {
  open({.authority = "example.org", .path = "/other"});
  EXPECT_EQ(client_, nullptr);
  ASSERT_NE(refused_, nullptr);
  EXPECT_STREQ(refused_->section, is_http1() ? "RFC 6455 §4.1" : "RFC 8441 §5");
}

INSTANTIATE_TEST_SUITE_P(
    Versions, WebSocketOverConnectionsTest,
    ::testing::Values(Setup{ProtocolVersion::kHttp2, 65536}, Setup{ProtocolVersion::kHttp2, 1},
                      Setup{ProtocolVersion::kHttp2, 7}, Setup{ProtocolVersion::kHttp1, 65536},
                      Setup{ProtocolVersion::kHttp1, 1}, Setup{ProtocolVersion::kHttp1, 7}));

}  // namespace
}  // namespace headrace
