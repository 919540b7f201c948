#ifndef HEADRACE_WEBSOCKET_CLIENT_HANDSHAKE_H_
#define HEADRACE_WEBSOCKET_CLIENT_HANDSHAKE_H_

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/field/owned_fields.h"
#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {

// What a client asks for. Views, which are copied.
struct Target {
  std::string_view scheme = "http";  // https for wss
  std::string_view authority;
  std::string_view path = "/";                          // with the query
  std::span<const std::string_view> subprotocols = {};  // tokens; first what is preferred
  FieldsView fields = {};                               // others: origin, cookie, authorization
};

// The opening handshake of RFC 6455 §4.1 on the client's side. In HTTP/1.1 it is an upgrade, in
// HTTP/2 an extended CONNECT (RFC 8441), which the server's SETTINGS must allow
// (Connection::peer_settings()).
//
//   auto handshake = websocket::ClientHandshake::connect({.authority = "example.org"});
//   auto request = connection.submit_request(handshake.request(), Body::stream());
//   ...                                          // and when its ResponseReceived is there:
//   if (const Rule* broken = handshake.check(response.fields)) ...   // the server said no
class ClientHandshake {
 public:
  // `nonce`: 16 octets, chosen at random for each request (RFC 6455 §4.1, item 7).
  static ClientHandshake upgrade(const Target& target, const std::array<uint8_t, 16>& nonce);
  static ClientHandshake connect(const Target& target);

  // The request's head, for a Body::stream().
  FieldsView request() const HEADRACE_LIFETIME_BOUND { return request_; }

  // Judges the final response (101 is one). Null if the WebSocket is open; otherwise the rule by
  // which it is not. With a status of an HTTP answer, 401 or 302 say, that is no error of the
  // server's.
  const Rule* check(FieldsView response);

  // The subprotocol that the server has chosen, behind check(); empty if it has chosen none.
  std::string_view subprotocol() const { return subprotocol_; }

 private:
  ClientHandshake() = default;

  const Rule* check_upgrade(FieldsView response) const;

  bool upgrades_ = false;
  OwnedFields request_;
  std::string accept_;  // what sec-websocket-accept has to be
  std::string subprotocol_;
};

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_WEBSOCKET_CLIENT_HANDSHAKE_H_
