#ifndef HEADRACE_PROTOCOL_FRAME_FRAME_H_
#define HEADRACE_PROTOCOL_FRAME_FRAME_H_

#include <cstdint>
#include <variant>

#include "headrace/memory/abi.h"
#include "headrace/memory/bytes.h"
#include "headrace/memory/recycler.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/frame/origin_entries.h"
#include "headrace/protocol/frame/settings_entries.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The frames of RFC 9113 §6 and of its extensions, one type each. `header` is as it came in;
// padding is taken off and counted. Views are valid as long as the frame.

// RFC 9113 §6.3: deprecated, read and ignored.
struct PriorityFields {
  bool exclusive = false;
  StreamId depends_on = 0;
  uint8_t weight = 0;  // as on the wire: one less than the weight
};

struct DataFrame {
  FrameHeader header;
  uint32_t padding;  // octets of the payload that are not data, the Pad Length field among them
  Bytes data;
};
struct HeadersFrame {
  FrameHeader header;
  uint32_t padding;
  bool has_priority;
  PriorityFields priority;
  Bytes fragment;
};
struct PriorityFrame {
  FrameHeader header;
  PriorityFields priority;
};
struct RstStreamFrame {
  FrameHeader header;
  uint32_t error_code;
};
struct SettingsFrame {
  FrameHeader header;
  SettingsEntries entries;
};
struct PushPromiseFrame {
  FrameHeader header;
  uint32_t padding;
  StreamId promised_stream_id;
  Bytes fragment;
};
struct PingFrame {
  FrameHeader header;
  uint64_t opaque;
};
struct GoawayFrame {
  FrameHeader header;
  StreamId last_stream_id;
  uint32_t error_code;
  Bytes debug_data;
};
struct WindowUpdateFrame {
  FrameHeader header;
  uint32_t increment;
};
struct ContinuationFrame {
  FrameHeader header;
  Bytes fragment;
};
// RFC 7838 §4: of the origin that it names, or of that of its stream's request.
struct AltSvcFrame {
  FrameHeader header;
  Bytes origin;  // empty: that of the stream
  Bytes value;   // as an Alt-Svc field has it
};
// RFC 8336 §2
struct OriginFrame {
  FrameHeader header;
  OriginEntries origins;
};
// RFC 9218 §7.1
struct PriorityUpdateFrame {
  FrameHeader header;
  StreamId prioritized_stream_id;
  Bytes value;  // as a Priority field has it
};
// Of a type that is not known (RFC 9113 §5.5); or ALTSVC and ORIGIN that their RFCs tell to ignore.
struct UnknownFrame {
  FrameHeader header;
  Bytes payload;
};

using Frame =
    std::variant<std::monostate, DataFrame, HeadersFrame, PriorityFrame, RstStreamFrame,
                 SettingsFrame, PushPromiseFrame, PingFrame, GoawayFrame, WindowUpdateFrame,
                 ContinuationFrame, AltSvcFrame, OriginFrame, PriorityUpdateFrame, UnknownFrame>;

// Makes a frame own every byte it refers to.
void own(Frame& frame);
// Marks it as handed back (Recycler).
void retire(Frame& frame);

// A handle to a frame; see Recycled. keep(std::move(frame)) makes it independent.
using FramePtr = Recycled<Frame>;

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_FRAME_FRAME_H_
