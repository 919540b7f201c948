#include "headrace/adapters/dump/tcp_segment.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace headrace::dump {
namespace {

constexpr uint16_t kTypeIpv4 = 0x0800, kTypeIpv6 = 0x86dd, kVlan = 0x8100, kServiceVlan = 0x88a8;
constexpr uint8_t kTcp = 6, kHopByHop = 0, kRouting = 43, kDestinationOptions = 60;

uint8_t octet(std::string_view octets, size_t at) { return static_cast<uint8_t>(octets[at]); }
uint16_t number16(std::string_view octets, size_t at) {
  return static_cast<uint16_t>(octet(octets, at) << 8 | octet(octets, at + 1));
}
uint32_t number32(std::string_view octets, size_t at) {
  return static_cast<uint32_t>(number16(octets, at)) << 16 | number16(octets, at + 2);
}

// The packet of IP in a frame; empty if it has none.
std::string_view ip_packet(LinkType link_type, std::string_view frame) {
  const auto behind = [&](size_t size) { return frame.substr(std::min(size, frame.size())); };
  const auto typed = [&](size_t at, size_t size) -> std::string_view {
    for (; frame.size() >= at + 2; at += 4, size += 4) {
      const uint16_t type = number16(frame, at);
      if (type == kTypeIpv4 || type == kTypeIpv6) return behind(size);
      if (type != kVlan && type != kServiceVlan) break;
    }
    return {};
  };
  switch (link_type) {
    case LinkType::kEthernet:
      return typed(12, 14);
    case LinkType::kLinuxCooked:
      return typed(14, 16);
    case LinkType::kLinuxCooked2:
      return frame.size() < 20 ||
                     (number16(frame, 0) != kTypeIpv4 && number16(frame, 0) != kTypeIpv6)
                 ? std::string_view()
                 : behind(20);
    case LinkType::kNull:
    case LinkType::kLoop:
      return behind(4);  // (IP says its version itself)
    case LinkType::kRaw:
    case LinkType::kIpv4:
    case LinkType::kIpv6:
      return frame;
  }
  return {};
}

// What IP carries.
struct Carried {
  std::string from, to;  // addresses
  std::string_view octets;
  size_t size;  // when it was sent
};

std::string address(int family, std::string_view octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family, octets.data(), text.data(), text.size());
  return family == AF_INET6 ? "[" + std::string(text.data()) + "]" : std::string(text.data());
}

// RFC 791 §3.1
std::optional<Carried> read_ipv4(std::string_view packet) {
  if (packet.size() < 20) return std::nullopt;
  const size_t header = size_t{4} * (octet(packet, 0) & 15);
  size_t size = number16(packet, 2);
  if (size == 0) size = packet.size();  // left to the network card
  const bool fragment = (number16(packet, 6) & 0x3fff) != 0;
  if (header < 20 || packet.size() < header || size < header || fragment) return std::nullopt;
  if (octet(packet, 9) != kTcp) return std::nullopt;
  return Carried{address(AF_INET, packet.substr(12, 4)), address(AF_INET, packet.substr(16, 4)),
                 packet.substr(header, size - header), size - header};
}

// RFC 8200 §3, §4
std::optional<Carried> read_ipv6(std::string_view packet) {
  if (packet.size() < 40) return std::nullopt;
  size_t size = number16(packet, 4);
  if (size == 0) size = packet.size() - 40;
  std::string_view octets = packet.substr(40, size);
  uint8_t next = octet(packet, 6);
  while (next == kHopByHop || next == kRouting || next == kDestinationOptions) {
    if (octets.size() < 8) return std::nullopt;
    const size_t header = size_t{8} * (octet(octets, 1) + size_t{1});
    if (octets.size() < header) return std::nullopt;
    next = octet(octets, 0);
    octets.remove_prefix(header);
    size -= header;
  }
  if (next != kTcp) return std::nullopt;
  return Carried{address(AF_INET6, packet.substr(8, 16)), address(AF_INET6, packet.substr(24, 16)),
                 octets, size};
}

}  // namespace

std::optional<TcpSegment> read_tcp(LinkType link_type, std::string_view packet) {
  const std::string_view ip = ip_packet(link_type, packet);
  if (ip.empty()) return std::nullopt;
  const int version = octet(ip, 0) >> 4;
  const std::optional<Carried> carried = version == 4   ? read_ipv4(ip)
                                         : version == 6 ? read_ipv6(ip)
                                                        : std::nullopt;
  if (!carried || carried->octets.size() < 20) return std::nullopt;
  const std::string_view tcp = carried->octets;
  const size_t header = size_t{4} * (octet(tcp, 12) >> 4);
  if (header < 20 || tcp.size() < header) return std::nullopt;
  const uint8_t flags = octet(tcp, 13);
  TcpSegment segment;
  segment.from = carried->from + ":" + std::to_string(number16(tcp, 0));
  segment.to = carried->to + ":" + std::to_string(number16(tcp, 2));
  segment.sequence = number32(tcp, 4);
  segment.fin = (flags & 0x01) != 0;
  segment.syn = (flags & 0x02) != 0;
  segment.rst = (flags & 0x04) != 0;
  segment.payload = tcp.substr(header);
  segment.size = carried->size - header;
  return segment;
}

}  // namespace headrace::dump
