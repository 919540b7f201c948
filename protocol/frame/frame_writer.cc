#include "headrace/protocol/frame/frame_writer.h"

#include <algorithm>
#include <cstring>
#include <gsl/span>
#include <span>

#include "headrace/memory/contract.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// RFC 9113 §2.2: network byte order.
uint8_t* store_u16(uint16_t value, uint8_t* out) {
  out[0] = static_cast<uint8_t>(value >> 8);
  out[1] = static_cast<uint8_t>(value);
  return out + 2;
}
uint8_t* store_bytes(gsl::span<const uint8_t> bytes, uint8_t* out) {
  if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}
uint8_t* store_text(std::string_view text, uint8_t* out) {
  return store_bytes({reinterpret_cast<const uint8_t*>(text.data()), text.size()}, out);
}

// RFC 9113 §4.1: the length has 24 bits.
uint32_t payload_length(size_t size) {
  HEADRACE_EXPECTS(size <= kMaxMaxFrameSize, "write_frame()",
                   "a payload of at most 16,777,215 octets (RFC 9113 §4.1)", {"size", size});
  return static_cast<uint32_t>(size);
}
// RFC 7838 §4, RFC 8336 §2.1: the length of an origin has 16 bits.
uint8_t* store_origin_length(std::string_view origin, uint8_t* out) {
  HEADRACE_EXPECTS(origin.size() <= 65535, "write_origin()",
                   "an origin of at most 65,535 octets (RFC 8336 §2.1)", {"size", origin.size()});
  return store_u16(static_cast<uint16_t>(origin.size()), out);
}

// Writes the frames of a field block (§4.3): one of `type`, with `prefix` in front of the fragment,
// then CONTINUATION frames (§6.10).
uint8_t* write_field_block(FrameType type, uint8_t flags, StreamId stream_id,
                           gsl::span<const uint8_t> prefix, gsl::span<const uint8_t> block,
                           uint32_t max_frame_size, uint8_t* out) {
  HEADRACE_EXPECTS(max_frame_size > prefix.size() && max_frame_size <= kMaxMaxFrameSize,
                   "write_headers()", "max_frame_size is 5 to 16,777,215 octets",
                   {"max_frame_size", max_frame_size});
  do {
    const size_t size = std::min<size_t>(block.size(), max_frame_size - prefix.size());
    const bool last = size == block.size();
    const auto length = static_cast<uint32_t>(prefix.size() + size);
    const auto end_headers = static_cast<uint8_t>(last ? flags::kEndHeaders : 0);
    out = write_frame_header({length, type, static_cast<uint8_t>(flags | end_headers), stream_id},
                             out);
    out = store_bytes(block.first(size), store_bytes(prefix, out));
    block = block.subspan(size);
    prefix = {};
    type = FrameType::kContinuation;
    flags = 0;
  } while (!block.empty());
  return out;
}

}  // namespace

uint8_t* write_rst_stream(StreamId stream_id, ErrorCode code, uint8_t* out) {
  out = write_frame_header({4, FrameType::kRstStream, 0, stream_id}, out);
  return store_u32(static_cast<uint32_t>(code), out);
}

uint8_t* write_settings(std::span<const Setting> settings, uint8_t* out) {
  out = write_frame_header({payload_length(6 * settings.size()), FrameType::kSettings, 0, 0}, out);
  for (const Setting& setting : settings) {
    out = store_u32(setting.value, store_u16(static_cast<uint16_t>(setting.id), out));
  }
  return out;
}

uint8_t* write_goaway(StreamId last_stream_id, ErrorCode code, ByteView debug_data, uint8_t* out) {
  const uint32_t length = payload_length(8 + debug_data.size());
  out = write_frame_header({length, FrameType::kGoaway, 0, 0}, out);
  out = store_u32(static_cast<uint32_t>(code), store_u32(last_stream_id, out));
  return store_bytes(debug_data, out);
}

uint8_t* write_priority(StreamId stream_id, bool exclusive, StreamId depends_on, uint8_t weight,
                        uint8_t* out) {
  out = write_frame_header({5, FrameType::kPriority, 0, stream_id}, out);
  out = store_u32(depends_on | (exclusive ? 0x80000000u : 0), out);
  *out++ = weight;
  return out;
}

size_t field_block_frames_size(size_t block_size, uint32_t max_frame_size) {
  HEADRACE_EXPECTS(max_frame_size > 0, "field_block_frames_size()", "max_frame_size is not 0",
                   {"max_frame_size", max_frame_size});
  const size_t frames = std::max<size_t>(1, (block_size + max_frame_size - 1) / max_frame_size);
  return block_size + frames * FrameHeader::kSize;
}

uint8_t* write_headers(StreamId stream_id, ByteView block, bool end_stream, uint32_t max_frame_size,
                       uint8_t* out) {
  return write_field_block(FrameType::kHeaders, end_stream ? flags::kEndStream : 0, stream_id, {},
                           block, max_frame_size, out);
}

uint8_t* write_push_promise(StreamId stream_id, StreamId promised_stream_id, ByteView block,
                            uint32_t max_frame_size, uint8_t* out) {
  uint8_t promised[4];
  store_u32(promised_stream_id, promised);
  return write_field_block(FrameType::kPushPromise, 0, stream_id, promised, block, max_frame_size,
                           out);
}

uint8_t* write_padded_data(StreamId stream_id, ByteView data, uint32_t padding, bool end_stream,
                           uint8_t* out) {
  HEADRACE_EXPECTS(padding >= 1 && padding <= 256, "write_padded_data()",
                   "padding is 1 to 256 octets, Pad Length included (RFC 9113 §6.1)",
                   {"padding", padding});
  const uint32_t length = payload_length(data.size() + padding);
  const uint8_t flags = flags::kPadded | (end_stream ? flags::kEndStream : 0);
  out = write_frame_header({length, FrameType::kData, flags, stream_id}, out);
  *out++ = static_cast<uint8_t>(padding - 1);
  out = store_bytes(data, out);
  std::memset(out, 0, padding - 1);
  return out + (padding - 1);
}

uint8_t* write_priority_update(StreamId prioritized_stream_id, std::string_view value,
                               uint8_t* out) {
  const uint32_t length = payload_length(4 + value.size());
  out = write_frame_header({length, FrameType::kPriorityUpdate, 0, 0}, out);
  return store_text(value, store_u32(prioritized_stream_id, out));
}

uint8_t* write_altsvc(StreamId stream_id, std::string_view origin, std::string_view value,
                      uint8_t* out) {
  const uint32_t length = payload_length(2 + origin.size() + value.size());
  out = write_frame_header({length, FrameType::kAltSvc, 0, stream_id}, out);
  out = store_origin_length(origin, out);
  return store_text(value, store_text(origin, out));
}

uint8_t* write_origin(std::span<const std::string_view> origins, uint8_t* out) {
  size_t length = 0;
  for (std::string_view origin : origins) length += 2 + origin.size();
  out = write_frame_header({payload_length(length), FrameType::kOrigin, 0, 0}, out);
  for (std::string_view origin : origins) {
    out = store_text(origin, store_origin_length(origin, out));
  }
  return out;
}

uint8_t* write_frame(FrameType type, uint8_t flags, StreamId stream_id, ByteView payload,
                     uint8_t* out) {
  out = write_frame_header({payload_length(payload.size()), type, flags, stream_id}, out);
  return store_bytes(payload, out);
}

HEADRACE_ABI_END
}  // namespace headrace
