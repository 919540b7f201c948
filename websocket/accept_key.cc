#include "headrace/websocket/accept_key.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <vector>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 §1.3

using Digest = std::array<uint32_t, 5>;

// RFC 3174 §5 and §6.1.
void add_block(const uint8_t* block, Digest* digest) {
  std::array<uint32_t, 80> words;
  for (size_t t = 0; t < 16; ++t, block += 4) {
    words[t] = uint32_t{block[0]} << 24 | uint32_t{block[1]} << 16 | uint32_t{block[2]} << 8 |
               uint32_t{block[3]};
  }
  for (size_t t = 16; t < 80; ++t) {
    words[t] = std::rotl(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1);
  }
  auto [a, b, c, d, e] = *digest;
  for (size_t t = 0; t < 80; ++t) {
    uint32_t mixed = b ^ c ^ d;
    if (t < 20) mixed = (b & c) | (~b & d);
    if (t >= 40 && t < 60) mixed = (b & c) | (b & d) | (c & d);
    constexpr uint32_t kConstants[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    const uint32_t next = std::rotl(a, 5) + mixed + e + words[t] + kConstants[t / 20];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  const Digest sum = {a, b, c, d, e};
  for (size_t i = 0; i < sum.size(); ++i) (*digest)[i] += sum[i];
}

}  // namespace

std::array<uint8_t, 20> sha1(ByteView octets) {
  // RFC 3174 §4: a 1 bit, zeros, and the number of bits, up to the end of a block.
  constexpr size_t kBlock = 64;
  std::vector<uint8_t> padded(octets.begin(), octets.end());
  padded.push_back(0x80);
  padded.resize((padded.size() + 8 + kBlock - 1) / kBlock * kBlock);
  const uint64_t bits = uint64_t{octets.size()} * 8;
  for (size_t i = 0; i < 8; ++i) {
    padded[padded.size() - 1 - i] = static_cast<uint8_t>(bits >> (8 * i));
  }
  Digest digest = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  for (size_t at = 0; at < padded.size(); at += kBlock) add_block(padded.data() + at, &digest);
  std::array<uint8_t, 20> result;
  for (size_t i = 0; i < result.size(); ++i) {
    result[i] = static_cast<uint8_t>(digest[i / 4] >> (24 - 8 * (i % 4)));
  }
  return result;
}

std::string base64(ByteView octets) {
  std::string text;
  for (size_t at = 0; at < octets.size(); at += 3) {
    const size_t size = std::min<size_t>(octets.size() - at, 3);
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < size ? octets.data()[at + i] : 0);
    for (size_t i = 0; i < 4; ++i) {
      text.push_back(i <= size ? kDigits[bits >> (18 - 6 * i) & 63] : '=');
    }
  }
  return text;
}

bool is_key(std::string_view key) {
  constexpr size_t kSize = 22;  // digits of 16 octets
  return key.size() == kSize + 2 && key.ends_with("==") &&
         key.substr(0, kSize).find_first_not_of(kDigits) == key.npos;
}

std::string accept_key(std::string_view key) {
  return base64(sha1(std::string(key).append(kGuid)));
}

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace
