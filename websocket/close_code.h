#ifndef HEADRACE_WEBSOCKET_CLOSE_CODE_H_
#define HEADRACE_WEBSOCKET_CLOSE_CODE_H_

#include <cstdint>

#include "headrace/memory/abi.h"
#include "headrace/websocket/event.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {

// RFC 6455 §7.4: whether a Close frame may have this code: a registered one that stands for no lack
// of a frame, or one of applications.
constexpr bool may_be_sent(CloseCode code) {
  const auto number = static_cast<uint16_t>(code);
  const bool registered = (number >= 1000 && number <= 1003) || (number >= 1007 && number <= 1014);
  return registered || (number >= 3000 && number <= 4999);
}

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_WEBSOCKET_CLOSE_CODE_H_
