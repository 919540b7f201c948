#include "headrace/protocol/message/target_syntax.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "headrace/field/octet_block.h"
#include "headrace/field/same_text.h"

namespace headrace {
namespace {

// Classes of characters, a bit each.
constexpr uint8_t kToken = 1;
constexpr uint8_t kScheme = 2;
constexpr uint8_t kPath = 4;

consteval std::array<uint8_t, 256> make_classes() {
  std::array<uint8_t, 256> classes{};
  const auto add = [&classes](uint8_t bits, std::string_view characters) {
    for (char c : characters) classes[static_cast<uint8_t>(c)] |= bits;
  };
  add(kToken | kScheme, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
  add(kToken, "!#$%&'*+-.^_`|~");
  add(kScheme, "+-.");
  for (int c = 0x21; c < 0x100; ++c) {
    if (c != 0x7f && c != '#') classes[static_cast<size_t>(c)] |= kPath;
  }
  return classes;
}
constexpr std::array<uint8_t, 256> kClasses = make_classes();

// Has no branch for each character, because nearly all text is valid.
bool consists_of(std::string_view text, uint8_t character_class) {
  uint8_t common = character_class;
  for (char c : text) common &= kClasses[static_cast<uint8_t>(c)];
  return common == character_class;
}

#if HEADRACE_OCTET_BLOCKS
// Whether all characters are of the class kPath.
bool is_path(std::string_view text) {
  OctetBlock lowest = all_octets(0xff);
  OctetBlock others = _mm_setzero_si128();
  for_each_octet_block(text, [&](OctetBlock block) {
    lowest = _mm_min_epu8(lowest, block);
    others = _mm_or_si128(others, _mm_cmpeq_epi8(block, all_octets(0x7f)));
    others = _mm_or_si128(others, _mm_cmpeq_epi8(block, all_octets('#')));
  });
  const OctetBlock low = _mm_cmpeq_epi8(_mm_min_epu8(lowest, all_octets(' ')), lowest);
  return all_zeros(_mm_or_si128(low, others));
}
#else
bool is_path(std::string_view text) { return consists_of(text, kPath); }
#endif

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

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

bool is_origin_path(std::string_view text) {
  return !text.empty() && text.front() == '/' && is_path(text);
}

bool is_origin_path_with_fragment(std::string_view text) {
  const size_t sign = text.find('#');
  return sign != text.npos && is_origin_path(text.substr(0, sign)) &&
         is_path(text.substr(sign + 1));
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (same_text(a, b)) return true;
  for (size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

}  // namespace headrace
