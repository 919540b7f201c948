#include "headrace/websocket/utf8.h"

#include <cstring>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {
namespace {

// The first octet that is not ASCII, or `end`. Most texts have none.
const uint8_t* skip_ascii(const uint8_t* at, const uint8_t* end) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  for (uint64_t word; end - at >= 8; at += 8) {
    std::memcpy(&word, at, 8);
    if ((word & kHighBits) != 0) break;
  }
  while (at != end && *at < 0x80) ++at;
  return at;
}

}  // namespace

size_t Utf8Checker::add(ByteView octets) {
  const uint8_t* const begin = octets.begin();
  const uint8_t* const end = octets.end();
  for (const uint8_t* at = begin; at != end; ++at) {
    if (missing_ == 0) {
      at = skip_ascii(at, end);
      if (at == end) break;
      // The table of RFC 3629 §4, by its first column.
      const uint8_t octet = *at;
      if (octet < 0xc2 || octet > 0xf4) return static_cast<size_t>(at - begin);
      missing_ = octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3;
      if (octet == 0xe0) lowest_ = 0xa0;
      if (octet == 0xed) highest_ = 0x9f;
      if (octet == 0xf0) lowest_ = 0x90;
      if (octet == 0xf4) highest_ = 0x8f;
    } else {
      if (*at < lowest_ || *at > highest_) return static_cast<size_t>(at - begin);
      --missing_;
      lowest_ = 0x80;
      highest_ = 0xbf;
    }
  }
  return octets.size();
}

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace
