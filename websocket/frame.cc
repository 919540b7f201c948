#include "headrace/websocket/frame.h"

#include <algorithm>
#include <cstring>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {
namespace {

constexpr uint8_t kFin = 0x80;
constexpr uint8_t kMasked = 0x80;
constexpr uint8_t kLength16 = 126;
constexpr uint8_t kLength64 = 127;

uint8_t short_length(uint64_t length) {
  if (length < kLength16) return static_cast<uint8_t>(length);
  return length <= 0xffff ? kLength16 : kLength64;
}

// The octets behind it.
size_t length_size(uint8_t length) { return length == kLength64 ? 8 : length == kLength16 ? 2 : 0; }

}  // namespace

// The size of the header, as far as the collected octets determine it.
size_t FrameHeaderReader::needed() const {
  if (size_ < 2) return 2;
  return 2 + length_size(octets_[1] & 0x7f) + ((octets_[1] & kMasked) != 0 ? 4 : 0);
}

std::optional<FrameHeader> FrameHeaderReader::read(ByteView* octets) {
  while (size_ < needed()) {
    if (octets->empty()) return std::nullopt;
    octets_[size_++] = *octets->begin();
    octets->remove_prefix(1);
  }
  const FrameHeader header = parse();
  size_ = 0;
  return header;
}

FrameHeader FrameHeaderReader::parse() const {
  const uint8_t length = octets_[1] & 0x7f;
  const size_t behind = length_size(length);
  FrameHeader header;
  header.fin = (octets_[0] & kFin) != 0;
  header.reserved = octets_[0] >> 4 & 0x7;
  header.opcode = static_cast<Opcode>(octets_[0] & 0xf);
  header.length = behind == 0 ? length : 0;
  for (size_t i = 0; i < behind; ++i) header.length = header.length << 8 | octets_[2 + i];
  header.shortest = length == short_length(header.length);
  if ((octets_[1] & kMasked) != 0) {
    header.mask.emplace();
    std::copy_n(octets_.data() + 2 + behind, header.mask->size(), header.mask->data());
  }
  return header;
}

uint8_t* write_frame_header(const FrameHeader& header, uint8_t* out) {
  const uint8_t length = short_length(header.length);
  *out++ = static_cast<uint8_t>((header.fin ? kFin : 0) | (header.reserved & 0x7) << 4 |
                                (static_cast<uint8_t>(header.opcode) & 0xf));
  *out++ = static_cast<uint8_t>((header.mask ? kMasked : 0) | length);
  for (size_t left = length_size(length); left-- > 0;) {
    *out++ = static_cast<uint8_t>(header.length >> (8 * left));
  }
  return header.mask ? std::copy(header.mask->begin(), header.mask->end(), out) : out;
}

void apply_mask(const Mask& mask, uint64_t position, ByteView octets, uint8_t* out) {
  // The mask as it meets the first octet, twice: a word at a time.
  uint8_t turned[8];
  for (size_t i = 0; i < sizeof(turned); ++i) turned[i] = mask[(position + i) % mask.size()];
  uint64_t pattern;
  std::memcpy(&pattern, turned, sizeof(pattern));
  const uint8_t* at = octets.begin();
  for (; octets.end() - at >= 8; at += 8, out += 8) {
    uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    word ^= pattern;
    std::memcpy(out, &word, sizeof(word));
  }
  for (size_t i = 0; at != octets.end(); ++i) *out++ = *at++ ^ turned[i];
}

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace
