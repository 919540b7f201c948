#include "tests/reference/frames.h"

namespace reference {
namespace {

std::string big_endian(uint64_t value, int octets) {
  std::string text;
  for (int i = octets - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

}  // namespace

std::string u8(uint8_t value) { return big_endian(value, 1); }
std::string u16(uint16_t value) { return big_endian(value, 2); }
std::string u24(uint32_t value) { return big_endian(value, 3); }
std::string u32(uint32_t value) { return big_endian(value, 4); }
std::string u64(uint64_t value) { return big_endian(value, 8); }

uint64_t number(std::string_view octets) {
  uint64_t value = 0;
  for (char octet : octets) value = value * 256 + static_cast<unsigned char>(octet);
  return value;
}

Frame frame(uint8_t type, uint8_t flags, uint32_t stream_id, std::string payload) {
  Frame result;
  result.length = static_cast<uint32_t>(payload.size());
  result.type = type;
  result.flags = flags;
  result.stream_id = stream_id;
  result.payload = std::move(payload);
  return result;
}

std::string encode(const Frame& frame) {
  return u24(frame.length) + u8(frame.type) + u8(frame.flags) +
         u32(frame.stream_id + (frame.reserved ? 0x80000000u : 0)) + frame.payload;
}

std::string encode(uint8_t type, uint8_t flags, uint32_t stream_id, std::string payload) {
  return encode(frame(type, flags, stream_id, std::move(payload)));
}

std::optional<Frame> parse(std::string_view bytes, size_t* position) {
  std::string_view rest = bytes.substr(*position);
  if (rest.size() < 9) return std::nullopt;
  Frame result;
  result.length = static_cast<uint32_t>(number(rest.substr(0, 3)));
  result.type = static_cast<uint8_t>(number(rest.substr(3, 1)));
  result.flags = static_cast<uint8_t>(number(rest.substr(4, 1)));
  const uint64_t last_word = number(rest.substr(5, 4));
  result.reserved = last_word >= 0x80000000u;
  result.stream_id = static_cast<uint32_t>(last_word % 0x80000000u);
  if (rest.size() < 9 + result.length) return std::nullopt;
  result.payload = std::string(rest.substr(9, result.length));
  *position += 9 + result.length;
  return result;
}

std::vector<Frame> parse_all(std::string_view bytes) {
  std::vector<Frame> frames;
  size_t position = 0;
  while (std::optional<Frame> next = parse(bytes, &position)) frames.push_back(*next);
  return frames;
}

std::string padded(std::string_view content, uint8_t padding) {
  return u8(padding) + std::string(content) + std::string(padding, '\0');
}

std::string priority(bool exclusive, uint32_t depends_on, uint8_t weight) {
  return u32(depends_on + (exclusive ? 0x80000000u : 0)) + u8(weight);
}

std::optional<std::string> content(const Frame& frame) {
  const bool data = frame.type == DATA;
  const bool headers = frame.type == HEADERS;
  const bool promise = frame.type == PUSH_PROMISE;
  if (!data && !headers && !promise) return frame.payload;
  const bool has_padding = (frame.flags & PADDED) != 0;
  size_t front = 0;
  if (has_padding) front += 1;
  if (headers && (frame.flags & HAS_PRIORITY) != 0) front += 5;
  if (promise) front += 4;
  const size_t back = padding_length(frame);
  if (frame.payload.size() < front + back) return std::nullopt;
  return frame.payload.substr(front, frame.payload.size() - front - back);
}

uint8_t padding_length(const Frame& frame) {
  const bool may_pad = frame.type == DATA || frame.type == HEADERS || frame.type == PUSH_PROMISE;
  if (!may_pad || (frame.flags & PADDED) == 0 || frame.payload.empty()) return 0;
  return static_cast<uint8_t>(frame.payload[0]);
}

std::string settings(const Settings& entries) {
  std::string payload;
  for (const auto& [id, value] : entries) payload += u16(id) + u32(value);
  return payload;
}

Settings parse_settings(std::string_view payload) {
  Settings entries;
  for (size_t at = 0; at + 6 <= payload.size(); at += 6) {
    entries.emplace_back(static_cast<uint16_t>(number(payload.substr(at, 2))),
                         static_cast<uint32_t>(number(payload.substr(at + 2, 4))));
  }
  return entries;
}

std::string goaway(uint32_t last_stream_id, uint32_t error_code, std::string_view debug_data) {
  return u32(last_stream_id) + u32(error_code) + std::string(debug_data);
}

Goaway parse_goaway(std::string_view payload) {
  Goaway result;
  if (payload.size() < 8) return result;
  result.last_stream_id = static_cast<uint32_t>(number(payload.substr(0, 4)) % 0x80000000u);
  result.error_code = static_cast<uint32_t>(number(payload.substr(4, 4)));
  result.debug_data = std::string(payload.substr(8));
  return result;
}

std::string altsvc(std::string_view origin, std::string_view value) {
  return u16(static_cast<uint16_t>(origin.size())) + std::string(origin) + std::string(value);
}

std::string origins(const std::vector<std::string>& entries) {
  std::string payload;
  for (const std::string& entry : entries) {
    payload += u16(static_cast<uint16_t>(entry.size())) + entry;
  }
  return payload;
}

std::optional<std::vector<std::string>> parse_origins(std::string_view payload) {
  std::vector<std::string> entries;
  while (!payload.empty()) {
    if (payload.size() < 2) return std::nullopt;
    const size_t size = number(payload.substr(0, 2));
    if (payload.size() - 2 < size) return std::nullopt;
    entries.emplace_back(payload.substr(2, size));
    payload.remove_prefix(2 + size);
  }
  return entries;
}

bool is_origin(std::string_view text) {
  // The scheme, then a host, then perhaps a colon and a port: cut off from both ends.
  const std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const std::string digits = "0123456789";
  const std::string alphanumeric = std::string(letters) + digits;
  const size_t scheme = text.find_first_not_of(alphanumeric + "+-.");
  if (scheme == 0 || scheme == std::string_view::npos) return false;
  if (letters.find(text[0]) == std::string_view::npos) return false;
  if (text.substr(scheme, 3) != "://") return false;
  std::string_view host = text.substr(scheme + 3);
  const size_t last = host.find_last_not_of(digits);
  if (last != std::string_view::npos && last + 1 < host.size() && host[last] == ':') {
    host = host.substr(0, last);
  }
  std::string allowed = alphanumeric + "-._~%!$&'()*+,;=";
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    allowed += ':';
  }
  return !host.empty() && host.find_first_not_of(allowed) == std::string_view::npos;
}

std::string priority_update(uint32_t stream_id, std::string_view value) {
  return u32(stream_id) + std::string(value);
}

}  // namespace reference
