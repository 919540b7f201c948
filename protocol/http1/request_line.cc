#include "headrace/protocol/http1/request_line.h"

#include <cstddef>
#include <cstring>

#include "headrace/protocol/http1/octet_scan.h"
#include "headrace/protocol/http1/rules.h"
#include "headrace/protocol/message/authority.h"
#include "headrace/protocol/message/target_syntax.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {
namespace {

constexpr bool is_digit(char c) { return '0' <= c && c <= '9'; }

Refusal bad(const Rule& rule, std::string_view field = {}) {
  return {kBadRequest, &rule, field, {}};
}

// RFC 9112 §2.3
Refusal parse_version(std::string_view text, RequestLine* line) {
  constexpr std::string_view kName = "HTTP/";
  if (text.size() != kName.size() + 3 || !text.starts_with(kName) || !is_digit(text[5]) ||
      text[6] != '.' || !is_digit(text[7])) {
    return bad(kVersion);
  }
  if (text[5] != '1') return {kVersionNotSupported, &kVersionUnsupported, {}, {}};
  line->is_http10 = text[7] == '0';
  return {};
}

// The rule that keeps the octets behind the method from being a target and a space.
const Rule& broken_target(const char* at, const char* end, const char* begin) {
  if (at == end || at == begin) return kRequestLine;  // no version, or two spaces
  return static_cast<unsigned char>(*at) > 0x7f ? kRawTarget : kTarget;
}

// RFC 9112 §3.2.2: scheme "://" authority path. Null if the text does not begin like that.
const char* end_of_scheme(std::string_view text) {
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon))) return nullptr;
  return text.data() + colon;
}

Refusal parse_absolute(std::string_view text, const char* colon, bool is_options, Target* target) {
  target->scheme = {text.data(), static_cast<size_t>(colon - text.data())};
  std::string_view rest = text.substr(target->scheme.size() + 3);
  const size_t path = rest.find_first_of("/?#");
  target->authority = rest.substr(0, path);
  if (!is_authority(target->authority)) return bad(kTargetAuthority, ":authority");
  // §3.2.4: OPTIONS without a path asks about the server as a whole.
  if (path == std::string_view::npos) {
    target->path = is_options ? "*" : "/";
    return {};
  }
  target->path = rest.substr(path);
  return {};
}

}  // namespace

Refusal parse_request_line(std::string_view text, bool raw_octets, RequestLine* line) {
  const char* const end = text.data() + text.size();
  const char* at = skip_token(text.data(), end);
  if (at == end) return bad(kRequestLine);
  if (*at != ' ' || at == text.data()) return bad(kMethod, ":method");
  line->method = {text.data(), static_cast<size_t>(at - text.data())};
  const char* const begin = ++at;
  for (;; ++at) {
    at = find_invisible(at, end);
    if (at == end || !raw_octets || static_cast<unsigned char>(*at) <= 0x7f) break;
  }
  if (at == end || *at != ' ' || at == begin) return bad(broken_target(at, end, begin), ":path");
  line->target = {begin, static_cast<size_t>(at - begin)};
  line->has_fragment = line->target.find('#') != std::string_view::npos;
  ++at;
  return parse_version({at, static_cast<size_t>(end - at)}, line);
}

size_t read_plain_request_line(std::string_view input, RequestLine* line) {
  constexpr std::string_view kGet = "GET ";  // most often
  constexpr std::string_view kRest = " HTTP/1.1\r\n";
  const char* const begin = input.data();
  const char* const end = begin + input.size();
  const char* const method_end =
      input.starts_with(kGet) ? begin + kGet.size() - 1 : skip_token(begin, end);
  if (method_end == begin || method_end == end || *method_end != ' ') return 0;
  const char* const target = method_end + 1;
  const char* const target_end = find_invisible_or_fragment(target, end);
  if (target_end == target || static_cast<size_t>(end - target_end) < kRest.size() ||
      std::memcmp(target_end, kRest.data(), kRest.size()) != 0) {
    return 0;
  }
  line->method = {begin, static_cast<size_t>(method_end - begin)};
  line->target = {target, static_cast<size_t>(target_end - target)};
  line->has_fragment = false;
  line->is_http10 = false;
  return static_cast<size_t>(target_end - begin) + kRest.size();
}

Refusal parse_target(const RequestLine& line, bool fragment, Target* target) {
  *target = {};
  const std::string_view text = line.target;
  if (line.method == "CONNECT") {
    target->authority = text;
    return is_connect_target(text) ? Refusal{} : bad(kConnectTarget, ":authority");
  }
  const bool is_options = line.method == "OPTIONS";
  if (text.front() == '/') {
    target->path = text;
  } else if (text == "*" && is_options) {
    target->path = text;
  } else if (const char* colon = end_of_scheme(text)) {
    if (Refusal refused = parse_absolute(text, colon, is_options, target)) return refused;
  } else {
    return bad(kTargetForm, ":path");
  }
  return fragment || !line.has_fragment ? Refusal{} : bad(kTargetFragment, ":path");
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
