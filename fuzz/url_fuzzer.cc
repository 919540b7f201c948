// URLs, and those of `get`, which need no scheme, against the expression of RFC 3986, Appendix B.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <regex>
#include <string>

#include "fuzz/balanced.h"
#include "fuzz/require.h"
#include "headrace/adapters/get/url.h"
#include "headrace/protocol/message/url.h"
#include "tests/reference/authority.h"

namespace headrace::fuzz {
namespace {

using get::parse_url;

constexpr size_t kLongest = 600;  // std::regex recurses

bool is_same(const Url& a, const Url& b) {
  return a.is_https == b.is_https && a.host == b.host && a.port == b.port &&
         a.authority == b.authority && a.path == b.path;
}

std::string percent_encoded(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    char escaped[4];
    std::snprintf(escaped, sizeof(escaped), "%%%02X", octet);
    octet < 0x80 ? result.push_back(c) : static_cast<void>(result.append(escaped));
  }
  return result;
}

// What the parts say is what the text said.
void check_parts(const std::string& text, const Url& url) {
  static const std::regex kParts("(?:([^:/?#]+)://)?([^/?#]*)([^?#]*)(\\?[^#]*)?(?:#[^]*)?");
  const std::string whole =
      text.find("://") < text.find_first_of("/?#") || text.find("://") == text.find_first_of(":/?#")
          ? text
          : "http://" + text;
  std::smatch parts;
  require(std::regex_match(whole, parts, kParts), "what was taken is no URL");
  const std::string path = parts[3].str().empty() ? "/" : parts[3].str();
  require(url.path == percent_encoded(path + parts[4].str()), "the target is another");
  const std::string authority = parts[2].str();
  require(authority.starts_with(url.host) || authority.starts_with("[" + url.host + "]"),
          "the host is another");
  require(reference::is_authority(authority), "what was taken for an authority is none");
}

void play(std::string_view input) {
  const std::string text(input.substr(0, kLongest));
  const auto url = parse_url(text);
  Url same;
  if (headrace::parse_url(text, &same) == nullptr) {
    require(url.ok() && is_same(*url, same), "`get` takes another URL");
  }
  if (!url.ok()) {
    require(url.status().message().size() > text.size(), "a mistake without a reason");
    require(std::string(url.status().message()).starts_with(text), "a mistake of another URL");
    return;
  }
  require(url->port != 0 && !url->host.empty(), "there is nothing to connect to");
  require(reference::is_authority(url->authority), ":authority is none");
  require(url->path.starts_with('/'), "the target does not begin with a slash");
  for (const std::string* part : {&url->host, &url->authority, &url->path}) {
    require(std::ranges::all_of(*part, [](char c) { return c > ' ' && c < '\x7f'; }),
            "a part has characters that no request has");
  }
  check_parts(text, *url);
  const auto again = parse_url(url->origin() + url->path);
  require(again.ok() && is_same(*again, *url), "origin and target are not the URL");
  const auto with_fragment = parse_url(text.substr(0, text.find('#')) + "#other?/:@[");
  require(with_fragment.ok() && is_same(*with_fragment, *url), "the fragment says something");
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, headrace::fuzz::play);
}
