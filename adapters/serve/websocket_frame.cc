#include "headrace/adapters/serve/websocket_frame.h"

#include <algorithm>
#include <gsl/span>

namespace headrace::serve {
namespace {

constexpr uint8_t kFin = 0x80;
constexpr uint8_t kMasked = 0x80;
constexpr uint8_t kLength16 = 126;
constexpr uint8_t kLength64 = 127;

uint64_t number(gsl::span<const uint8_t> octets) {
  uint64_t value = 0;
  for (uint8_t octet : octets) value = value << 8 | octet;
  return value;
}

size_t length_size(uint8_t length) { return length == kLength64 ? 8 : length == kLength16 ? 2 : 0; }

}  // namespace

// The size of the header, as far as the collected octets determine it.
size_t WebSocketHeaderReader::needed() const {
  if (size_ < 2) return 2;
  return 2 + length_size(octets_[1] & 0x7f) + ((octets_[1] & kMasked) != 0 ? 4 : 0);
}

std::optional<WebSocketFrameHeader> WebSocketHeaderReader::read(gsl::span<const uint8_t>* bytes) {
  while (size_ < needed()) {
    if (bytes->empty()) return std::nullopt;
    octets_[size_++] = bytes->front();
    *bytes = bytes->subspan(1);
  }
  const gsl::span<const uint8_t> octets(octets_);
  const uint8_t short_length = octets[1] & 0x7f;
  const size_t mask_at = 2 + length_size(short_length);
  WebSocketFrameHeader header;
  header.fin = (octets[0] & kFin) != 0;
  header.reserved = octets[0] >> 4 & 0x7;
  header.opcode = static_cast<WebSocketOpcode>(octets[0] & 0xf);
  header.masked = (octets[1] & kMasked) != 0;
  header.length = mask_at == 2 ? short_length : number(octets.subspan(2, mask_at - 2));
  if (header.masked) std::copy_n(octets.begin() + mask_at, 4, header.mask.begin());
  size_ = 0;
  return header;
}

void apply_mask(const std::array<uint8_t, 4>& mask, uint64_t position, gsl::span<char> octets) {
  for (char& octet : octets) octet = static_cast<char>(octet ^ mask[position++ % 4]);
}

void append_websocket_frame(WebSocketOpcode opcode, std::string_view payload, std::string* out) {
  out->push_back(static_cast<char>(kFin | static_cast<uint8_t>(opcode)));
  const uint64_t size = payload.size();
  const uint8_t length = size < kLength16 ? static_cast<uint8_t>(size)
                         : size <= 0xffff ? kLength16
                                          : kLength64;
  out->push_back(static_cast<char>(length));
  for (size_t left = length_size(length); left-- > 0;) {
    out->push_back(static_cast<char>(size >> (8 * left)));
  }
  out->append(payload);
}

}  // namespace headrace::serve
