#ifndef HEADRACE_PROTOCOL_FRAME_FRAME_WRITER_H_
#define HEADRACE_PROTOCOL_FRAME_FRAME_WRITER_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/memory/byte_view.h"
#include "headrace/protocol/event/error_code.h"
#include "headrace/protocol/frame/frame_type.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Writers of frames (RFC 9113 §4.1, §6, and extensions). Each writes one frame at `out`, which must
// have room for the size in octets that is given at each, and returns the end of the frame. They do
// not check the rules of the RFC, so a test can write frames that a peer must not send.

// RFC 9113 §2.2: network byte order.
inline uint8_t* store_u32(uint32_t value, uint8_t* out) {
  out[0] = static_cast<uint8_t>(value >> 24);
  out[1] = static_cast<uint8_t>(value >> 16);
  out[2] = static_cast<uint8_t>(value >> 8);
  out[3] = static_cast<uint8_t>(value);
  return out + 4;
}

inline uint8_t* write_frame_header(const FrameHeader& header, uint8_t* out) {  // 9
  out = store_u32(header.length << 8 | static_cast<uint8_t>(header.type), out);
  *out++ = header.flags;
  return store_u32(header.stream_id, out);
}

inline constexpr size_t kRstStreamSize = 13;
uint8_t* write_rst_stream(StreamId stream_id, ErrorCode code, uint8_t* out);

inline constexpr size_t kPingSize = 17;
inline uint8_t* write_ping(uint64_t opaque, bool ack, uint8_t* out) {
  out = write_frame_header({8, FrameType::kPing, ack ? flags::kAck : uint8_t{0}, 0}, out);
  out = store_u32(static_cast<uint32_t>(opaque >> 32), out);
  return store_u32(static_cast<uint32_t>(opaque), out);
}

inline constexpr size_t kWindowUpdateSize = 13;
inline uint8_t* write_window_update(StreamId stream_id, uint32_t increment, uint8_t* out) {
  out = write_frame_header({4, FrameType::kWindowUpdate, 0, stream_id}, out);
  return store_u32(increment, out);
}

inline constexpr size_t kSettingsAckSize = 9;
inline uint8_t* write_settings_ack(uint8_t* out) {
  return write_frame_header({0, FrameType::kSettings, flags::kAck, 0}, out);
}
uint8_t* write_settings(std::span<const Setting> settings, uint8_t* out);  // 9 + 6 each

uint8_t* write_goaway(StreamId last_stream_id, ErrorCode code, ByteView debug_data,
                      uint8_t* out);  // 17 + debug data

inline constexpr size_t kPrioritySize = 14;
// `weight`: the octet on the wire, which is the weight less one.
uint8_t* write_priority(StreamId stream_id, bool exclusive, StreamId depends_on, uint8_t weight,
                        uint8_t* out);

// HEADERS and CONTINUATION frames of a whole field block, with payloads of at most max_frame_size
// octets (RFC 9113 §4.3). `out` needs room for field_block_frames_size() and must not overlap
// `block`.
size_t field_block_frames_size(size_t block_size, uint32_t max_frame_size);
uint8_t* write_headers(StreamId stream_id, ByteView block, bool end_stream, uint32_t max_frame_size,
                       uint8_t* out);
// The same with PUSH_PROMISE. Needs room for field_block_frames_size(block.size() + 4).
uint8_t* write_push_promise(StreamId stream_id, StreamId promised_stream_id, ByteView block,
                            uint32_t max_frame_size, uint8_t* out);

// The header of a DATA frame with `length` octets of payload, which the caller appends; no padding.
inline uint8_t* write_data_header(StreamId stream_id, uint32_t length, bool end_stream,
                                  uint8_t* out) {  // 9
  return write_frame_header(
      {length, FrameType::kData, end_stream ? flags::kEndStream : uint8_t{0}, stream_id}, out);
}
// A DATA frame with 1 to 256 octets of padding, including the Pad Length field (RFC 9113 §6.1).
uint8_t* write_padded_data(StreamId stream_id, ByteView data, uint32_t padding, bool end_stream,
                           uint8_t* out);  // 9 + data + padding

// `value`: in the format of the Priority field (RFC 9218 §7.1). Needs kPriorityUpdateSize + value.
inline constexpr size_t kPriorityUpdateSize = 13;
uint8_t* write_priority_update(StreamId prioritized_stream_id, std::string_view value,
                               uint8_t* out);
// `origin`: empty on a stream, and only there. `value`: in the format of the Alt-Svc field
// (RFC 7838 §4).
uint8_t* write_altsvc(StreamId stream_id, std::string_view origin, std::string_view value,
                      uint8_t* out);  // 11 + origin + value
// RFC 8336 §2.1
uint8_t* write_origin(std::span<const std::string_view> origins,
                      uint8_t* out);  // 9 + (2 + origin) each

// A frame of any type.
uint8_t* write_frame(FrameType type, uint8_t flags, StreamId stream_id, ByteView payload,
                     uint8_t* out);  // 9 + payload

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_FRAME_FRAME_WRITER_H_
