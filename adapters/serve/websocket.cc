#include "headrace/adapters/serve/websocket.h"

#include <memory>
#include <utility>

namespace headrace::serve {
namespace {

using websocket::ServerHandshake;

// A GET without a WebSocket's offer, which only that answers (RFC 9110 §15.5.22).
void require_upgrade(Responder& responder) {
  responder.respond_error(
      426, {{"connection", "upgrade"}, {"upgrade", "websocket"}, {"sec-websocket-version", "13"}});
}

}  // namespace

void WebSocketEcho::on_data(const DataReceived& data) {
  uncredited_ += data.bytes.size();
  for (const websocket::Event& event : endpoint_.receive(data.bytes)) {
    if (const auto* piece = std::get_if<websocket::MessagePiece>(&event)) take(*piece);
  }
  if (data.end_stream) endpoint_.end_of_input();
  send();
}

// Sends whole messages. An error means that the WebSocket is closing.
void WebSocketEcho::take(const websocket::MessagePiece& piece) {
  if (piece.begins && piece.ends) {
    (void)endpoint_.send(piece.kind, piece.octets);
    return;
  }
  message_ += piece.text();
  if (!piece.ends) return;
  (void)endpoint_.send(piece.kind, message_);
  message_.clear();
}

// Passes on the octets that the connection accepts. Gives credit when none are left.
void WebSocketEcho::send() {
  if (endpoint_.wants_output()) {
    const SendResult result =
        connection_.send_data(stream_id_, endpoint_.pending_output(), endpoint_.output_ends());
    if (!result.ok()) return;  // the stream has ended
    endpoint_.sent(result.accepted);
    sent_ += result.accepted;
  }
  if (!endpoint_.pending_output().empty() || uncredited_ == 0) return;
  // An error means that the stream has ended.
  (void)connection_.credit(stream_id_, static_cast<uint32_t>(std::exchange(uncredited_, 0)));
}

bool may_be_websocket(const Responder& responder) {
  return responder.method() == "CONNECT"
             ? responder.field(":protocol") == "websocket"
             : responder.connection().protocol() == ProtocolVersion::kHttp1;
}

void answer_websocket(Responder& responder) {
  const bool connects = responder.method() == "CONNECT";
  if (!connects && responder.method() != "GET") {
    return responder.respond_error(405, {{"allow", "GET"}});
  }
  const ServerHandshake handshake(responder.fields());
  if (!handshake.is_asked()) return require_upgrade(responder);
  if (!handshake.is_valid() || (connects && responder.end_stream())) {
    const ServerHandshake::Answer refusal = handshake.refuse();
    return responder.respond_error(refusal.status, refusal.fields);
  }
  const ServerHandshake::Answer answer = handshake.accept();
  if (connects) {
    responder.respond_with_stream(answer.status, answer.fields);
  } else if (!responder.switch_protocols(answer.fields)) {
    return require_upgrade(responder);  // of HTTP/1.0
  }
  Connection& connection = responder.connection();
  // An error means that the stream has ended.
  (void)connection.set_automatic_credit(responder.stream_id(), false);
  responder.attach(std::make_unique<WebSocketEcho>(connection, responder.stream_id()));
}

}  // namespace headrace::serve
