#ifndef HEADRACE_WEBSOCKET_ACCEPT_KEY_H_
#define HEADRACE_WEBSOCKET_ACCEPT_KEY_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/memory/byte_view.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {

// RFC 3174. Nothing rests on its strength here: it shows that a server has read the key.
std::array<uint8_t, 20> sha1(ByteView octets);

// RFC 4648 §4, with padding.
std::string base64(ByteView octets);

// Whether a Sec-WebSocket-Key is sixteen octets in base64 (RFC 6455 §4.2.1, item 5).
bool is_key(std::string_view key);

// The Sec-WebSocket-Accept for a key (RFC 6455 §4.2.2, item 5.4).
std::string accept_key(std::string_view key);

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_WEBSOCKET_ACCEPT_KEY_H_
