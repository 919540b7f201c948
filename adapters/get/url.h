#ifndef HEADRACE_ADAPTERS_GET_URL_H_
#define HEADRACE_ADAPTERS_GET_URL_H_

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace headrace::get {

// The parts of an http or https URL for a request (RFC 9110 §4.2, RFC 3986 §3).
struct Url {
  bool tls = false;  // https
  std::string host;  // a name, or an IPv4 or IPv6 address without brackets
  uint16_t port = 0;
  std::string authority;  // the value of :authority, without the scheme's default port
  std::string target;     // the value of :path: path and query, at least "/"

  std::string_view scheme() const { return tls ? "https" : "http"; }
  // The origin, which one connection may serve: "http://127.0.0.1:8080".
  std::string origin() const;
};

// Parses a URL. The scheme defaults to http, the fragment is removed, and octets that are not ASCII
// are percent-encoded.
absl::StatusOr<Url> parse_url(std::string_view text);

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_URL_H_
