#include "headrace/adapters/serve/byte_range.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>

namespace headrace::serve {
namespace {

// Parses 1*DIGIT; a number that is too large becomes the largest one.
std::optional<uint64_t> parse_number(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
  uint64_t number = 0;
  for (char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<uint64_t>(c - '0');
    number = number > (kMax - digit) / 10 ? kMax : number * 10 + digit;
  }
  return number;
}

// Compares two numbers of any length.
bool is_less(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

ByteRange part(uint64_t first, uint64_t size) { return {ByteRange::Kind::kPart, first, size}; }

}  // namespace

ByteRange parse_byte_range(std::string_view value, uint64_t total) {
  constexpr std::string_view kUnit = "bytes=";
  constexpr ByteRange kWhole;
  constexpr ByteRange kUnsatisfiable{ByteRange::Kind::kUnsatisfiable, 0, 0};
  // An empty representation has no octet to name: RFC 9110 §14.2 lets the range be ignored, and
  // "-5" is satisfiable (§14.1.2).
  if (total == 0 || !value.starts_with(kUnit)) return kWhole;
  const std::string_view spec = value.substr(kUnit.size());
  const size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return kWhole;
  const std::optional<uint64_t> first = parse_number(spec.substr(0, dash));
  const std::optional<uint64_t> last = parse_number(spec.substr(dash + 1));

  if (dash == 0) {  // suffix-range: the last octets
    if (!last) return kWhole;
    if (*last == 0) return kUnsatisfiable;
    const uint64_t size = std::min(*last, total);
    return part(total - size, size);
  }
  const bool open_ended = dash + 1 == spec.size();
  if (!first || (!last && !open_ended)) return kWhole;
  if (last && is_less(spec.substr(dash + 1), spec.substr(0, dash))) return kWhole;
  if (*first >= total) return kUnsatisfiable;
  const uint64_t end = open_ended ? total - 1 : std::min(*last, total - 1);
  return part(*first, end - *first + 1);
}

}  // namespace headrace::serve
