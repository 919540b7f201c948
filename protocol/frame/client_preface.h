#ifndef HEADRACE_PROTOCOL_FRAME_CLIENT_PREFACE_H_
#define HEADRACE_PROTOCOL_FRAME_CLIENT_PREFACE_H_

#include <string_view>

namespace headrace {

// RFC 9113 §3.4: the first 24 octets that a client sends; a SETTINGS frame follows.
inline constexpr std::string_view kClientPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_FRAME_CLIENT_PREFACE_H_
