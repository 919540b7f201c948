#include "headrace/adapters/serve/websocket.h"

#include <gsl/span>
#include <memory>

#include "headrace/adapters/serve/websocket_handshake.h"

namespace headrace::serve {
namespace {

constexpr std::string_view kVersion = "13";  // RFC 6455 §4.1

void attach_echo(Responder& responder) {
  Connection& connection = responder.connection();
  // An error means that the stream has ended.
  (void)connection.set_automatic_credit(responder.stream_id(), false);
  responder.attach(std::make_unique<WebSocketEcho>(connection, responder.stream_id()));
}

// RFC 6455 §4.2.2, RFC 9110 §15.5.22: with what would be accepted.
void refuse_upgrade(Responder& responder) {
  responder.respond_error(
      426,
      {{"connection", "upgrade"}, {"upgrade", "websocket"}, {"sec-websocket-version", kVersion}});
}

}  // namespace

void WebSocketEcho::on_data(const DataReceived& data) {
  uncredited_ += data.bytes.size();
  gsl::span<const uint8_t> bytes = data.bytes;
  while (!closing_) {
    const std::optional<WebSocketReader::Item> item = reader_.next(&bytes);
    if (!item) break;
    answer(*item);
  }
  // The tunnel ends without a closing handshake.
  if (data.end_stream) closing_ = true;
  send();
}

void WebSocketEcho::answer(const WebSocketReader::Item& item) {
  using Kind = WebSocketReader::Item::Kind;
  switch (item.kind) {
    case Kind::kMessage:
      return append_websocket_frame(item.opcode, item.payload, &waiting_);
    case Kind::kPing:
      return append_websocket_frame(WebSocketOpcode::kPong, item.payload, &waiting_);
    case Kind::kPong:
      return;
    case Kind::kClose:
    case Kind::kViolation:
      return close(item.status);
  }
}

// RFC 6455 §5.5.1, §7.1.7: a Close frame is the last; the server ends the transport, which is the
// stream here (RFC 8441 §5).
void WebSocketEcho::close(WebSocketStatus status) {
  closing_ = true;
  std::string payload;
  if (status != WebSocketStatus::kNoStatus) {
    const auto code = static_cast<uint16_t>(status);
    payload = {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  }
  append_websocket_frame(WebSocketOpcode::kClose, payload, &waiting_);
}

// Passes on the octets that the connection accepts. Gives credit when none are left.
void WebSocketEcho::send() {
  const auto* first = reinterpret_cast<const uint8_t*>(waiting_.data());
  const gsl::span<const uint8_t> rest(first + passed_on_, waiting_.size() - passed_on_);
  if (!rest.empty() || closing_) {
    const SendResult sent = connection_.send_data(stream_id_, rest, closing_);
    if (!sent.ok()) return;  // the stream has ended
    sent_ += sent.accepted;
    passed_on_ += sent.accepted;
  }
  const bool idle = passed_on_ == waiting_.size();
  // Not each time, because each erase moves the rest.
  if (idle || passed_on_ >= waiting_.size() / 2) {
    waiting_.erase(0, passed_on_);
    passed_on_ = 0;
  }
  if (!idle || uncredited_ == 0) return;
  // An error means that the stream has ended.
  (void)connection_.credit(stream_id_, static_cast<uint32_t>(uncredited_));
  uncredited_ = 0;
}

std::string_view tunnel_protocol(const Responder& responder) {
  return responder.method() == "CONNECT" ? responder.field(":protocol") : std::string_view();
}

void answer_connect(Responder& responder) {
  if (responder.field("sec-websocket-version") != kVersion) {
    return responder.respond_error(400, {{"sec-websocket-version", kVersion}});
  }
  if (responder.end_stream()) return responder.respond_error(400);
  responder.respond_with_stream(200, {});
  attach_echo(responder);
}

bool may_upgrade(const Responder& responder) {
  return responder.connection().protocol() == ProtocolVersion::kHttp1;
}

void answer_upgrade(Responder& responder) {
  if (responder.method() != "GET") return responder.respond_error(405, {{"allow", "GET"}});
  const std::string_view key = responder.field("sec-websocket-key");
  const bool offered = offers_websocket(responder.fields());
  if (!offered || responder.field("sec-websocket-version") != kVersion) {
    return refuse_upgrade(responder);
  }
  if (!is_websocket_key(key)) return responder.respond_error(400);
  const std::string accept = websocket_accept(key);
  const bool switched = responder.switch_protocols(
      {{"connection", "upgrade"}, {"upgrade", "websocket"}, {"sec-websocket-accept", accept}});
  if (!switched) return refuse_upgrade(responder);
  attach_echo(responder);
}

}  // namespace headrace::serve
