#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "headrace/adapters/dump/capture_reader.h"

namespace headrace::dump {
namespace {

// What a stream gives: octets, and "<3>" for three that are missing.
class Heard {
 public:
  void receive(uint32_t sequence, std::string_view payload, std::string_view flags = "") {
    TcpSegment segment;
    segment.sequence = sequence;
    segment.syn = flags.find('S') != flags.npos;
    segment.fin = flags.find('F') != flags.npos;
    segment.rst = flags.find('R') != flags.npos;
    segment.payload = payload;
    segment.size = payload.size();
    stream.receive(segment);
  }

  std::string text;
  TcpStream stream{[this](std::string_view octets) { text += octets; },
                   [this](uint64_t octets) { text += "<" + std::to_string(octets) + ">"; }};
};

TEST(TcpStreamTest, InOrder) {
  Heard heard;
  heard.receive(100, "", "S");
  heard.receive(101, "ab");
  heard.receive(103, "cd");
  EXPECT_EQ(heard.text, "abcd");
  heard.receive(105, "e", "F");
  EXPECT_EQ(heard.text, "abcde");
  EXPECT_TRUE(heard.stream.has_ended());
}

// RFC 9293 §3.4: sequence numbers go on with 0 behind 2^32 - 1.
TEST(TcpStreamTest, AnyOrderAndTwiceAroundTheWrap) {
  for (const uint32_t first : {0u, 100u, 0x7ffffffcu, 0xfffffff0u, 0xfffffffcu, 0xffffffffu}) {
    Heard heard;
    heard.receive(first - 1, "", "S");
    heard.receive(first + 6, "gh", "F");
    heard.receive(first + 2, "cd");
    heard.receive(first + 2, "cdef");
    EXPECT_EQ(heard.text, "") << first;
    heard.receive(first, "abc");
    EXPECT_EQ(heard.text, "abcdefgh") << first;
    EXPECT_TRUE(heard.stream.has_ended()) << first;
    heard.receive(first, "abc");
    EXPECT_EQ(heard.text, "abcdefgh") << first;
  }
}

TEST(TcpStreamTest, BeginsInTheMiddle) {
  Heard heard;
  heard.receive(500, "");  // an acknowledgement, of what came before
  heard.receive(500, "ab");
  heard.receive(400, "older");
  heard.receive(499, "?");  // a probe that the peer is there (RFC 9293 §3.8.4)
  heard.receive(502, "cd");
  EXPECT_EQ(heard.text, "abcd");
}

TEST(TcpStreamTest, SaysWhatIsMissing) {
  Heard heard;
  heard.receive(100, "", "S");
  heard.receive(104, "de");
  heard.receive(108, "hi");
  EXPECT_EQ(heard.text, "");
  heard.stream.end();
  EXPECT_EQ(heard.text, "<3>de<2>hi");

  Heard cut;
  cut.receive(100, "", "S");
  cut.receive(101, "ab");
  cut.receive(108, "", "F");
  EXPECT_FALSE(cut.stream.has_ended());
  cut.stream.end();
  cut.stream.end();
  EXPECT_EQ(cut.text, "ab<5>");
}

TEST(TcpStreamTest, AResetEnds) {
  Heard heard;
  heard.receive(101, "ab");
  heard.receive(105, "cd");
  heard.receive(103, "", "R");
  EXPECT_EQ(heard.text, "ab<2>cd");
  EXPECT_TRUE(heard.stream.has_ended());
}

TEST(TcpStreamTest, HoldsNoMoreThanItMay) {
  Heard heard;
  heard.receive(0, "", "S");
  const std::string much(TcpStream::kMostWaiting / 4, 'x');
  for (uint32_t i = 0; i < 4; ++i) {
    heard.receive(3 + i * static_cast<uint32_t>(much.size()), much);
    EXPECT_EQ(heard.text, "");
  }
  heard.receive(3 + 4 * static_cast<uint32_t>(much.size()), "y");
  EXPECT_EQ(heard.text, "<2>" + much + much + much + much + "y");
}

class Lines final : public ItemSink {
 public:
  void take(const Item& item) override { lines.push_back(item.direction + "|" + item.name); }
  std::vector<std::string> lines;
};

std::vector<std::string> read_in(size_t step, std::string_view octets) {
  Lines lines;
  FileReader reader(Stream::Version::kUnknown, &lines);
  for (; !octets.empty(); octets.remove_prefix(std::min(step, octets.size()))) {
    reader.read(octets.substr(0, step));
  }
  reader.end();
  return lines.lines;
}

std::string zeros(size_t count) { return std::string(count, '\0'); }

// A capture of pcap (draft-ietf-opsawg-pcap §4) with one packet.
std::string pcap(bool big_endian, uint8_t link_type, std::string_view packet) {
  const auto number = [&](uint8_t value) {
    return big_endian ? zeros(3) + static_cast<char>(value) : static_cast<char>(value) + zeros(3);
  };
  return std::string(big_endian ? "\xa1\xb2\xc3\xd4" : "\xd4\xc3\xb2\xa1") + zeros(16) +
         number(link_type) + zeros(8) + number(static_cast<uint8_t>(packet.size())) +
         number(static_cast<uint8_t>(packet.size())) + std::string(packet);
}

// From 192.0.2.1:5000 to 192.0.2.2:80 (RFC 791 §3.1, RFC 9293 §3.1).
std::string packet(std::string_view payload) {
  return std::string("\x45\0\0", 3) + static_cast<char>(40 + payload.size()) + zeros(4) +
         std::string("\x40\x06\0\0\xc0\0\x02\x01\xc0\0\x02\x02", 12) +
         std::string("\x13\x88\0\x50\0\0\0\x07\0\0\0\0\x50\x18\0\0\0\0\0\0", 20) +
         std::string(payload);
}

TEST(CaptureTest, EveryLinkTypeInEitherOrderOfOctets) {
  const std::string ip = packet("GET / HTTP/1.1\r\n\r\n");
  const std::string type("\x08\0", 2);
  const std::string from = "192.0.2.1:5000 > 192.0.2.2:80|";
  const std::vector<std::string> expected = {from + "HTTP/1.1, from a client", from + "request"};
  for (const bool big_endian : {false, true}) {
    for (const auto& [link_type, frame] : {std::pair{uint8_t{0}, zeros(4) + ip},
                                           {uint8_t{1}, zeros(12) + type + ip},
                                           {uint8_t{101}, ip},
                                           {uint8_t{108}, zeros(4) + ip},
                                           {uint8_t{113}, zeros(14) + type + ip},
                                           {uint8_t{228}, ip}}) {
      EXPECT_EQ(read_in(1000, pcap(big_endian, link_type, frame)), expected) << int{link_type};
      EXPECT_EQ(read_in(1, pcap(big_endian, link_type, frame)), expected) << int{link_type};
    }
  }
}

TEST(CaptureTest, WhatIsNoTcpIsLeftOut) {
  const std::vector<std::string> nothing = {"|the capture has no TCP over IPv4 or IPv6"};
  std::string udp = packet("GET / HTTP/1.1\r\n\r\n"), fragment = udp;
  udp[9] = 17;
  fragment[7] = 1;
  for (const std::string& other :
       {udp, fragment, zeros(40), std::string("\x45"), packet("").substr(0, 30)}) {
    EXPECT_EQ(read_in(1000, pcap(false, 101, other)), nothing);
  }
  EXPECT_EQ(read_in(1000, pcap(false, 250, packet("GET / HTTP/1.1\r\n\r\n"))), nothing);
}

TEST(CaptureTest, SaysWhatIsWrongWithTheFile) {
  const std::string whole = pcap(false, 101, packet("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_EQ(read_in(1000, whole.substr(0, whole.size() - 1)).front(),
            "|the capture ends within a packet");
  std::string damaged = whole;
  damaged.replace(32, 4, "\xff\xff\xff\xff");
  EXPECT_EQ(read_in(1000, damaged).front(), "|a packet of the capture is larger than any can be");
  const std::string order("\x0a\x0d\x0d\x0a\x1c\0\0\0\0\0\0\0", 12);
  EXPECT_EQ(read_in(1000, order + zeros(16)).front(),
            "|a section of the capture says no order of octets");
  const std::string section = std::string("\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a", 12) +
                              zeros(12) + std::string("\x1c\0\0\0", 4);
  EXPECT_EQ(read_in(1000, section + std::string("\x06\0\0\0\x05\0\0\0", 8) + zeros(20)).front(),
            "|a block of the capture has a size that none can have");
  EXPECT_EQ(read_in(1000, section + std::string("\x06\0\0\0\x20\0\0\0", 8) + zeros(24)).front(),
            "|a packet is of no interface of the capture");
}

// (What is no capture is one direction's octets.)
TEST(CaptureTest, LessThanFourOctetsAreNoCapture) {
  EXPECT_EQ(read_in(1, "GET").size(), 1u + 1u);
  EXPECT_TRUE(read_in(1, "").empty());
}

}  // namespace
}  // namespace headrace::dump
