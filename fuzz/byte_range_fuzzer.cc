// Range requests (RFC 9110 §14.1.2): every octet of a small representation is asked whether it is
// in.
#include <cstddef>
#include <cstdint>
#include <regex>
#include <string>

#include "fuzz/balanced.h"
#include "fuzz/draws.h"
#include "fuzz/require.h"
#include "headrace/adapters/serve/byte_range.h"

namespace headrace::fuzz {
namespace {

using serve::ByteRange;
using serve::parse_byte_range;

constexpr size_t kLongest = 200;  // std::regex recurses

// Whether a <= b, of numbers however long.
bool at_most(std::string a, std::string b) {
  a.erase(0, a.find_first_not_of('0'));
  b.erase(0, b.find_first_not_of('0'));
  return a.size() != b.size() ? a.size() < b.size() : a <= b;
}

void check_small(const std::string& value, uint64_t total) {
  const ByteRange range = parse_byte_range(value, total);
  static const std::regex kRange("bytes=([0-9]*)-([0-9]*)");
  std::smatch parts;
  // (An empty representation has no octet that a range could name.)
  const bool is_range =
      total > 0 && std::regex_match(value, parts, kRange) &&
      (parts[1].length() > 0 || parts[2].length() > 0) &&
      (parts[1].length() == 0 || parts[2].length() == 0 || at_most(parts[1], parts[2]));
  require((range.kind == ByteRange::Kind::kWhole) == !is_range, "it is a range, or it is none");
  if (!is_range) return;
  uint64_t inside = 0;
  for (uint64_t i = 0; i < total; ++i) {
    const bool wanted = parts[1].length() == 0
                            ? at_most(std::to_string(total - i), parts[2])
                            : at_most(parts[1], std::to_string(i)) &&
                                  (parts[2].length() == 0 || at_most(std::to_string(i), parts[2]));
    const bool given =
        range.kind == ByteRange::Kind::kPart && i >= range.first && i - range.first < range.size;
    require(wanted == given, "an octet too many or too few");
    inside += given ? 1 : 0;
  }
  require((inside == 0) == (range.kind == ByteRange::Kind::kUnsatisfiable), "an empty part");
  if (inside > 0) require(inside == range.size, "a part beyond the end");
}

void play(std::string_view input) {
  Draws draws(input);
  const uint64_t small = draws.below(70);
  const uint64_t large = uint64_t{draws.number()} << 32 | draws.number();
  const std::string value = draws.octets(kLongest);
  check_small(value, small);
  check_small("bytes=" + value, small);
  for (const uint64_t total : {large, ~uint64_t{0}}) {
    const ByteRange range = parse_byte_range("bytes=" + value, total);
    if (range.kind != ByteRange::Kind::kPart) continue;
    require(range.size > 0 && range.first < total && range.size <= total - range.first,
            "a part beyond the end");
  }
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, headrace::fuzz::play);
}
