#ifndef HEADRACE_ADAPTERS_SERVE_WEBSOCKET_H_
#define HEADRACE_ADAPTERS_SERVE_WEBSOCKET_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "headrace/adapters/serve/exchange.h"
#include "headrace/adapters/serve/responder.h"
#include "headrace/adapters/serve/websocket_reader.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::serve {

// A message of more octets closes the WebSocket with 1009. A stream holds one message, and the
// octets that wait to be sent back.
inline constexpr size_t kMaxWebSocketMessage = 1024 * 1024;

// A WebSocket (RFC 6455) in the tunnel of an extended CONNECT (RFC 8441) or of an upgrade: sends
// every message back, answers Ping, and takes part in the closing handshake.
//
// Credit is given when no octets wait to be sent, so these are bounded by the stream's receive
// window, even if the peer does not read.
class WebSocketEcho : public Exchange {
 public:
  WebSocketEcho(Connection& connection, StreamId stream_id)
      : connection_(connection), stream_id_(stream_id), reader_(kMaxWebSocketMessage) {}

  void on_data(const DataReceived& data) override;
  void on_writable() override { send(); }
  size_t memory() const override { return kSendBuffer + waiting_.capacity() + reader_.memory(); }
  uint64_t body_size() const override { return sent_; }

 private:
  void answer(const WebSocketReader::Item& item);
  void close(WebSocketStatus status);
  void send();

  Connection& connection_;
  const StreamId stream_id_;
  WebSocketReader reader_;
  std::string waiting_;    // to be sent
  size_t passed_on_ = 0;   // the octets at the front of waiting_ that were sent
  size_t uncredited_ = 0;  // octets received without credit given
  uint64_t sent_ = 0;
  bool closing_ = false;  // our last frame is in waiting_ or was sent
};

// The :protocol of an extended CONNECT request (RFC 8441 §4), "websocket" for example; empty for
// other requests.
std::string_view tunnel_protocol(const Responder& responder);

// An extended CONNECT with that protocol.
void answer_connect(Responder& responder);

// Whether the client's version of HTTP has upgrades (RFC 9110 §7.8): HTTP/1.1.
bool may_upgrade(const Responder& responder);

// The opening handshake of HTTP/1.1 (RFC 6455 §4.2), or what is wrong with it.
void answer_upgrade(Responder& responder);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_WEBSOCKET_H_
