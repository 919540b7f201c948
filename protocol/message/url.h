#ifndef HEADRACE_PROTOCOL_MESSAGE_URL_H_
#define HEADRACE_PROTOCOL_MESSAGE_URL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The parts of an http or https URL, as a request and a connection for it need them (RFC 9110 §4.2,
// RFC 3986 §3). Owns its text.
struct Url {
  bool is_https = false;
  std::string host;       // a name or an IPv4 or IPv6 address without brackets; in the URL's case
  uint16_t port = 0;      // to connect to; the scheme's default if the URL has none
  std::string authority;  // the value of :authority: host and port, without the scheme's default
  std::string path;       // the value of :path: path and query, at least "/"

  // The value of :scheme.
  std::string_view scheme() const { return is_https ? "https" : "http"; }
  // What one connection may serve (RFC 9110 §4.3.1), always with its port: "http://[::1]:80".
  std::string origin() const;
};

// Sets the parts of `url`, or returns the rule that the text breaks; `url` is unspecified then. The
// text is absolute: it begins with a scheme. User information is refused, because a sender must not
// generate it (§4.2.4), and so is an address of an unknown version ("[v1.a]"). The fragment is left
// out. Path and query keep the characters that URLs have in practice though RFC 3986 §3.3 does not
// allow them ("|"); octets that are not ASCII are percent-encoded, as in RFC 3987 §3.1. Nothing is
// normalized: no dot segments, no case, no escapes.
const Rule* parse_url(std::string_view text, Url* url);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_URL_H_
