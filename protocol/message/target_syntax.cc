#include "protocol/message/target_syntax.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "field/octet_block.h"

namespace headrace {
namespace {

// What a character may be part of, a bit each.
constexpr uint8_t kToken = 1;
constexpr uint8_t kScheme = 2;
constexpr uint8_t kAuthority = 4;
constexpr uint8_t kPath = 8;

constexpr std::array<uint8_t, 256> make_classes() {
  std::array<uint8_t, 256> classes{};
  const auto add = [&classes](uint8_t bits, std::string_view characters) {
    for (char c : characters) classes[static_cast<uint8_t>(c)] |= bits;
  };
  add(kToken | kScheme | kAuthority,
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
  add(kToken, "!#$%&'*+-.^_`|~");
  add(kScheme, "+-.");
  // unreserved, pct-encoded, sub-delims, and what sets off ports and IP literals
  add(kAuthority, "-._~%!$&'()*+,;=:[]");
  for (int c = 0x21; c < 0x100; ++c) {
    if (c != 0x7f) classes[static_cast<size_t>(c)] |= kPath;
  }
  return classes;
}
constexpr std::array<uint8_t, 256> kClasses = make_classes();

// Without a branch a character, since nearly all texts are good.
bool consists_of(std::string_view text, uint8_t character_class) {
  uint8_t common = character_class;
  for (char c : text) common &= kClasses[static_cast<uint8_t>(c)];
  return common == character_class;
}

#if HEADRACE_OCTET_BLOCKS
// Of kPath, all of it.
bool is_path(std::string_view text) {
  OctetBlock lowest = all_octets(0xff);
  OctetBlock deletes = _mm_setzero_si128();
  for_each_octet_block(text, [&](OctetBlock block) {
    lowest = _mm_min_epu8(lowest, block);
    deletes = _mm_or_si128(deletes, _mm_cmpeq_epi8(block, all_octets(0x7f)));
  });
  const OctetBlock low = _mm_cmpeq_epi8(_mm_min_epu8(lowest, all_octets(' ')), lowest);
  return all_zeros(_mm_or_si128(low, deletes));
}
// Of lower-case letters, digits, hyphens, dots and colons, as nearly all authorities are.
bool is_plain_authority(std::string_view text) {
  OctetBlock good = all_octets(0xff);
  for_each_octet_block(text, [&good](OctetBlock block) {
    // From '-' to ':' there are the digits, '.' and '/'.
    const OctetBlock others =
        _mm_andnot_si128(_mm_cmpeq_epi8(block, all_octets('/')), octets_between(block, '-', ':'));
    good = _mm_and_si128(good, _mm_or_si128(octets_between(block, 'a', 'z'), others));
  });
  return all_ones(good);
}
#else
bool is_path(std::string_view text) { return consists_of(text, kPath); }
bool is_plain_authority(std::string_view) { return false; }
#endif

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string_view without_default_port(std::string_view authority, std::string_view default_port) {
  const size_t colon = authority.rfind(':');
  // Inside of an IP literal a colon sets off no port: "[::1]".
  if (colon == std::string_view::npos || authority.find(']', colon) != std::string_view::npos) {
    return authority;
  }
  const std::string_view port = authority.substr(colon + 1);
  return port.empty() || port == default_port ? authority.substr(0, colon) : authority;
}

}  // namespace

bool is_token(std::string_view text) { return !text.empty() && consists_of(text, kToken); }

bool is_scheme(std::string_view text) {
  if (text.empty() || !consists_of(text, kScheme)) return false;
  const char first = to_lower(text.front());
  return first >= 'a' && first <= 'z';
}

bool is_http_scheme(std::string_view scheme) {
  if (scheme == "https" || scheme == "http") return true;
  return equals_ignoring_case(scheme, "https") || equals_ignoring_case(scheme, "http");
}

bool is_authority(std::string_view text) {
  return !text.empty() && (is_plain_authority(text) || consists_of(text, kAuthority));
}

bool is_same_authority(std::string_view a, std::string_view b, std::string_view scheme) {
  if (equals_ignoring_case(a, b)) return true;
  const std::string_view port = equals_ignoring_case(scheme, "https") ? "443" : "80";
  return equals_ignoring_case(without_default_port(a, port), without_default_port(b, port));
}

bool is_origin_path(std::string_view text) {
  return !text.empty() && text.front() == '/' && is_path(text);
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

}  // namespace headrace
