#ifndef HEADRACE_WEBSOCKET_EVENT_H_
#define HEADRACE_WEBSOCKET_EVENT_H_

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <variant>

#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/bytes.h"
#include "headrace/memory/recycled.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {

// RFC 6455 §7.4.1, and the IANA "WebSocket Close Code Number" registry. Others: 3000 to 3999 are
// registered for libraries and applications, 4000 to 4999 are theirs by agreement.
enum class CloseCode : uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupportedData = 1003,
  kNoStatus = 1005,  // never sent: stands for a Close frame without a code
  kAbnormal = 1006,  // never sent: stands for an end without a Close frame
  kInvalidData = 1007,
  kPolicyViolation = 1008,
  kMessageTooBig = 1009,
  kMandatoryExtension = 1010,
  kInternalError = 1011,
  kServiceRestart = 1012,
  kTryAgainLater = 1013,
  kBadGateway = 1014,
};

// "going away", of static storage; "unknown" of a code without a name.
const char* to_string(CloseCode code);

enum class MessageKind : uint8_t { kText, kBinary };

// Octets of a message, which is told as it arrives: in one piece or several, however the peer has
// cut it into frames. Adjacent pieces may be joined. A piece of a text may end within a character.
struct MessagePiece {
  MessageKind kind;
  bool begins;  // the first of its message
  bool ends;    // the last one; may be empty
  Bytes octets;

  std::string_view text() const HEADRACE_LIFETIME_BOUND { return octets.text(); }
};

// RFC 6455 §5.5.2: the Pong that answers it has been queued.
struct Ping {
  Bytes payload;
};

// RFC 6455 §5.5.3: the answer to a Ping, or a sign of life that nobody asked for.
struct Pong {
  Bytes payload;
};

// The peer has closed (RFC 6455 §5.5.1), and nothing more is read. The answer has been queued,
// unless close() had been called: send() returns kClosed.
struct Close {
  CloseCode code;  // kNoStatus if there is none
  Bytes reason;    // UTF-8
};

// The peer has broken a rule, or a limit: nothing more is read. A Close frame with `code` has been
// queued, and then the output ends (RFC 6455 §7.1.7).
struct Failure {
  CloseCode code;
  const Rule* rule;       // of static storage
  uint64_t observed = 0;  // octets, of a frame or message that is too big; otherwise 0
};

using Event = std::variant<MessagePiece, Ping, Pong, Close, Failure>;

// Makes an event own every octet that it refers to.
void own(Event& event);
// Marks an event as handed back (Recycler).
void retire(Event& event);

// The name of an event's type ("MessagePiece"), of static storage.
const char* event_name(const Event& event);

// A line for a log: "MessagePiece, text, 5 octets, whole", "Close, 1000 (normal), "bye"". Octets of
// messages are only counted, because they may be secret. Octets of a reason that are not printable
// ASCII are escaped.
std::string describe(const Event& event);
std::ostream& operator<<(std::ostream& out, const Event& event);

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_WEBSOCKET_EVENT_H_
