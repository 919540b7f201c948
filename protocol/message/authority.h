#ifndef HEADRACE_PROTOCOL_MESSAGE_AUTHORITY_H_
#define HEADRACE_PROTOCOL_MESSAGE_AUTHORITY_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The parts of an authority without userinfo (RFC 3986 §3.2), as views into the parsed text.
struct Authority {
  // A registered name, an IPv4 address, or an IP literal with its brackets (§3.2.2); not empty
  // (RFC 9110 §4.2.1).
  std::string_view host;
  // Any number of digits; empty if there is no port, with or without a colon (RFC 3986 §3.2.3).
  std::string_view port;

  // The host as a resolver, a socket and a certificate have it: an IP literal without its brackets.
  std::string_view bare_host() const;
  // The port as a number from 1 to 65535; `default_port` if it is empty, 0 if it is no such number.
  uint16_t port_number(uint16_t default_port) const;
};

// 443 of https, 80 of http, in any case (RFC 9110 §4.2); 0 of other schemes.
uint16_t default_port(std::string_view scheme);

// Nothing if the text is not an authority. Each "%" must begin an escape of two hexadecimal digits.
// Zone identifiers are refused, because they have no meaning for other hosts (RFC 6874 §1).
std::optional<Authority> parse_authority(std::string_view text);

// Whether parse_authority() would succeed; faster for usual text. For :authority and host.
bool is_authority(std::string_view text);

// RFC 9110 §9.3.6: the target of CONNECT is a host and a port from 1 to 65535.
bool is_connect_target(std::string_view text);

// Whether two authorities have the same host and port under `scheme` (RFC 3986 §6.2.3), without
// regard to case. A missing port and an empty one are equal to the default port of http and https.
bool is_same_authority(std::string_view a, std::string_view b, std::string_view scheme);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_AUTHORITY_H_
