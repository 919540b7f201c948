#include "field/field_syntax.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace headrace::inline HEADRACE_ABI {
namespace {

// RFC 9110 §5.6.2: tchar, without the upper case that RFC 9113 §8.2.1 excludes.
constexpr std::array<bool, 256> make_name_characters() {
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

// The same for sixteen octets.
bool has_forbidden_16(const char* bytes) {
#if defined(__SSE2__)
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const __m128i found = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_setzero_si128()),
                                     _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('\n')),
                                                  _mm_cmpeq_epi8(block, _mm_set1_epi8('\r'))));
  return _mm_movemask_epi8(found) != 0;
#else
  return (has_forbidden(load<uint64_t>(bytes)) | has_forbidden(load<uint64_t>(bytes + 8))) != 0;
#endif
}

// Any length is covered by whole blocks; the last one overlaps the one before.
bool has_forbidden_character(std::string_view value) {
  const char* begin = value.data();
  const size_t size = value.size();
  if (size >= 16) {
    for (size_t i = 0; i + 16 <= size; i += 16) {
      if (has_forbidden_16(begin + i)) return true;
    }
    return has_forbidden_16(begin + size - 16);
  }
  if (size >= 8) {
    return (has_forbidden(load<uint64_t>(begin)) |
            has_forbidden(load<uint64_t>(begin + size - 8))) != 0;
  }
  if (size >= 4) {
    return has_forbidden(load<uint32_t>(begin) | load<uint32_t>(begin + size - 4) << 32) != 0;
  }
  for (char c : value) {
    if (c == '\0' || c == '\n' || c == '\r') return true;
  }
  return false;
}

constexpr bool is_white_space(char c) { return c == ' ' || c == '\t'; }

}  // namespace

bool is_valid_field_name(std::string_view name) {
  if (!name.empty() && name.front() == ':') name.remove_prefix(1);
  if (name.empty()) return false;
  for (char c : name) {
    if (!kNameCharacters[static_cast<uint8_t>(c)]) return false;
  }
  return true;
}

FieldSyntax check_field_value(std::string_view value) {
  if (value.empty()) return FieldSyntax::kValid;
  if (has_forbidden_character(value)) return FieldSyntax::kInvalidValue;
  if (is_white_space(value.front()) || is_white_space(value.back())) {
    return FieldSyntax::kPaddedValue;
  }
  return FieldSyntax::kValid;
}

FieldSyntax check_field(std::string_view name, std::string_view value) {
  return is_valid_field_name(name) ? check_field_value(value) : FieldSyntax::kInvalidName;
}

std::string_view trim_field_value(std::string_view value) {
  while (!value.empty() && is_white_space(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_white_space(value.back())) value.remove_suffix(1);
  return value;
}

}  // namespace headrace::inline HEADRACE_ABI
