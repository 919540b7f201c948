#ifndef HEADRACE_ADAPTERS_DUMP_TCP_SEGMENT_H_
#define HEADRACE_ADAPTERS_DUMP_TCP_SEGMENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "headrace/adapters/dump/capture_file.h"

namespace headrace::dump {

// What a packet has of TCP (RFC 9293 §3.1).
struct TcpSegment {
  std::string from, to;  // "192.0.2.1:443", "[2001:db8::1]:443"
  uint32_t sequence = 0;
  bool syn = false, fin = false, rst = false;
  std::string_view payload;
  size_t size = 0;  // of the payload when it was sent, of which less may have been captured
};

// Nothing if it is no TCP over IP, a fragment, or cut within its headers.
std::optional<TcpSegment> read_tcp(LinkType link_type, std::string_view packet);

}  // namespace headrace::dump

#endif  // HEADRACE_ADAPTERS_DUMP_TCP_SEGMENT_H_
