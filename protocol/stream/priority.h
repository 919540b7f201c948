#ifndef HEADRACE_PROTOCOL_STREAM_PRIORITY_H_
#define HEADRACE_PROTOCOL_STREAM_PRIORITY_H_

#include <cstdint>

namespace headrace {

// The priority of a response (RFC 9218 §4). The defaults are those of the RFC.
struct Priority {
  static constexpr uint8_t kLevels = 8;

  uint8_t urgency = 3;       // 0 to 7; lower values are sent first (§4.1)
  bool incremental = false;  // the client can use parts of the response (§4.2)

  friend bool operator==(const Priority&, const Priority&) = default;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_PRIORITY_H_
