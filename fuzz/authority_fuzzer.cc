// What is an authority, and its parts (RFC 3986 §3.2), against a slow second opinion.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/balanced.h"
#include "fuzz/require.h"
#include "headrace/protocol/message/authority.h"
#include "tests/reference/authority.h"

namespace headrace::fuzz {
namespace {

constexpr size_t kLongest = 900;  // the second opinion recurses

bool has_tcp_port(std::string_view port) {
  const size_t first = std::min(port.find_first_not_of('0'), port.size());
  uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data() + first, port.data() + port.size(), number);
  return error == std::errc() && end == port.data() + port.size();
}

void play(std::string_view input) {
  const std::string text(input.substr(0, kLongest));
  const bool expected = reference::is_authority(text);
  const std::optional<Authority> parsed = parse_authority(text);
  require(is_authority(text) == expected, "is_authority() is of another opinion");
  require(parsed.has_value() == expected, "parse_authority() is of another opinion");
  if (!parsed) {
    require(!is_connect_target(text), "CONNECT's target is no authority");
    return;
  }
  const std::string host(parsed->host);
  const std::string port(parsed->port);
  require(text == host || text == host + ":" + port, "the parts are not those of the text");
  require(reference::is_authority(host), "the host is none by itself");
  require(is_connect_target(text) == has_tcp_port(port), "CONNECT's port is misjudged");
  for (const char* scheme : {"http", "https", "coap", ""}) {
    require(is_same_authority(text, text, scheme), "it differs from itself");
    require(is_same_authority(host, host + ":", scheme), "an empty port differs from none");
  }
  require(is_same_authority(host + ":80", host, "http"), "http's port is 80");
  require(!is_same_authority(host + ":80", host, "https"), "https's port is not 80");
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, headrace::fuzz::play);
}
