#include "headrace/adapters/serve/utf8.h"

#include <gsl/span>

namespace headrace::serve {

bool Utf8Checker::add(gsl::span<const uint8_t> octets) {
  for (uint8_t octet : octets) {
    if (missing_ > 0) {
      if (octet < lowest_ || octet > highest_) return false;
      --missing_;
      lowest_ = 0x80;
      highest_ = 0xbf;
    } else if (octet >= 0x80) {
      // The table of RFC 3629 §4, by its first column.
      if (octet < 0xc2 || octet > 0xf4) return false;
      missing_ = octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3;
      if (octet == 0xe0) lowest_ = 0xa0;
      if (octet == 0xed) highest_ = 0x9f;
      if (octet == 0xf0) lowest_ = 0x90;
      if (octet == 0xf4) highest_ = 0x8f;
    }
  }
  return true;
}

}  // namespace headrace::serve
