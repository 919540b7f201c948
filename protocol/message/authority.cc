#include "headrace/protocol/message/authority.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "headrace/field/octet_block.h"
#include "headrace/protocol/message/target_syntax.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr uint16_t kHttpPort = 80;
constexpr uint16_t kHttpsPort = 443;

// Classes of octets, a bit each.
constexpr uint8_t kName = 1;    // unreserved and sub-delims (RFC 3986 §2.2, §2.3)
constexpr uint8_t kHex = 2;     // HEXDIG, in either case
constexpr uint8_t kDigit = 4;   // DIGIT
constexpr uint8_t kFuture = 8;  // an IPvFuture's own characters

consteval std::array<uint8_t, 256> make_classes() {
  std::array<uint8_t, 256> classes{};
  const auto add = [&classes](uint8_t bits, std::string_view characters) {
    for (char c : characters) classes[static_cast<uint8_t>(c)] |= bits;
  };
  add(kName | kFuture, "GHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz-._~!$&'()*+,;=");
  add(kName | kFuture | kHex, "ABCDEFabcdef");
  add(kName | kFuture | kHex | kDigit, "0123456789");
  add(kFuture, ":");
  return classes;
}
constexpr std::array<uint8_t, 256> kClasses = make_classes();

bool is_of(uint8_t octet_class, char c) {
  return (kClasses[static_cast<uint8_t>(c)] & octet_class) != 0;
}
bool consists_of(uint8_t octet_class, std::string_view text) {
  return std::ranges::all_of(text, [octet_class](char c) { return is_of(octet_class, c); });
}

// reg-name (RFC 3986 §3.2.2), which includes IPv4 addresses.
bool is_registered_name(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_of(kName, text[i])) continue;
    if (text[i] != '%' || text.size() - i < 3 || !consists_of(kHex, text.substr(i + 1, 2))) {
      return false;
    }
    i += 2;
  }
  return true;
}

// dec-octet: 0 to 255, without leading zeros.
bool is_decimal_octet(std::string_view text) {
  if (text.empty() || text.size() > 3 || !consists_of(kDigit, text)) return false;
  if (text.size() > 1 && text.front() == '0') return false;
  return text.size() < 3 || text <= "255";
}

bool is_ipv4(std::string_view text) {
  for (int i = 0; i < 3; ++i) {
    const size_t dot = text.find('.');
    if (dot == std::string_view::npos || !is_decimal_octet(text.substr(0, dot))) return false;
    text.remove_prefix(dot + 1);
  }
  return is_decimal_octet(text);
}

// IPv6address: eight groups. One "::" may replace one or more of them, and the last two may be
// written as an IPv4 address.
bool is_ipv6(std::string_view text) {
  constexpr size_t kGroups = 8;
  size_t groups = 0;
  bool elided = text.starts_with("::");
  if (elided) text.remove_prefix(2);
  while (!(elided && text.empty())) {  // else it ends with "::"
    const size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (last && is_ipv4(group)) {
      groups += 2;
      break;
    }
    if (group.empty() || group.size() > 4 || !consists_of(kHex, group)) return false;
    if (++groups > kGroups) return false;
    if (last) break;
    text.remove_prefix(colon + 1);
    if (!text.starts_with(':')) {
      if (text.empty()) return false;
      continue;
    }
    if (elided) return false;
    elided = true;
    text.remove_prefix(1);
  }
  return elided ? groups < kGroups : groups == kGroups;
}

// IPvFuture: "v", a hexadecimal version, ".", and an address in the format of that version.
bool is_ip_future(std::string_view text) {
  if (!text.starts_with('v') && !text.starts_with('V')) return false;
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot < 2 || dot + 1 == text.size()) return false;
  return consists_of(kHex, text.substr(1, dot - 1)) && consists_of(kFuture, text.substr(dot + 1));
}

