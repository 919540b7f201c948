#ifndef HEADRACE_PROTOCOL_FRAME_FRAME_PARSER_H_
#define HEADRACE_PROTOCOL_FRAME_FRAME_PARSER_H_

#include <cstdint>
#include <gsl/span>

#include "memory/abi.h"
#include "protocol/event/error.h"
#include "protocol/frame/frame.h"

namespace headrace::inline HEADRACE_ABI {

// Bytes -> frames, without state: what one frame says by itself (RFC 9113 §4.1, §4.2, §6). What it may
// say here and now (frame order, stream states, windows) is for the connection.

// `octets`: at least FrameHeader::kSize. Reserved bits are masked.
inline FrameHeader parse_frame_header(const uint8_t* octets) {
  FrameHeader header;
  header.length = uint32_t{octets[0]} << 16 | uint32_t{octets[1]} << 8 | octets[2];
  header.type = static_cast<FrameType>(octets[3]);
  header.flags = octets[4];
  header.stream_id = (uint32_t{octets[5]} << 24 | uint32_t{octets[6]} << 16 |
                      uint32_t{octets[7]} << 8 | octets[8]) &
                     0x7fffffffu;
  return header;
}

// How far a frame's failure reaches.
enum class FrameFault : uint8_t { kNone, kStream, kConnection };

// Checks all that the 9 octets alone decide, before any payload is waited for: the length against
// `max_frame_size` and against the type's fixed or minimal size, and whether the type belongs on this
// stream or on stream 0. Fills `error` unless the answer is kNone.
// (Scopes: RFC 9113 §4.2 makes a size error in a frame that could alter the whole connection, field
// blocks and stream 0 among them, a connection error; elsewhere it is a stream error.)
[[nodiscard]] FrameFault check_frame_header(const FrameHeader& header, uint32_t max_frame_size,
                                            ErrorDetail* error);

// The parts of a payload that passed check_frame_header(). Each returns kNone or fills `error`.
// Views point into `payload`.
struct PaddedPayload {
  gsl::span<const uint8_t> content;
  uint32_t padding = 0;  // with the Pad Length field
  bool has_priority = false;
  PriorityFields priority;
  StreamId promised_stream_id = 0;
};
// HEADERS and PUSH_PROMISE (and DATA, for who has it whole): RFC 9113 §6.1, §6.2, §6.6.
[[nodiscard]] FrameFault parse_padded(const FrameHeader& header, gsl::span<const uint8_t> payload,
                                      PaddedPayload* parsed, ErrorDetail* error);

[[nodiscard]] FrameFault parse_priority(const FrameHeader& header, gsl::span<const uint8_t> payload,
                                        PriorityFields* parsed, ErrorDetail* error);

// The whole frame as an object: what FrameReader hands out.
[[nodiscard]] FrameFault parse_frame(const FrameHeader& header, gsl::span<const uint8_t> payload,
                                     Frame* frame, ErrorDetail* error);

// RFC 9113 §2.2: network byte order.
inline uint32_t load_u32(const uint8_t* octets) {
  return uint32_t{octets[0]} << 24 | uint32_t{octets[1]} << 16 | uint32_t{octets[2]} << 8 |
         octets[3];
}
inline uint64_t load_u64(const uint8_t* octets) {
  return uint64_t{load_u32(octets)} << 32 | load_u32(octets + 4);
}

}  // namespace headrace::inline HEADRACE_ABI

#endif  // HEADRACE_PROTOCOL_FRAME_FRAME_PARSER_H_
