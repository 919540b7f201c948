#ifndef HEADRACE_ADAPTERS_SERVE_WEBSOCKET_H_
#define HEADRACE_ADAPTERS_SERVE_WEBSOCKET_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "headrace/adapters/serve/exchange.h"
#include "headrace/adapters/serve/responder.h"
#include "headrace/protocol/connection/connection.h"
#include "headrace/websocket.h"

namespace headrace::serve {

// A WebSocket (RFC 6455) in the tunnel of an extended CONNECT (RFC 8441) or of an upgrade, which
// sends every message back. A message of more than websocket::Limits::message_size octets closes it
// with 1009.
//
// A stream holds one message, and the octets that wait to be sent back. Credit is given when none
// wait, so these are bounded by the stream's receive window, even if the peer does not read.
class WebSocketEcho : public Exchange {
 public:
  WebSocketEcho(Connection& connection, StreamId stream_id)
      : connection_(connection), stream_id_(stream_id) {}

  void on_data(const DataReceived& data) override;
  void on_writable() override { send(); }
  size_t memory() const override { return kSendBuffer + message_.capacity() + endpoint_.memory(); }
  uint64_t body_size() const override { return sent_; }

 private:
  void take(const websocket::MessagePiece& piece);
  void send();

  Connection& connection_;
  const StreamId stream_id_;
  websocket::Endpoint endpoint_;
  std::string message_;    // the beginning of a message that came in pieces
  size_t uncredited_ = 0;  // octets received without credit given
  uint64_t sent_ = 0;
};

// Whether the request is for a WebSocket if its path is: an extended CONNECT with that protocol, or
// one of HTTP/1.1, which has upgrades (RFC 9110 §7.8).
bool may_be_websocket(const Responder& responder);

// The opening handshake (RFC 6455 §4.2, RFC 8441 §5), or what is wrong with it.
void answer_websocket(Responder& responder);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_WEBSOCKET_H_
