#include "headrace/protocol/http1/octet_scan.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "headrace/field/octet_block.h"
#include "headrace/protocol/http1/octet_classes.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {
namespace {

constexpr uint8_t kControl = 1;    // a control character other than HTAB
constexpr uint8_t kInvisible = 2;  // not visible ASCII
constexpr uint8_t kToken = 4;      // tchar

consteval std::array<uint8_t, 256> make_classes() {
  std::array<uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    const bool control = (c < 0x20 && c != '\t') || c == 0x7f;
    const bool visible = c > 0x20 && c < 0x7f;
    classes[static_cast<size_t>(c)] =
        static_cast<uint8_t>((control ? kControl : 0) | (visible ? 0 : kInvisible));
  }
  for (char c : std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    classes[static_cast<uint8_t>(c)] |= kToken;
  }
  return classes;
}
constexpr std::array<uint8_t, 256> kClasses = make_classes();

bool is_in(char c, uint8_t group) { return (kClasses[static_cast<uint8_t>(c)] & group) != 0; }

constexpr char lower(char c) { return 'A' <= c && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

#if HEADRACE_OCTET_BLOCKS
// `suspects(OctetBlock)`: a block that is not 0 in the place of octets that stop the search. The
// last octets, fewer than a block, are left to the caller.
template <typename Suspects>
const char* skip_blocks(const char* at, const char* end, Suspects suspects, bool* found) {
  for (; end - at >= 16; at += 16) {
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(suspects(load_octets(at))));
    if (mask == 0) continue;
    *found = true;
    return at + std::countr_zero(mask);
  }
  return at;
}
#endif  // HEADRACE_OCTET_BLOCKS

}  // namespace

const char* find_control(const char* at, const char* end) {
#if HEADRACE_OCTET_BLOCKS
  bool found = false;
  at = skip_blocks(at, end, controls_of, &found);
  if (found) return at;
#endif
  while (at < end && !is_in(*at, kControl)) ++at;
  return at;
}

const char* find_invisible(const char* at, const char* end) {
#if HEADRACE_OCTET_BLOCKS
  bool found = false;
  at = skip_blocks(at, end, invisible_of, &found);
  if (found) return at;
#endif
  while (at < end && !is_in(*at, kInvisible)) ++at;
  return at;
}

const char* find_invisible_or_fragment(const char* at, const char* end) {
#if HEADRACE_OCTET_BLOCKS
  bool found = false;
  const auto suspects = [](OctetBlock block) {
    return _mm_or_si128(invisible_of(block), _mm_cmpeq_epi8(block, all_octets('#')));
  };
  at = skip_blocks(at, end, suspects, &found);
  if (found) return at;
#endif
  while (at < end && *at != '#' && !is_in(*at, kInvisible)) ++at;
  return at;
}

const char* skip_token(const char* at, const char* end) {
#if HEADRACE_OCTET_BLOCKS
  bool found = false;
  at = skip_blocks(at, end, unusual_of, &found);  // the rest decides what that is
#endif
  while (at < end && is_in(*at, kToken)) ++at;
  return at;
}

void copy_lower(const char* text, size_t size, [[maybe_unused]] size_t readable, char* out) {
#if HEADRACE_OCTET_BLOCKS
  for (; size > 0 && readable >= 16; text += 16, out += 16, readable -= 16) {
    const OctetBlock block = load_octets(text);
    const OctetBlock upper = _mm_and_si128(octets_between(block, 'A', 'Z'), all_octets('a' - 'A'));
    const OctetBlock lowered = _mm_or_si128(block, upper);
    std::memcpy(out, &lowered, sizeof(lowered));
    if (size <= 16) return;
    size -= 16;
  }
#endif
  for (size_t i = 0; i < size; ++i) out[i] = lower(text[i]);
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
