#include "headrace/protocol/message/url.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "headrace/protocol/message/authority.h"
#include "headrace/protocol/message/target_syntax.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr Rule kEscaped = {"RFC 3986 §2.1",
                           "white space and control characters in a URL are percent-encoded (%20)"};
constexpr Rule kScheme = {"RFC 9110 §4.2", "the scheme of a URL is http or https"};
constexpr Rule kUserinfo = {"RFC 9110 §4.2.4", "a URL has no user name and password"};
constexpr Rule kHost = {"RFC 9110 §4.2.1", "a URL has a host, with an optional port"};
constexpr Rule kKnownAddress = {"RFC 3986 §3.2.2",
                                "an address in brackets is IPv6; no other version is known"};
constexpr Rule kPort = {"RFC 3986 §3.2.3", "the port of a URL is a number from 1 to 65535"};

constexpr std::string_view kAfterScheme = "://";

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_visible(char c) { return !is_ascii(c) || (c > ' ' && c != '\x7f'); }

void append_percent_encoded(std::string_view text, std::string* encoded) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (is_ascii(c)) {
      encoded->push_back(c);
    } else {
      encoded->append({'%', kHex[octet >> 4], kHex[octet & 15]});
    }
  }
}

const Rule* read_authority(std::string_view text, Url* url) {
  if (text.find('@') != std::string_view::npos) return &kUserinfo;
  const std::optional<Authority> authority = parse_authority(text);
  if (!authority) return &kHost;
  url->host = authority->bare_host();
  const bool is_literal = authority->host.starts_with('[');
  if (is_literal && (url->host.front() == 'v' || url->host.front() == 'V')) return &kKnownAddress;
  const uint16_t usual_port = default_port(url->scheme());
  url->port = authority->port_number(usual_port);
  if (url->port == 0) return &kPort;
  url->authority = authority->host;
  if (url->port != usual_port) url->authority.append(":").append(std::to_string(url->port));
  return nullptr;
}

}  // namespace

std::string Url::origin() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  std::string text(scheme());
  text.append(kAfterScheme).append(is_ipv6 ? "[" + host + "]" : host);
  return text.append(":").append(std::to_string(port));
}

const Rule* parse_url(std::string_view text, Url* url) {
  if (!std::ranges::all_of(text, is_visible)) return &kEscaped;
  std::string_view rest = text.substr(0, text.find('#'));
  const size_t scheme_size = rest.find(kAfterScheme);
  if (scheme_size == std::string_view::npos) return &kScheme;
  const std::string_view scheme = rest.substr(0, scheme_size);
  if (!is_http_scheme(scheme)) return &kScheme;
  url->is_https = default_port(scheme) == default_port("https");
  rest.remove_prefix(scheme_size + kAfterScheme.size());

  const size_t authority_size = std::min(rest.find_first_of("/?"), rest.size());
  if (const Rule* broken = read_authority(rest.substr(0, authority_size), url)) return broken;
  rest.remove_prefix(authority_size);
  url->path = rest.starts_with('/') ? "" : "/";
  append_percent_encoded(rest, &url->path);
  return nullptr;
}

HEADRACE_ABI_END
}  // namespace headrace
