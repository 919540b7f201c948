#ifndef HEADRACE_TESTS_ATTACKS_WIRE_H_
#define HEADRACE_TESTS_ATTACKS_WIRE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

// What peers write, honest ones and others: field blocks that depend on nothing that was sent
// before, unless they say so, and the frames that are needed most.
namespace headrace::attacks {

using reference::encode;

inline const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// RFC 7541 §6.2: a literal in plain octets. `first`: 0x00 without indexing, 0x40 to be inserted.
inline std::string literal(std::string_view name, std::string_view value, uint8_t first = 0) {
  std::string block(1, static_cast<char>(first));
  reference::write_integer(name.size(), 7, 0, &block);
  block += name;
  reference::write_integer(value.size(), 7, 0, &block);
  return block += value;
}
inline std::string inserted(std::string_view name, std::string_view value) {
  return literal(name, value, 0x40);
}
// RFC 7541 §6.1
inline std::string indexed(uint64_t index) {
  std::string block;
  reference::write_integer(index, 7, 0x80, &block);
  return block;
}
inline std::string times(uint32_t n, std::string_view text) {
  std::string all;
  all.reserve(n * text.size());
  for (uint32_t i = 0; i < n; ++i) all += text;
  return all;
}

// The head of a request to https://example.org, and of a response, by the static table.
inline std::string get(std::string_view path) {
  return "\x82\x87" + literal(":authority", "example.org") + literal(":path", path);
}
inline std::string post(std::string_view path) {
  return "\x83\x87" + literal(":authority", "example.org") + literal(":path", path);
}
inline const std::string kOk = "\x88";

inline std::string headers(uint32_t id, std::string_view block, bool end_stream) {
  const uint8_t flags = reference::END_HEADERS | (end_stream ? reference::END_STREAM : 0);
  return encode(reference::HEADERS, flags, id, std::string(block));
}
inline std::string data(uint32_t id, std::string_view octets, bool end_stream) {
  return encode(reference::DATA, end_stream ? reference::END_STREAM : 0, id, std::string(octets));
}
inline std::string padded_data(uint32_t id, std::string_view octets, uint8_t padding) {
  return encode(reference::DATA, reference::PADDED, id, reference::padded(octets, padding));
}
inline std::string rst_stream(uint32_t id, uint32_t code = 8 /* CANCEL */) {
  return encode(reference::RST_STREAM, 0, id, reference::u32(code));
}
inline std::string window_update(uint32_t id, uint32_t increment) {
  return encode(reference::WINDOW_UPDATE, 0, id, reference::u32(increment));
}
inline std::string settings(const reference::Settings& entries = {}) {
  return encode(reference::SETTINGS, 0, 0, reference::settings(entries));
}
inline std::string ping(uint64_t opaque) {
  return encode(reference::PING, 0, 0, reference::u64(opaque));
}

// HTTP/1.1
inline const std::string kTextGet = "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n";
inline const std::string kTextOk = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

// RFC 9113 §6.5.2
inline constexpr uint16_t kHeaderTableSize = 1;
inline constexpr uint16_t kInitialWindowSize = 4;
inline constexpr uint16_t kMaxFrameSize = 5;

}  // namespace headrace::attacks

#endif  // HEADRACE_TESTS_ATTACKS_WIRE_H_
