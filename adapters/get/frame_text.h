#ifndef HEADRACE_ADAPTERS_GET_FRAME_TEXT_H_
#define HEADRACE_ADAPTERS_GET_FRAME_TEXT_H_

#include <cstdint>
#include <gsl/span>
#include <string>

#include "headrace/protocol/frame/frame_type.h"

namespace headrace::get {

// A frame as a line: "HEADERS 1 END_STREAM END_HEADERS (31)", "SETTINGS ACK",
// "SETTINGS MAX_CONCURRENT_STREAMS=100", "WINDOW_UPDATE 1 +65536", "GOAWAY last=7 NO_ERROR "bye"".
// The number in brackets is the payload's size in octets. `payload` may be empty for any header.
std::string describe_frame(const FrameHeader& header, gsl::span<const uint8_t> payload);

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_FRAME_TEXT_H_
