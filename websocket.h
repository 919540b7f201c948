#ifndef HEADRACE_WEBSOCKET_H_
#define HEADRACE_WEBSOCKET_H_

// WebSockets (RFC 6455) in the tunnels that a Connection opens: the opening handshake in both
// roles, by upgrade in HTTP/1.1 and by extended CONNECT in HTTP/2 (RFC 8441), and an Endpoint for
// the octets. See docs/guide/websocket.md.
#include "headrace/websocket/client_handshake.h"
#include "headrace/websocket/endpoint.h"
#include "headrace/websocket/server_handshake.h"

#endif  // HEADRACE_WEBSOCKET_H_
