#include "tests/reference/authority.h"

#include <arpa/inet.h>

#include <regex>

namespace reference {
namespace {

bool is_reg_name(const std::string& text) {
  static const std::string kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  static const std::string kSubDelims = "!$&'()*+,;=";
  static const std::string kHexDigits = "0123456789ABCDEFabcdef";
  size_t at = 0;
  while (at < text.size()) {
    if ((kUnreserved + kSubDelims).find(text[at]) != std::string::npos) {
      at += 1;
    } else if (text[at] == '%' && at + 2 < text.size() &&
               kHexDigits.find(text[at + 1]) != std::string::npos &&
               kHexDigits.find(text[at + 2]) != std::string::npos) {
      at += 3;
    } else {
      return false;
    }
  }
  return !text.empty();
}

bool is_ip_literal(const std::string& text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return false;
  const std::string inner = text.substr(1, text.size() - 2);
  in6_addr address{};
  if (inner.find('\0') == std::string::npos && inet_pton(AF_INET6, inner.c_str(), &address) == 1) {
    return true;
  }
  static const std::regex kFuture("[vV][0-9A-Fa-f]+\\.[-A-Za-z0-9._~!$&'()*+,;=:]+");
  constexpr size_t kDeepest = 1000;  // std::regex recurses
  return inner.size() < kDeepest && std::regex_match(inner, kFuture);
}

bool is_port(const std::string& text) {
  return text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

bool is_authority(const std::string& text) {
  for (size_t colon = 0; colon < text.size(); ++colon) {
    if (text[colon] != ':' || !is_port(text.substr(colon + 1))) continue;
    const std::string host = text.substr(0, colon);
    if (is_reg_name(host) || is_ip_literal(host)) return true;
  }
  return is_reg_name(text) || is_ip_literal(text);
}

}  // namespace reference
