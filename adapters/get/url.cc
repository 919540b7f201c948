#include "headrace/adapters/get/url.h"

#include <absl/strings/match.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>

#include "headrace/protocol/message/authority.h"

namespace headrace::get {
namespace {

constexpr uint16_t kHttpPort = 80;
constexpr uint16_t kHttpsPort = 443;

absl::Status mistake(std::string_view url, std::string_view what) {
  std::string message(url);
  message.append(": ").append(what);
  return absl::InvalidArgumentError(message);
}

bool is_visible(char c) { return c > ' ' && c != '\x7f'; }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (is_ascii(c)) {
      encoded.push_back(c);
    } else {
      encoded.append({'%', kHex[octet >> 4], kHex[octet & 15]});
    }
  }
  return encoded;
}

// Parses "host", "host:port" or "[::1]:port". False if the text is none of these.
bool take_authority(std::string_view text, Url* url) {
  const std::optional<Authority> authority = parse_authority(text);
  if (!authority) return false;
  std::string_view host = authority->host;
  if (host.starts_with('[')) {
    host = host.substr(1, host.size() - 2);
    // IPvFuture (RFC 3986 §3.2.2): no version is known here.
    if (host.starts_with('v') || host.starts_with('V')) return false;
  }
  url->host = host;
  url->authority = authority->host;
  const uint16_t default_port = url->tls ? kHttpsPort : kHttpPort;
  url->port = default_port;
  const std::string_view port = authority->port;
  if (port.empty()) return true;  // RFC 3986 §3.2.3
  const auto [rest, error] = std::from_chars(port.data(), port.data() + port.size(), url->port);
  if (error != std::errc() || url->port == 0) return false;
  if (url->port != default_port) url->authority.append(":").append(std::to_string(url->port));
  return true;
}

}  // namespace

std::string Url::origin() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  std::string text(scheme());
  text.append("://").append(is_ipv6 ? "[" + host + "]" : host);
  return text.append(":").append(std::to_string(port));
}

absl::StatusOr<Url> parse_url(std::string_view text) {
  if (!std::ranges::all_of(text, [](char c) { return is_visible(c) || !is_ascii(c); })) {
    return mistake(text, "white space and control characters have to be percent-encoded (%20)");
  }
  Url url;
  std::string_view rest = text.substr(0, text.find('#'));
  const size_t scheme_end = rest.find("://");
  if (scheme_end != std::string_view::npos) {
    const std::string scheme(rest.substr(0, scheme_end));
    url.tls = absl::EqualsIgnoreCase(scheme, "https");
    if (!url.tls && !absl::EqualsIgnoreCase(scheme, "http")) {
      return mistake(text, "the scheme is http or https");
    }
    rest.remove_prefix(scheme_end + 3);
  }
  const size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, authority_end);
  if (authority.find('@') != std::string_view::npos) {
    return mistake(text, "a user name in a URL is not sent; use -H 'authorization: ...'");
  }
  if (!take_authority(authority, &url)) {
    return mistake(text, "there is no host with an optional port after the scheme");
  }
  rest.remove_prefix(authority_end);
  url.target = percent_encode(rest);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

}  // namespace headrace::get
