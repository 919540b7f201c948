#ifndef HEADRACE_PROTOCOL_MESSAGE_AUTHORITY_H_
#define HEADRACE_PROTOCOL_MESSAGE_AUTHORITY_H_

#include <optional>
#include <string_view>

namespace headrace {

// An authority without userinfo (RFC 3986 §3.2), taken apart. Views into the text that was parsed.
struct Authority {
  // A registered name, an IPv4 address, or an IP literal with its brackets (§3.2.2); not empty
  // (RFC 9110 §4.2.1).
  std::string_view host;
  // Digits, in any number; empty where the text ends at the colon, or has none (RFC 3986 §3.2.3).
  std::string_view port;
};

// Nothing when the text is no authority. Every "%" begins an escape of two hexadecimal digits;
// there are no zone identifiers (RFC 6874 §1: they mean nothing to others).
std::optional<Authority> parse_authority(std::string_view text);

// What :authority and host are: the same question without the parts, faster for the usual texts.
bool is_authority(std::string_view text);

// RFC 9110 §9.3.6: the target of CONNECT, a host and a port from 1 to 65535.
bool is_connect_target(std::string_view text);

// Whether both name the same host and port under `scheme` (RFC 3986 §6.2.3): upper and lower case
// are the same, and so are an empty port, none, and http's and https's default port.
bool is_same_authority(std::string_view a, std::string_view b, std::string_view scheme);

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_AUTHORITY_H_
