#ifndef HEADRACE_WEBSOCKET_RULES_H_
#define HEADRACE_WEBSOCKET_RULES_H_

#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {

// --- Frames: the WebSocket fails with the code of Failure.

inline constexpr Rule kNotMasked{"RFC 6455 §5.1", "a client masks every frame"};
inline constexpr Rule kMasked{"RFC 6455 §5.1", "a server masks no frame"};
inline constexpr Rule kReservedBits{"RFC 6455 §5.2",
                                    "RSV1, RSV2 and RSV3 are 0, as no extension was agreed on"};
inline constexpr Rule kUnknownOpcode{"RFC 6455 §5.2", "an opcode is one that is defined"};
inline constexpr Rule kLengthNotShortest{"RFC 6455 §5.2", "a length is in its shortest form"};
inline constexpr Rule kLengthTooLong{"RFC 6455 §5.2", "a length has 63 bits at most"};
inline constexpr Rule kNothingToContinue{"RFC 6455 §5.4",
                                         "a continuation follows a frame that is not the last"};
inline constexpr Rule kMessageWithinMessage{"RFC 6455 §5.4",
                                            "a message ends before the next one begins"};
inline constexpr Rule kControlFragmented{"RFC 6455 §5.5", "a control frame is not fragmented"};
inline constexpr Rule kControlTooLong{"RFC 6455 §5.5",
                                      "a control frame has a payload of 125 octets at most"};
inline constexpr Rule kHalfACode{"RFC 6455 §5.5.1",
                                 "a Close frame is empty, or begins with a code of two octets"};
inline constexpr Rule kCloseCode{"RFC 6455 §7.4",
                                 "a Close frame has a code that may be sent, and is registered"};
inline constexpr Rule kTextNotUtf8{"RFC 6455 §8.1", "a text message is UTF-8"};
inline constexpr Rule kReasonNotUtf8{"RFC 6455 §8.1", "the reason in a Close frame is UTF-8"};
inline constexpr Rule kFrameTooBig{"RFC 6455 §10.4", "a frame is within Limits::frame_size"};
inline constexpr Rule kMessageTooBig{"RFC 6455 §10.4", "a message is within Limits::message_size"};

// --- The opening handshake, as a server reads it.

inline constexpr Rule kNoOffer{"RFC 6455 §4.2.1", "upgrade has websocket, and connection upgrade"};
inline constexpr Rule kMethod{"RFC 6455 §4.2.1", "the method of an upgrade is GET"};
inline constexpr Rule kKey{"RFC 6455 §4.2.1",
                           "there is one sec-websocket-key, 16 octets in base64"};
inline constexpr Rule kVersion{"RFC 6455 §4.2.1", "there is one sec-websocket-version, 13"};

// --- The opening handshake, as a client reads it.

inline constexpr Rule kStatus{"RFC 6455 §4.1", "an upgrade is answered with 101"};
inline constexpr Rule kConnectStatus{"RFC 8441 §5", "an extended CONNECT is answered with 2xx"};
inline constexpr Rule kNotUpgraded{"RFC 6455 §4.1",
                                   "101 has upgrade with websocket, and connection with upgrade"};
inline constexpr Rule kAccept{"RFC 6455 §4.1",
                              "sec-websocket-accept is the hash of sec-websocket-key"};
inline constexpr Rule kExtension{"RFC 6455 §4.1", "no extension is used that was not offered"};
inline constexpr Rule kSubprotocol{"RFC 6455 §4.1",
                                   "at most one subprotocol is chosen, of those that were offered"};

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_WEBSOCKET_RULES_H_
