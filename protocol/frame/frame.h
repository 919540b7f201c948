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

// The frames of RFC 9113 §6 and of its extensions, one type each. `header` is the received header;
// padding is removed and its size reported. Views are valid as long as the frame.

// RFC 9113 §6.3: deprecated; parsed, but not used.
struct PriorityFields {
  bool exclusive = false;
  StreamId depends_on = 0;
  uint8_t weight = 0;  // the octet on the wire, which is the weight less one
};

struct DataFrame {
  FrameHeader header;
  uint32_t padding;  // octets of padding, including the Pad Length field (§6.1)
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
// RFC 7838 §4: an alternative service of `origin` or, on a stream, of the origin of its request.
struct AltSvcFrame {
  FrameHeader header;
  Bytes origin;  // empty on a stream
  Bytes value;   // in the format of the Alt-Svc field
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
  Bytes value;  // in the format of the Priority field
};
// A frame of an unknown type (RFC 9113 §5.5), or an ALTSVC or ORIGIN frame that its RFC requires to
// be ignored.
struct UnknownFrame {
  FrameHeader header;
  Bytes payload;
};

using Frame =
    std::variant<std::monostate, DataFrame, HeadersFrame, PriorityFrame, RstStreamFrame,
                 SettingsFrame, PushPromiseFrame, PingFrame, GoawayFrame, WindowUpdateFrame,
                 ContinuationFrame, AltSvcFrame, OriginFrame, PriorityUpdateFrame, UnknownFrame>;

// Makes a frame own every byte that it refers to.
void own(Frame& frame);
// Marks a frame as handed back (Recycler).
void retire(Frame& frame);

// A handle to a frame; see Recycled. keep(std::move(frame)) makes the frame own its bytes.
using FramePtr = Recycled<Frame>;

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_FRAME_FRAME_H_
