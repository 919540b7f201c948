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

// A message of more octets ends the WebSocket with 1009. A stream holds as much at most, and what
// waits to be sent back.
inline constexpr size_t kMaxWebSocketMessage = 1024 * 1024;

// A WebSocket (RFC 6455) in the tunnel of an extended CONNECT (RFC 8441): sends every message back,
// answers Ping, and takes part in the closing handshake.
//
// The peer gets credit when nothing waits to go out, so that is bounded by the stream's receive
// window, however slowly the peer reads.
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
  std::string waiting_;    // to go out
  size_t passed_on_ = 0;   // of it, from the front: gone out meanwhile
  size_t uncredited_ = 0;  // octets that came in
  uint64_t sent_ = 0;
  bool closing_ = false;  // our last frame is in waiting_, or out
};

// Whether the request asks for a protocol in a tunnel (RFC 8441 §4), and which: "websocket".
std::string_view tunnel_protocol(const Responder& responder);

// CONNECT with :protocol websocket on /ws.
void answer_websocket(Responder& responder);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_WEBSOCKET_H_
