#ifndef HEADRACE_TESTS_REFERENCE_FRAMES_H_
#define HEADRACE_TESTS_REFERENCE_FRAMES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A second opinion on RFC 9113 §4.1 and §6: a frame codec written from the RFC's figures, slow and
// plain, that shares no code with the library. It checks nothing, so it can write what a peer must
// not, and it reads what the library wrote.
namespace reference {

// RFC 9113 §6, by their numbers.
enum Type : uint8_t {
  DATA = 0,
  HEADERS = 1,
  PRIORITY = 2,
  RST_STREAM = 3,
  SETTINGS = 4,
  PUSH_PROMISE = 5,
  PING = 6,
  GOAWAY = 7,
  WINDOW_UPDATE = 8,
  CONTINUATION = 9,
  ALTSVC = 10,           // RFC 7838 §4
  ORIGIN = 12,           // RFC 8336 §2
  PRIORITY_UPDATE = 16,  // RFC 9218 §7.1
};
// RFC 9113 §6.5.2, by their numbers.
enum SettingIdentifier : uint16_t {
  HEADER_TABLE_SIZE = 1,
  ENABLE_PUSH = 2,
  MAX_CONCURRENT_STREAMS = 3,
  INITIAL_WINDOW_SIZE = 4,
  MAX_FRAME_SIZE = 5,
  MAX_HEADER_LIST_SIZE = 6,
};
enum Flag : uint8_t {
  END_STREAM = 0x1,
  ACK = 0x1,
  END_HEADERS = 0x4,
  PADDED = 0x8,
  HAS_PRIORITY = 0x20,
};

struct Frame {
  uint32_t length = 0;  // what the header says; frame() makes it the payload's
  uint8_t type = 0;
  uint8_t flags = 0;
  uint32_t stream_id = 0;
  std::string payload;
  bool reserved = false;  // the bit before the stream identifier

  bool operator==(const Frame&) const = default;
};

// A frame whose length is its payload's.
Frame frame(uint8_t type, uint8_t flags, uint32_t stream_id, std::string payload = "");

// The 9 octets of the header as `frame` has them, then its payload.
std::string encode(const Frame& frame);
// The same for frame(...).
std::string encode(uint8_t type, uint8_t flags, uint32_t stream_id, std::string payload = "");

// The frame at `*position`, which moves behind it; nothing when it is not all there.
std::optional<Frame> parse(std::string_view bytes, size_t* position);
// All whole frames; what is left over is not looked at.
std::vector<Frame> parse_all(std::string_view bytes);

// Network byte order (RFC 9113 §2.2).
std::string u8(uint8_t value);
std::string u16(uint16_t value);
std::string u24(uint32_t value);
std::string u32(uint32_t value);
std::string u64(uint64_t value);
uint64_t number(std::string_view octets);

// §6.1: Pad Length, `content`, then `padding` zero octets.
std::string padded(std::string_view content, uint8_t padding);
// §6.2: what precedes the field block fragment with HAS_PRIORITY, and all of a PRIORITY payload.
// `weight` as on the wire: one less than the weight.
std::string priority(bool exclusive, uint32_t depends_on, uint8_t weight);
// What is left of a DATA, HEADERS or PUSH_PROMISE payload without Pad Length, padding, priority
// fields and promised stream identifier; nothing when they do not fit. Others: the payload.
std::optional<std::string> content(const Frame& frame);
// The octets of padding, Pad Length not among them.
uint8_t padding_length(const Frame& frame);

// §6.5.1
using Settings = std::vector<std::pair<uint16_t, uint32_t>>;
std::string settings(const Settings& entries);
Settings parse_settings(std::string_view payload);

// §6.8
struct Goaway {
  uint32_t last_stream_id = 0;
  uint32_t error_code = 0;
  std::string debug_data;
};
std::string goaway(uint32_t last_stream_id, uint32_t error_code, std::string_view debug_data = "");
Goaway parse_goaway(std::string_view payload);

// RFC 7838 §4
std::string altsvc(std::string_view origin, std::string_view value);
// RFC 8336 §2.1
std::string origins(const std::vector<std::string>& entries);
// Nothing when the payload does not consist of whole entries.
std::optional<std::vector<std::string>> parse_origins(std::string_view payload);
// RFC 6454 §6.2: the ASCII serialization of an origin.
bool is_origin(std::string_view text);
// RFC 9218 §7.1
std::string priority_update(uint32_t stream_id, std::string_view value);

}  // namespace reference

#endif  // HEADRACE_TESTS_REFERENCE_FRAMES_H_
