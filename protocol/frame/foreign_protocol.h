#ifndef HEADRACE_PROTOCOL_FRAME_FOREIGN_PROTOCOL_H_
#define HEADRACE_PROTOCOL_FRAME_FOREIGN_PROTOCOL_H_

#include <cstdint>
#include <gsl/span>

#include "headrace/field/rule.h"
#include "headrace/protocol/frame/frame_type.h"

namespace headrace {

// What a peer speaks that does not begin as HTTP/2 does (RFC 9113 §3.4): the most common mistakes
// of a deployment, a port of HTTP/1.x and one of TLS, are called by their names. Null: neither, as
// far as can be seen.

// `octets`: the first of a server, at most nine.
const Rule* foreign_server(gsl::span<const uint8_t> octets);
// The same of the first nine, read as a frame's header.
const Rule* foreign_server(const FrameHeader& first);
// `matched` octets were those of the client's preface, and `octet` was not the next.
const Rule* foreign_client(size_t matched, uint8_t octet);

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_FRAME_FOREIGN_PROTOCOL_H_
