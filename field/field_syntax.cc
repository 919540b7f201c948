#include "headrace/field/field_syntax.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "headrace/field/octet_block.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// RFC 9110 §5.6.2: tchar, without upper-case letters (RFC 9113 §8.2.1).
consteval std::array<bool, 256> make_name_characters() {
  std::array<bool, 256> allowed{};
  for (char c : std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")) {
    allowed[static_cast<uint8_t>(c)] = true;
  }
  return allowed;
}
constexpr std::array<bool, 256> kNameCharacters = make_name_characters();

constexpr uint64_t kEachByte = 0x0101010101010101;

template <typename Word>
uint64_t load(const char* bytes) {
  Word word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

// Non-zero if one of the word's eight octets is zero.
constexpr uint64_t has_zero(uint64_t word) { return (word - kEachByte) & ~word & (kEachByte << 7); }

// Non-zero if one of eight octets is NUL, LF or CR.
constexpr uint64_t has_forbidden(uint64_t word) {
  return has_zero(word) | has_zero(word ^ (kEachByte * '\n')) | has_zero(word ^ (kEachByte * '\r'));
}

// Reads whole words, the last of which may overlap the one before.
bool has_forbidden_character(std::string_view value) {
  const char* begin = value.data();
  const size_t size = value.size();
  if (size >= 8) {
    for (size_t i = 0; i + 8 <= size; i += 8) {
      if (has_forbidden(load<uint64_t>(begin + i)) != 0) return true;
    }
    return has_forbidden(load<uint64_t>(begin + size - 8)) != 0;
  }
  if (size >= 4) {
    return has_forbidden(load<uint32_t>(begin) | load<uint32_t>(begin + size - 4) << 32) != 0;
  }
  for (char c : value) {
    if (c == '\0' || c == '\n' || c == '\r') return true;
  }
  return false;
}

// Fast tests that nearly all text passes: names of lower-case letters, digits and hyphens; values
// without octets up to CR. Text that does not pass may be valid nevertheless.
#if HEADRACE_OCTET_BLOCKS
bool is_plain_name(std::string_view name) {
  OctetBlock good = all_octets(0xff);
  for_each_octet_block(name, [&good](OctetBlock block) {
    good = _mm_and_si128(good, _mm_or_si128(_mm_cmpeq_epi8(block, all_octets('-')),
                                            _mm_or_si128(octets_between(block, 'a', 'z'),
                                                         octets_between(block, '0', '9'))));
  });
  return all_ones(good);
}
bool is_plain_value(std::string_view value) {
  OctetBlock lowest = all_octets(0xff);
  for_each_octet_block(value,
                       [&lowest](OctetBlock block) { lowest = _mm_min_epu8(lowest, block); });
  return all_zeros(_mm_cmpeq_epi8(_mm_min_epu8(lowest, all_octets('\r')), lowest));
}
#else
bool is_plain_name(std::string_view) { return false; }
bool is_plain_value(std::string_view) { return false; }
#endif

constexpr bool is_white_space(char c) { return c == ' ' || c == '\t'; }

}  // namespace

bool is_valid_field_name(std::string_view name) {
  if (!name.empty() && name.front() == ':') name.remove_prefix(1);
  if (name.empty()) return false;
  if (is_plain_name(name)) return true;
  for (char c : name) {
    if (!kNameCharacters[static_cast<uint8_t>(c)]) return false;
  }
  return true;
}

FieldSyntax check_field_value(std::string_view value) {
  if (value.empty()) return FieldSyntax::kValid;
  if (!is_plain_value(value) && has_forbidden_character(value)) return FieldSyntax::kInvalidValue;
  if (is_white_space(value.front()) || is_white_space(value.back())) {
    return FieldSyntax::kPaddedValue;
  }
  return FieldSyntax::kValid;
}

FieldSyntax check_field(std::string_view name, std::string_view value, FieldName known_name) {
  return is_known(known_name) || is_valid_field_name(name) ? check_field_value(value)
                                                           : FieldSyntax::kInvalidName;
}

std::string_view trim_field_value(std::string_view value) {
  while (!value.empty() && is_white_space(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_white_space(value.back())) value.remove_suffix(1);
  return value;
}

HEADRACE_ABI_END
}  // namespace headrace
