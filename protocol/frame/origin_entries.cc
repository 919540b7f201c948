#include "headrace/protocol/frame/origin_entries.h"

#include <gsl/span>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

size_t load_length(const uint8_t* octets) { return size_t{octets[0]} << 8 | octets[1]; }

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

// RFC 3986 §3.1
bool is_scheme(std::string_view text) {
  if (text.empty() || !is_alpha(text.front())) return false;
  for (char c : text) {
    if (!is_alpha(c) && !is_digit(c) && !is_one_of(c, "+-.")) return false;
  }
  return true;
}

// RFC 3986 §3.2.2: only the characters of a name, an IPv4 address, or an IP literal in brackets.
bool is_host(std::string_view text) {
  const bool literal = text.size() > 2 && text.front() == '[' && text.back() == ']';
  if (literal) text = text.substr(1, text.size() - 2);
  for (char c : text) {
    const bool name = is_alpha(c) || is_digit(c) || is_one_of(c, "-._~%!$&'()*+,;=");
    if (!name && !(literal && c == ':')) return false;
  }
  return !text.empty();
}

// RFC 6454 §6.2: scheme "://" host [ ":" port ]
bool is_origin(std::string_view text) {
  const size_t separator = text.find("://");
  if (separator == std::string_view::npos || !is_scheme(text.substr(0, separator))) return false;
  std::string_view host = text.substr(separator + 3);
  size_t size = host.size();
  while (size > 0 && is_digit(host[size - 1])) --size;
  if (size > 0 && size < host.size() && host[size - 1] == ':') host = host.substr(0, size - 1);
  return is_host(host);
}

}  // namespace

void OriginEntries::Iterator::find() {
  for (; at_ != end_; at_ += kLengthSize + origin_.size()) {
    origin_ = {reinterpret_cast<const char*>(at_) + kLengthSize, load_length(at_)};
    if (is_origin(origin_)) return;
  }
}

bool OriginEntries::are_whole(ByteView payload) {
  gsl::span<const uint8_t> left = payload;
  while (left.size() >= kLengthSize) {
    const size_t size = kLengthSize + load_length(left.data());
    if (size > left.size()) return false;
    left = left.subspan(size);
  }
  return left.empty();
}

HEADRACE_ABI_END
}  // namespace headrace
