#ifndef HEADRACE_PROTOCOL_FRAME_FRAME_TYPE_H_
#define HEADRACE_PROTOCOL_FRAME_FRAME_TYPE_H_

#include <cstddef>
#include <cstdint>

namespace headrace {

using StreamId = uint32_t;  // 31 bits (RFC 9113 §5.1.1); 0 for the connection
inline constexpr StreamId kMaxStreamId = 0x7fffffff;

// RFC 9113 §6 and the IANA "HTTP/2 Frame Type" registry. A type that is not listed keeps its value.
enum class FrameType : uint8_t {
  kData = 0x00,
  kHeaders = 0x01,
  kPriority = 0x02,
  kRstStream = 0x03,
  kSettings = 0x04,
  kPushPromise = 0x05,
  kPing = 0x06,
  kGoaway = 0x07,
  kWindowUpdate = 0x08,
  kContinuation = 0x09,
  kAltSvc = 0x0a,          // RFC 7838 §4
  kOrigin = 0x0c,          // RFC 8336 §2
  kPriorityUpdate = 0x10,  // RFC 9218 §7.1
};

// The registry's name ("HEADERS"), or "UNKNOWN" for other values. Static storage.
const char* to_string(FrameType type);

// RFC 9113 §6: flags, each with the frame types that define it.
namespace flags {
inline constexpr uint8_t kEndStream = 0x01;   // DATA, HEADERS
inline constexpr uint8_t kAck = 0x01;         // SETTINGS, PING
inline constexpr uint8_t kEndHeaders = 0x04;  // HEADERS, PUSH_PROMISE, CONTINUATION
inline constexpr uint8_t kPadded = 0x08;      // DATA, HEADERS, PUSH_PROMISE
inline constexpr uint8_t kPriority = 0x20;    // HEADERS
}  // namespace flags

// RFC 9113 §6.5.2 and the IANA "HTTP/2 Settings" registry. A received identifier that is not listed
// here keeps its value.
enum class SettingId : uint16_t {
  kHeaderTableSize = 0x1,
  kEnablePush = 0x2,
  kMaxConcurrentStreams = 0x3,
  kInitialWindowSize = 0x4,
  kMaxFrameSize = 0x5,
  kMaxHeaderListSize = 0x6,
  kEnableConnectProtocol = 0x8,  // RFC 8441 §3
  kNoRfc7540Priorities = 0x9,    // RFC 9218 §2.1
};

// The registry's name without SETTINGS_ ("MAX_FRAME_SIZE"), or "UNKNOWN". Static storage.
const char* to_string(SettingId id);

struct Setting {
  SettingId id;
  uint32_t value;
  friend bool operator==(const Setting&, const Setting&) = default;
};

// RFC 9113 §4.1: the 9 octets in front of every payload. The reserved bit is masked on receipt.
struct FrameHeader {
  static constexpr size_t kSize = 9;

  uint32_t length = 0;  // of the payload in octets, 24 bits
  FrameType type = FrameType::kData;
  uint8_t flags = 0;
  StreamId stream_id = 0;

  constexpr bool has(uint8_t flag) const { return (flags & flag) != 0; }
};

// RFC 9113 §4.2, §6.5.2: the bounds of SETTINGS_MAX_FRAME_SIZE, in octets.
inline constexpr uint32_t kMinMaxFrameSize = 1u << 14;
inline constexpr uint32_t kMaxMaxFrameSize = (1u << 24) - 1;

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_FRAME_FRAME_TYPE_H_
