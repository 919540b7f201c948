#ifndef HEADRACE_FUZZ_PIECES_H_
#define HEADRACE_FUZZ_PIECES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <string_view>
#include <vector>

namespace headrace::fuzz {

inline gsl::span<const uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// `text` in pieces of the sizes that `cuts` says, an octet a size, again and again; some are empty.
inline std::vector<std::string_view> pieces(std::string_view text, std::string_view cuts) {
  std::vector<std::string_view> result;
  size_t at = 0;
  while (!text.empty()) {
    const size_t size = cuts.empty() ? 1 : static_cast<uint8_t>(cuts[at % cuts.size()]) % 32;
    // Sizes of nothing but 0 would never come to an end.
    const size_t taken = size == 0 && at % 2 == 1 ? 1 : size;
    result.push_back(text.substr(0, taken));
    text.remove_prefix(std::min(taken, text.size()));
    ++at;
  }
  return result;
}

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_PIECES_H_
