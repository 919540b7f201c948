#ifndef HEADRACE_PROTOCOL_FRAME_FOREIGN_PROTOCOL_H_
#define HEADRACE_PROTOCOL_FRAME_FOREIGN_PROTOCOL_H_

#include <cstdint>
#include <gsl/span>

#include "headrace/field/rule.h"
#include "headrace/protocol/frame/frame_type.h"

namespace headrace {

// Recognises the protocol of a peer whose first octets are not HTTP/2 (RFC 9113 §3.4), so that the
// most common mistakes of a deployment, a port for HTTP/1.x or for TLS, get a rule that names them.
// Null if the octets look like neither.

// A server that answers our preface in HTTP/1.x. It has processed no request.
inline constexpr Rule kServerOfHttp1 = {
    "RFC 9113 §3.4", "the peer's first frame is SETTINGS; this one answers in HTTP/1.x"};

// `octets`: the first octets of a server, at most nine.
const Rule* foreign_server(gsl::span<const uint8_t> octets);
// The same for nine octets that were parsed as a frame header.
const Rule* foreign_server(const FrameHeader& first);
// A client's first octets matched the preface for `matched` octets and went on with `octet`.
const Rule* foreign_client(size_t matched, uint8_t octet);

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_FRAME_FOREIGN_PROTOCOL_H_
