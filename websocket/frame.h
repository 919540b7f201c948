#ifndef HEADRACE_WEBSOCKET_FRAME_H_
#define HEADRACE_WEBSOCKET_FRAME_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "headrace/memory/abi.h"
#include "headrace/memory/byte_view.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {

// RFC 6455 §5.2, and the IANA "WebSocket Opcode" registry.
enum class Opcode : uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xa,
};
constexpr bool is_control(Opcode opcode) { return static_cast<uint8_t>(opcode) >= 0x8; }

// RFC 6455 §5.3: the octets of a payload are combined with these, again and again.
using Mask = std::array<uint8_t, 4>;

// The header of a frame (RFC 6455 §5.2).
struct FrameHeader {
  bool fin = true;
  uint8_t reserved = 0;  // RSV1-3, which only extensions define
  Opcode opcode = Opcode::kContinuation;
  std::optional<Mask> mask;
  uint64_t length = 0;   // of the payload, in octets
  bool shortest = true;  // `length` was in its shortest form, as a sender has to write it
};

inline constexpr size_t kMaxFrameHeaderSize = 14;
// RFC 6455 §5.5: the most octets of a control frame's payload.
inline constexpr size_t kMaxControlPayload = 125;

// Collects the octets of a header from input that may be cut anywhere. It judges nothing.
class FrameHeaderReader {
 public:
  // Consumes octets of `octets` until the header is complete, and is then ready for the next one.
  // Nothing if more octets are needed.
  std::optional<FrameHeader> read(ByteView* octets);

 private:
  size_t needed() const;
  FrameHeader parse() const;

  std::array<uint8_t, kMaxFrameHeaderSize> octets_{};
  uint8_t size_ = 0;
};

// Writes a header, with the length in its shortest form, at `out`, which has room for
// kMaxFrameHeaderSize octets; returns its end.
uint8_t* write_frame_header(const FrameHeader& header, uint8_t* out);

// Masks or unmasks a part of a payload, which is the same (RFC 6455 §5.3). `position`: its offset
// in the payload. `out` has room for as many octets, and may be where they are.
void apply_mask(const Mask& mask, uint64_t position, ByteView octets, uint8_t* out);

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_WEBSOCKET_FRAME_H_
