#ifndef HEADRACE_ADAPTERS_SERVE_WEBSOCKET_READER_H_
#define HEADRACE_ADAPTERS_SERVE_WEBSOCKET_READER_H_

#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <optional>
#include <string>
#include <string_view>

#include "headrace/adapters/serve/utf8.h"
#include "headrace/adapters/serve/websocket_frame.h"

namespace headrace::serve {

// RFC 6455 §7.4.1, of those that an endpoint sends.
enum class WebSocketStatus : uint16_t {
  kNormal = 1000,
  kProtocolError = 1002,
  kNoStatus = 1005,  // never sent: a Close frame without a code
  kInvalidData = 1007,
  kTooBig = 1009,
};

// What a client says over a WebSocket, from its octets: whole messages and control frames.
//
// It is strict (RFC 6455 §5): every frame is masked, no reserved bit is set, control frames are
// short and not fragmented, text is UTF-8. A text that cannot become one is found at the octet that
// says so.
class WebSocketReader {
 public:
  // A message of more octets is refused. So much is held of one at most.
  explicit WebSocketReader(size_t max_message) : max_message_(max_message) {}

  struct Item {
    enum class Kind : uint8_t {
      kMessage,  // text or binary, as `opcode` says; `payload` is all of it
      kPing,
      kPong,
      kClose,      // `status` (kNoStatus without one), and `payload`, the reason
      kViolation,  // the connection fails with `status`; nothing more will be read
    };
    Kind kind;
    WebSocketOpcode opcode;
    WebSocketStatus status;
    std::string_view payload;  // valid until the next call
  };

  // Takes octets off the front of `bytes` until an item is complete. None: all are taken, and more
  // are needed.
  std::optional<Item> next(gsl::span<const uint8_t>* bytes);

  // Octets of it that it holds, or has room for.
  size_t memory() const { return message_.capacity() + control_.capacity(); }

 private:
  using Opcode = WebSocketOpcode;

  std::optional<WebSocketStatus> check(const WebSocketFrameHeader& header) const;
  bool take_payload(gsl::span<const uint8_t>* bytes);
  std::optional<Item> end_of_frame();
  Item end_of_close();
  Item violation(WebSocketStatus status);

  const size_t max_message_;
  WebSocketHeaderReader header_reader_;
  std::optional<WebSocketFrameHeader> frame_;  // whose payload is coming in
  uint64_t frame_position_ = 0;
  std::string control_;                   // payload of a control frame
  std::string message_;                   // of the frames so far
  std::optional<Opcode> message_opcode_;  // a message is begun
  Utf8Checker text_;
  bool message_told_ = false;  // message_ was given out
  bool failed_ = false;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_WEBSOCKET_READER_H_
