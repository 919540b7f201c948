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

// The status codes of RFC 6455 §7.4.1 that we use.
enum class WebSocketStatus : uint16_t {
  kNormal = 1000,
  kProtocolError = 1002,
  kNoStatus = 1005,  // not sent: stands for a Close frame without a code
  kInvalidData = 1007,
  kTooBig = 1009,
};

// Parses a client's octets on a WebSocket into whole messages and control frames.
//
// It is strict (RFC 6455 §5): every frame must be masked, no reserved bit set, control frames short
// and not fragmented, text UTF-8. Invalid text is detected at its first invalid octet.
class WebSocketReader {
 public:
  // A message of more than `max_message` octets is refused.
  explicit WebSocketReader(size_t max_message) : max_message_(max_message) {}

  struct Item {
    enum class Kind : uint8_t {
      kMessage,  // text or binary, as `opcode` says; `payload` is all of it
      kPing,
      kPong,
      kClose,      // `status` (kNoStatus without one), and `payload`, the reason
      kViolation,  // the connection fails with `status`; no more is read
    };
    Kind kind;
    WebSocketOpcode opcode;
    WebSocketStatus status;
    std::string_view payload;  // valid until the next call
  };

  // Consumes octets of `bytes` until an item is complete. Nothing if all are consumed and more are
  // needed.
  std::optional<Item> next(gsl::span<const uint8_t>* bytes);

  // The capacity of its buffers in octets.
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
  std::optional<WebSocketFrameHeader> frame_;  // the frame whose payload is being received
  uint64_t frame_position_ = 0;
  std::string control_;                   // payload of a control frame
  std::string message_;                   // payload of the message's frames so far
  std::optional<Opcode> message_opcode_;  // of the incomplete message
  Utf8Checker text_;
  bool message_told_ = false;  // message_ was returned
  bool failed_ = false;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_WEBSOCKET_READER_H_
