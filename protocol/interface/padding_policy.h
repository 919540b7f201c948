#ifndef HEADRACE_PROTOCOL_INTERFACE_PADDING_POLICY_H_
#define HEADRACE_PROTOCOL_INTERFACE_PADDING_POLICY_H_

#include <cstddef>

#include "headrace/memory/abi.h"
#include "headrace/protocol/frame/frame_type.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// RFC 9113 §6.1: the most padding of a frame, in octets, including its Pad Length field.
inline constexpr size_t kMaxPadding = 256;

// Decides how much padding our frames have (RFC 9113 §10.7; Options::padding). It is called inside
// functions of the connection, so it must not call the connection.
class PaddingPolicy {
 public:
  virtual ~PaddingPolicy() = default;
  // The octets to add to a frame, including its Pad Length field: 0 to `room`. `frame`: the header
  // of a DATA, HEADERS or PUSH_PROMISE frame without padding. Padding of DATA counts for flow
  // control.
  virtual size_t padding(const FrameHeader& frame, size_t room) = 0;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_PADDING_POLICY_H_
