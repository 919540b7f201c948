#ifndef HEADRACE_PROTOCOL_FRAME_FRAME_LAYOUT_H_
#define HEADRACE_PROTOCOL_FRAME_FRAME_LAYOUT_H_

#include <algorithm>
#include <array>
#include <cstdint>

#include "headrace/field/rule.h"
#include "headrace/protocol/frame/frame_type.h"

namespace headrace {

// The streams that frames of a type may be on: any, only streams, or only stream 0.
enum class FramePlace : uint8_t { kAnywhere, kStream, kConnection };

// The rules of RFC 9113 §6, or of an extension, for the header of one frame type.
struct FrameLayout {
  FramePlace place;
  uint8_t padded;       // the flag that adds the Pad Length field, one octet (§6.1); 0 if none
  uint8_t priority;     // the flag that adds the priority fields, five octets (§6.2); 0 if none
  uint8_t min_length;   // octets of every payload of the type, without flags
  uint32_t max_length;  // in addition to SETTINGS_MAX_FRAME_SIZE
  Rule length_rule;     // broken by a length outside of these bounds
  Rule place_rule;
};

inline constexpr uint8_t kPadLengthSize = 1;
inline constexpr uint8_t kPriorityFieldsSize = 5;
inline constexpr uint8_t kPromisedStreamIdSize = 4;
inline constexpr uint8_t kSettingSize = 6;
inline constexpr uint8_t kPrioritizedStreamIdSize = 4;

inline constexpr uint32_t kAnyLength = kMaxMaxFrameSize;
inline constexpr Rule kNoRule{"", ""};

// An unknown type, or one whose malformed frames are ignored (§5.5).
inline constexpr FrameLayout kUnknownLayout{
    FramePlace::kAnywhere, 0, 0, 0, kAnyLength, kNoRule, kNoRule};

// One row for each type; the last row is for all higher types.
// clang-format off
inline constexpr std::array<FrameLayout, 18> kFrameLayouts = {{
    // DATA
    {FramePlace::kStream, flags::kPadded, 0, 0, kAnyLength,
     kNoRule, {"RFC 9113 §6.1", "a DATA frame is on a stream"}},
    // HEADERS
    {FramePlace::kStream, flags::kPadded, flags::kPriority, 0, kAnyLength,
     kNoRule, {"RFC 9113 §6.2", "a HEADERS frame is on a stream"}},
    // PRIORITY
    {FramePlace::kStream, 0, 0, kPriorityFieldsSize, kPriorityFieldsSize,
     {"RFC 9113 §6.3", "a PRIORITY payload has 5 octets"},
     {"RFC 9113 §6.3", "a PRIORITY frame is on a stream"}},
    // RST_STREAM
    {FramePlace::kStream, 0, 0, 4, 4,
     {"RFC 9113 §6.4", "a RST_STREAM payload has 4 octets"},
     {"RFC 9113 §6.4", "a RST_STREAM frame is on a stream"}},
    // SETTINGS; see also is_settings_length_wrong()
    {FramePlace::kConnection, 0, 0, 0, kAnyLength,
     kNoRule, {"RFC 9113 §6.5", "a SETTINGS frame is on stream 0"}},
    // PUSH_PROMISE
    {FramePlace::kStream, flags::kPadded, 0, kPromisedStreamIdSize, kAnyLength,
     {"RFC 9113 §6.6", "a PUSH_PROMISE payload has a promised stream identifier"},
     {"RFC 9113 §6.6", "a PUSH_PROMISE frame is on a stream"}},
    // PING
    {FramePlace::kConnection, 0, 0, 8, 8,
     {"RFC 9113 §6.7", "a PING payload has 8 octets"},
     {"RFC 9113 §6.7", "a PING frame is on stream 0"}},
    // GOAWAY
    {FramePlace::kConnection, 0, 0, 8, kAnyLength,
     {"RFC 9113 §6.8", "a GOAWAY payload has at least 8 octets"},
     {"RFC 9113 §6.8", "a GOAWAY frame is on stream 0"}},
    // WINDOW_UPDATE
    {FramePlace::kAnywhere, 0, 0, 4, 4,
     {"RFC 9113 §6.9", "a WINDOW_UPDATE payload has 4 octets"}, kNoRule},
    // CONTINUATION
    {FramePlace::kStream, 0, 0, 0, kAnyLength,
     kNoRule, {"RFC 9113 §6.10", "a CONTINUATION frame is on a stream"}},
    kUnknownLayout,  // ALTSVC (RFC 7838 §4)
    kUnknownLayout,
    kUnknownLayout,  // ORIGIN (RFC 8336 §2)
    kUnknownLayout,
    kUnknownLayout,
    kUnknownLayout,
    // PRIORITY_UPDATE
    {FramePlace::kConnection, 0, 0, kPrioritizedStreamIdSize, kAnyLength,
     {"RFC 9218 §7.1", "a PRIORITY_UPDATE payload has a prioritized stream identifier"},
     {"RFC 9218 §7.1", "a PRIORITY_UPDATE frame is on stream 0"}},
    kUnknownLayout,
}};
// clang-format on

constexpr const FrameLayout& layout_of(FrameType type) {
  return kFrameLayouts[std::min<size_t>(static_cast<size_t>(type), kFrameLayouts.size() - 1)];
}

// The least length of a payload with this type and these flags.
constexpr uint32_t min_payload_length(const FrameLayout& layout, const FrameHeader& header) {
  return layout.min_length + (header.has(layout.padded) ? kPadLengthSize : 0u) +
         (header.has(layout.priority) ? kPriorityFieldsSize : 0u);
}

// §6.5: an acknowledgement is empty; other SETTINGS frames consist of whole entries.
constexpr bool is_settings_length_wrong(const FrameHeader& header) {
  return header.length % kSettingSize != 0 || (header.has(flags::kAck) && header.length != 0);
}

constexpr bool is_misplaced(const FrameLayout& layout, const FrameHeader& header) {
  return layout.place != FramePlace::kAnywhere &&
         (layout.place == FramePlace::kConnection) != (header.stream_id == 0);
}

// The members of a row that is_header_sound() needs, in eight octets.
struct HeaderBounds {
  uint32_t max_length;
  uint8_t min_length;
  uint8_t places;  // bit 0: stream 0, bit 1: other streams
  uint8_t padded;
  uint8_t priority;
};
inline constexpr auto kHeaderBounds = [] {
  std::array<HeaderBounds, kFrameLayouts.size()> bounds{};
  for (size_t i = 0; i < bounds.size(); ++i) {
    const FrameLayout& layout = kFrameLayouts[i];
    const bool anywhere = layout.place == FramePlace::kAnywhere;
    const int places = (anywhere || layout.place == FramePlace::kConnection ? 1 : 0) +
                       (anywhere || layout.place == FramePlace::kStream ? 2 : 0);
    bounds[i] = {layout.max_length, layout.min_length, static_cast<uint8_t>(places), layout.padded,
                 layout.priority};
  }
  return bounds;
}();

// Whether the header breaks no rule of §4.2, §6 and the extensions.
constexpr bool is_header_sound(const FrameHeader& header, uint32_t max_frame_size) {
  const HeaderBounds& bounds =
      kHeaderBounds[std::min<size_t>(static_cast<size_t>(header.type), kHeaderBounds.size() - 1)];
  const uint32_t least = bounds.min_length + (header.has(bounds.padded) ? kPadLengthSize : 0u) +
                         (header.has(bounds.priority) ? kPriorityFieldsSize : 0u);
  return header.length <= std::min(max_frame_size, bounds.max_length) && header.length >= least &&
         (bounds.places >> (header.stream_id == 0 ? 0 : 1) & 1) != 0 &&
         (header.type != FrameType::kSettings || !is_settings_length_wrong(header));
}

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_FRAME_FRAME_LAYOUT_H_
