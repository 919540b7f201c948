#ifndef HEADRACE_PROTOCOL_CONNECTION_PADDING_POLICY_H_
#define HEADRACE_PROTOCOL_CONNECTION_PADDING_POLICY_H_

#include <cstddef>

#include "headrace/memory/abi.h"
#include "headrace/protocol/frame/frame_type.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// RFC 9113 §6.1: a frame's padding, its Pad Length field included, comes to at most this.
inline constexpr size_t kMaxPadding = 256;

// How much padding our frames carry (RFC 9113 §10.7; Options::padding). Called in the middle of the
// connection's work, so it must not call the connection.
class PaddingPolicy {
 public:
  virtual ~PaddingPolicy() = default;
  // Octets to add to a frame, its Pad Length field included: 0 to `room`. `frame` is DATA, HEADERS
  // or PUSH_PROMISE as it would be sent; its length is without padding. Padding of DATA uses up
  // flow control windows.
  virtual size_t padding(const FrameHeader& frame, size_t room) = 0;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_CONNECTION_PADDING_POLICY_H_
