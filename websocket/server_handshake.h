#ifndef HEADRACE_WEBSOCKET_SERVER_HANDSHAKE_H_
#define HEADRACE_WEBSOCKET_SERVER_HANDSHAKE_H_

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <type_traits>

#include "headrace/field/field.h"
#include "headrace/field/owned_fields.h"
#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {

// The opening handshake of RFC 6455 §4.2 on the server's side, in both ways: by upgrade in
// HTTP/1.1, and by extended CONNECT in HTTP/2 (RFC 8441; Options::enable_connect_protocol).
//
//   const websocket::ServerHandshake handshake(request.fields);
//   if (!handshake.is_asked()) ...               // it is about something else
//   const auto answer = handshake.is_valid() ? handshake.accept() : handshake.refuse();
//   connection.submit_response(id, answer.status, answer.fields,
//                              handshake.is_valid() ? Body::stream() : Body::none());
//
// Whom to let in is the application's: `origin` names the page that a browser's script is from
// (RFC 6455 §10.2), and the connection has judged the rest of the request.
class ServerHandshake {
 public:
  struct Answer {
    int status;
    OwnedFields fields;  // the others
  };

  // `request`: the fields of a RequestReceived, which must outlive the handshake.
  explicit ServerHandshake(FieldsView request HEADRACE_LIFETIME_BOUND);
  template <std::convertible_to<FieldsView> T>
  requires(!BorrowedFieldRange<T> &&
           !std::is_reference_v<T>) explicit ServerHandshake(T&& dies_before_it_is_read) = delete;
  explicit ServerHandshake(std::initializer_list<Field> dies_before_it_is_read) = delete;

  // Whether the request asks for a WebSocket, well or badly.
  bool is_asked() const { return way_ != Way::kNone; }
  bool is_valid() const { return is_asked() && error_ == nullptr; }
  // The rule that a request breaks which asks; null if it is valid.
  const Rule* error() const { return error_; }

  // Whether the client offers that subprotocol (RFC 6455 §1.9).
  bool offers(std::string_view subprotocol) const;
  // The first of the client's subprotocols that is one of ours: the client lists first what it
  // prefers. Empty if there is none. A view of the request.
  std::string_view choose(std::span<const std::string_view> subprotocols) const;

  // The head that opens the WebSocket, of a valid request: 101, or 200, for a Body::stream().
  // `subprotocol`: one that the client offers, or none. (What becomes of a client that gets none of
  // its own is for it to decide.)
  Answer accept(std::string_view subprotocol = {}) const;
  // The head that says what would be accepted: 426 or 400 with the version (RFC 6455 §4.4), 405
  // with the method, 400 for the rest.
  Answer refuse() const;

 private:
  enum class Way : uint8_t { kNone, kUpgrade, kConnect };

  const FieldsView request_;
  Way way_ = Way::kNone;
  const Rule* error_ = nullptr;
};

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_WEBSOCKET_SERVER_HANDSHAKE_H_
