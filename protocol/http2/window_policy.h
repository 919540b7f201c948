#ifndef HEADRACE_PROTOCOL_HTTP2_WINDOW_POLICY_H_
#define HEADRACE_PROTOCOL_HTTP2_WINDOW_POLICY_H_

#include <cstdint>

namespace headrace {

// When receive credit (RFC 9113 §6.9) goes back to the peer. Increments of one window add up until
// output is asked for.
enum class WindowPolicy : uint8_t {
  // As soon as the peer has no more left than has been used up and not given back: half of a
  // window of which the application holds nothing. Few WINDOW_UPDATEs, and the peer never starves.
  kHalfWindow,
  kImmediate,  // whatever has been used up: the peer has the whole window, but for what is held
  kAutoTuned,  // as kHalfWindow, of windows that grow to what the path delivers in a round trip
  kFixed [[deprecated("kImmediate")]] = kImmediate,
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_WINDOW_POLICY_H_
