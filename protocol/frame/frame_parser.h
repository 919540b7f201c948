#ifndef HEADRACE_PROTOCOL_FRAME_FRAME_PARSER_H_
#define HEADRACE_PROTOCOL_FRAME_FRAME_PARSER_H_

#include <cstdint>
#include <gsl/span>

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/error.h"
#include "headrace/protocol/frame/frame.h"
#include "headrace/protocol/frame/frame_layout.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Parses frames, without state: checks the rules about a single frame (RFC 9113 §4.1, §4.2, §6).
// Rules that depend on others (order of frames, stream states, windows, settings) are for the
// connection.

// RFC 9113 §2.2: network byte order.
inline uint32_t load_u32(const uint8_t* octets) {
  return uint32_t{octets[0]} << 24 | uint32_t{octets[1]} << 16 | uint32_t{octets[2]} << 8 |
         octets[3];
}
inline uint64_t load_u64(const uint8_t* octets) {
  return uint64_t{load_u32(octets)} << 32 | load_u32(octets + 4);
}
// Masks the reserved bit of a stream identifier or a window increment.
inline uint32_t load_u31(const uint8_t* octets) { return load_u32(octets) & 0x7fffffffu; }

// `octets`: at least FrameHeader::kSize octets.
inline FrameHeader parse_frame_header(const uint8_t* octets) {
  FrameHeader header;
  header.length = load_u32(octets) >> 8;
  header.type = static_cast<FrameType>(octets[3]);
  header.flags = octets[4];
  header.stream_id = load_u31(octets + 5);
  return header;
}

// For PRIORITY, and for HEADERS with priority fields.
inline constexpr Rule kSelfDependency = {"RFC 7540 §5.3.1", "a stream does not depend on itself"};

// The kind of error that a frame causes (RFC 9113 §5.4).
enum class FrameFault : uint8_t { kNone, kStream, kConnection };

// The slow path of check_frame_header(), for a header that is not sound.
[[nodiscard]] FrameFault judge_frame_header(const FrameHeader& header, uint32_t max_frame_size,
                                            ErrorDetail* error);

// Checks the rules about a header alone, before the payload is read: the length against
// `max_frame_size` and against the minimum of the type and its flags, and whether the type may be
// on this stream or on stream 0. Sets `error` unless the result is kNone.
//
// RFC 9113 §4.2 makes a size error a connection error if the frame could alter the state of the
// connection, and allows it for all frames. We use that for DATA, too, because DATA counts against
// the connection's window and an oversized payload would have to be read. Only a PRIORITY frame of
// a wrong length is a stream error (§6.3).
[[nodiscard]] inline FrameFault check_frame_header(const FrameHeader& header,
                                                   uint32_t max_frame_size, ErrorDetail* error) {
  if (is_header_sound(header, max_frame_size)) [[likely]] {
    return FrameFault::kNone;
  }
  return judge_frame_header(header, max_frame_size, error);
}

// The functions below parse payloads whose header has passed check_frame_header(). Each returns
// kNone or sets `error`. Views point into `payload`.

// §6.1: checks that a DATA frame with this Pad Length field has room for its padding, for callers
// that do not have the whole frame. Without flags::kPadded it always succeeds.
[[nodiscard]] FrameFault check_data_padding(const FrameHeader& header, uint8_t pad_length,
                                            ErrorDetail* error);

struct PaddedPayload {
  gsl::span<const uint8_t> content;
  uint32_t padding = 0;  // octets, including the Pad Length field
  bool has_priority = false;
  PriorityFields priority;
  StreamId promised_stream_id = 0;
};
// DATA, HEADERS and PUSH_PROMISE: §6.1, §6.2, §6.6. After kStream (a stream that depends on itself)
// `parsed` is complete, because the field block must be decoded nevertheless (§4.3).
[[nodiscard]] FrameFault parse_padded(const FrameHeader& header, gsl::span<const uint8_t> payload,
                                      PaddedPayload* parsed, ErrorDetail* error);

// §6.3
[[nodiscard]] FrameFault parse_priority(const FrameHeader& header, gsl::span<const uint8_t> payload,
                                        PriorityFields* parsed, ErrorDetail* error);

// §6.9
[[nodiscard]] FrameFault parse_window_update(const FrameHeader& header,
                                             gsl::span<const uint8_t> payload, uint32_t* increment,
                                             ErrorDetail* error);

// RFC 9218 §7.1
struct PriorityUpdate {
  StreamId stream_id = 0;
  gsl::span<const uint8_t> value;
};
[[nodiscard]] FrameFault parse_priority_update(const FrameHeader& header,
                                               gsl::span<const uint8_t> payload,
                                               PriorityUpdate* parsed, ErrorDetail* error);

// RFC 7838 §4. False if the frame is to be ignored, because it has an origin on a stream, or none
// on stream 0, or because it is shorter than its origin. None of these is an error of the
// connection, because the extension is not critical.
struct AltSvc {
  gsl::span<const uint8_t> origin;
  gsl::span<const uint8_t> value;
};
[[nodiscard]] bool parse_altsvc(const FrameHeader& header, gsl::span<const uint8_t> payload,
                                AltSvc* parsed);

// RFC 8336 §2.1, §2.2. False if the frame is to be ignored, because it is on a stream, has a flag
// reserved for incompatible changes (0x1, 0x2, 0x4, 0x8), or does not consist of whole entries.
[[nodiscard]] bool is_origin_frame_sound(const FrameHeader& header,
                                         gsl::span<const uint8_t> payload);

// Parses a frame of any type into an object. Assigns every member of `frame`.
[[nodiscard]] FrameFault parse_frame(const FrameHeader& header, gsl::span<const uint8_t> payload,
                                     Frame* frame, ErrorDetail* error);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_FRAME_FRAME_PARSER_H_
