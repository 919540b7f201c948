#ifndef HEADRACE_ADAPTERS_SERVE_WEBSOCKET_HANDSHAKE_H_
#define HEADRACE_ADAPTERS_SERVE_WEBSOCKET_HANDSHAKE_H_

#include <string>
#include <string_view>

#include "headrace/field/field.h"

namespace headrace::serve {

// Whether websocket is among the protocols of the upgrade fields (RFC 6455 §4.2.1, item 3).
bool offers_websocket(FieldsView fields);

// Whether a Sec-WebSocket-Key is sixteen octets in base64 (RFC 6455 §4.2.1, item 5).
bool is_websocket_key(std::string_view key);

// The Sec-WebSocket-Accept for a key: shows that the server has read it (RFC 6455 §4.2.2,
// item 5.4).
std::string websocket_accept(std::string_view key);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_WEBSOCKET_HANDSHAKE_H_
