#ifndef HEADRACE_PROTOCOL_INTERFACE_WINDOW_POLICY_H_
#define HEADRACE_PROTOCOL_INTERFACE_WINDOW_POLICY_H_

#include <cstdint>

namespace headrace {

// When receive credit (RFC 9113 §6.9) is given back to the peer. Increments of one window add up
// until the next pending_output().
enum class WindowPolicy : uint8_t {
  // When the consumed octets are not fewer than those that the peer may still send, that is, at
  // half of a window of which the application holds none. Few WINDOW_UPDATEs, and no peer waits.
  kHalfWindow,
  kImmediate,  // at once: the peer has the whole window, except the octets that are held
  kAutoTuned,  // as kHalfWindow, with windows that grow to the path's bandwidth-delay product
  // The former name. It goes with 1.0; until then programs that have it compile without a warning.
  kFixed = kImmediate,
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_WINDOW_POLICY_H_
