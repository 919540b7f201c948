#ifndef HEADRACE_ADAPTERS_SERVE_WEBSOCKET_FRAME_H_
#define HEADRACE_ADAPTERS_SERVE_WEBSOCKET_FRAME_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <optional>
#include <string>
#include <string_view>

namespace headrace::serve {

// RFC 6455 §5.2, and the IANA "WebSocket Opcode" registry.
enum class WebSocketOpcode : uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xa,
};
constexpr bool is_control(WebSocketOpcode opcode) { return static_cast<uint8_t>(opcode) >= 0x8; }

// RFC 6455 §5.5: the most octets of a control frame's payload.
inline constexpr uint64_t kMaxControlPayload = 125;

// The header of a frame (RFC 6455 §5.2).
struct WebSocketFrameHeader {
  bool fin = false;
  uint8_t reserved = 0;  // RSV1-3, which only extensions define
  WebSocketOpcode opcode = WebSocketOpcode::kContinuation;
  bool masked = false;
  std::array<uint8_t, 4> mask{};
  uint64_t length = 0;  // of the payload
};

// Collects the octets of a header from input that may be cut anywhere.
class WebSocketHeaderReader {
 public:
  // Consumes octets of `bytes` until the header is complete, and is then ready for the next one.
  // Nothing if more octets are needed.
  std::optional<WebSocketFrameHeader> read(gsl::span<const uint8_t>* bytes);

 private:
  size_t needed() const;

  std::array<uint8_t, 14> octets_{};
  size_t size_ = 0;
};

// Masks or unmasks a part of a payload (RFC 6455 §5.3). `position`: its offset in the payload.
void apply_mask(const std::array<uint8_t, 4>& mask, uint64_t position, gsl::span<char> octets);

// Appends a server's frame: not masked, with the length in its shortest form.
void append_websocket_frame(WebSocketOpcode opcode, std::string_view payload, std::string* out);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_WEBSOCKET_FRAME_H_
