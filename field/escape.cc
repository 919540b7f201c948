#include "headrace/field/escape.h"

#include <cstdint>

namespace headrace {
HEADRACE_ABI_BEGIN

void append_escaped(std::string_view received, std::string* line) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : received) {
    const auto octet = static_cast<uint8_t>(c);
    if (octet >= ' ' && octet < 0x7f && c != '\\') {
      line->push_back(c);
    } else {
      line->append("\\x");
      line->push_back(kDigits[octet >> 4]);
      line->push_back(kDigits[octet & 15]);
    }
  }
}

HEADRACE_ABI_END
}  // namespace headrace