#if HEADRACE_OCTET_BLOCKS
// Whether a text, not empty, has only letters, digits, hyphens and dots, as nearly all hosts do.
bool is_plain_host(std::string_view text) {
  OctetBlock good = all_octets(0xff);
  for_each_octet_block(text, [&good](OctetBlock block) {
    // Between '-' and '9' are '.', '/' and the digits.
    const OctetBlock others =
        _mm_andnot_si128(_mm_cmpeq_epi8(block, all_octets('/')), octets_between(block, '-', '9'));
    const OctetBlock lower = _mm_or_si128(block, all_octets('a' ^ 'A'));
    good = _mm_and_si128(good, _mm_or_si128(octets_between(lower, 'a', 'z'), others));
  });
  return all_ones(good);
}
#else
bool is_plain_host(std::string_view) { return false; }
#endif

// The text without the port at its end, if it has one: digits behind a colon, or none.
std::string_view without_port(std::string_view text) {
  size_t end = text.size();
  while (end > 0 && is_of(kDigit, text[end - 1])) --end;
  return end > 0 && text[end - 1] == ':' ? text.substr(0, end - 1) : text;
}

std::string_view without_default_port(std::string_view authority, std::string_view default_port) {
  const size_t colon = authority.rfind(':');
  // A colon inside an IP literal ("[::1]") does not precede a port.
  if (colon == std::string_view::npos || authority.find(']', colon) != std::string_view::npos) {
    return authority;
  }
  const std::string_view port = authority.substr(colon + 1);
  return port.empty() || port == default_port ? authority.substr(0, colon) : authority;
}

// Empty for other schemes, and for that of CONNECT, which has no default port (RFC 9110 §9.3.6).
std::string_view default_port_text(std::string_view scheme) {
  switch (default_port(scheme)) {
    case kHttpsPort:
      return "443";
    case kHttpPort:
      return "80";
    default:
      return {};
  }
}

}  // namespace

uint16_t default_port(std::string_view scheme) {
  if (equals_ignoring_case(scheme, "https")) return kHttpsPort;
  return equals_ignoring_case(scheme, "http") ? kHttpPort : 0;
}

std::string_view Authority::bare_host() const {
  return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

uint16_t Authority::port_number(uint16_t default_port) const {
  constexpr uint32_t kHighestPort = 65535;
  if (port.empty()) return default_port;
  uint32_t number = 0;
  for (char digit : port) {
    if (!is_of(kDigit, digit)) return 0;
    number = number * 10 + static_cast<uint32_t>(digit - '0');
    if (number > kHighestPort) return 0;
  }
  return static_cast<uint16_t>(number);
}

std::optional<Authority> parse_authority(std::string_view text) {
  const bool is_literal = text.starts_with('[');
  size_t end = text.find(is_literal ? ']' : ':');
  if (is_literal) {
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view address = text.substr(1, end - 1);
    if (!is_ipv6(address) && !is_ip_future(address)) return std::nullopt;
    ++end;
  }
  Authority authority{.host = text.substr(0, end), .port = {}};
  if (authority.host.empty()) return std::nullopt;
  if (!is_literal && !is_registered_name(authority.host)) return std::nullopt;
  if (authority.host.size() == text.size()) return authority;
  if (text[end] != ':') return std::nullopt;
  authority.port = text.substr(end + 1);
  if (!consists_of(kDigit, authority.port)) return std::nullopt;
  return authority;
}

bool is_authority(std::string_view text) {
  const std::string_view host = without_port(text);
  return (!host.empty() && is_plain_host(host)) || parse_authority(text).has_value();
}

bool is_connect_target(std::string_view text) {
  const std::optional<Authority> authority = parse_authority(text);
  return authority && authority->port_number(/*default_port=*/0) > 0;
}

bool is_same_authority(std::string_view a, std::string_view b, std::string_view scheme) {
  if (equals_ignoring_case(a, b)) return true;
  const std::string_view port = default_port_text(scheme);
  return equals_ignoring_case(without_default_port(a, port), without_default_port(b, port));
}

HEADRACE_ABI_END
}  // namespace headrace
