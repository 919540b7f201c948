#ifndef HEADRACE_PROTOCOL_INTERFACE_FRAME_TEXT_H_
#define HEADRACE_PROTOCOL_INTERFACE_FRAME_TEXT_H_

#include <cstdint>
#include <span>
#include <string>

#include "headrace/memory/abi.h"
#include "headrace/protocol/frame/frame_type.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A frame as a line: "HEADERS 1 END_STREAM END_HEADERS (31)", "SETTINGS ACK",
// "SETTINGS MAX_CONCURRENT_STREAMS=100", "WINDOW_UPDATE 1 +65536", "GOAWAY last=7 NO_ERROR "bye"".
// The number in brackets is the payload's size in octets. `payload` may be empty for any header.
// The peer's text is escaped: a line has printable ASCII only.
std::string describe_frame(const FrameHeader& header, std::span<const uint8_t> payload);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_FRAME_TEXT_H_
