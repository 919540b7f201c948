#include "headrace/websocket/frame.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace headrace::websocket {
namespace {

using namespace std::string_literals;

constexpr Mask kMask = {0x37, 0xfa, 0x21, 0x3d};

std::string written(const FrameHeader& header) {
  uint8_t octets[kMaxFrameHeaderSize];
  return {octets, write_frame_header(header, octets)};
}

FrameHeader header_of(Opcode opcode, uint64_t length) {
  FrameHeader header;
  header.opcode = opcode;
  header.length = length;
  return header;
}

// The headers of RFC 6455 §5.7, in its order.
TEST(FrameHeaderTest, Rfc6455Section5_7) {
  FrameHeader text = header_of(Opcode::kText, 5);
  EXPECT_EQ(written(text), "\x81\x05");
  text.mask = kMask;
  EXPECT_EQ(written(text), "\x81\x85\x37\xfa\x21\x3d");
  FrameHeader first = header_of(Opcode::kText, 3);
  first.fin = false;
  EXPECT_EQ(written(first), "\x01\x03");
  EXPECT_EQ(written(header_of(Opcode::kContinuation, 2)), "\x80\x02");
  EXPECT_EQ(written(header_of(Opcode::kPing, 5)), "\x89\x05");
  FrameHeader pong = header_of(Opcode::kPong, 5);
  pong.mask = kMask;
  EXPECT_EQ(written(pong), "\x8a\x85\x37\xfa\x21\x3d");
  EXPECT_EQ(written(header_of(Opcode::kBinary, 256)), "\x82\x7e\x01\x00"s);
  EXPECT_EQ(written(header_of(Opcode::kBinary, 65536)),
            "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s);
}

// RFC 6455 §5.2: the minimal number of octets.
TEST(FrameHeaderTest, TheShortestLength) {
  EXPECT_EQ(written(header_of(Opcode::kBinary, 125)), "\x82\x7d"s);
  EXPECT_EQ(written(header_of(Opcode::kBinary, 126)), "\x82\x7e\x00\x7e"s);
  EXPECT_EQ(written(header_of(Opcode::kBinary, 65535)), "\x82\x7e\xff\xff"s);
  EXPECT_EQ(written(header_of(Opcode::kBinary, UINT64_MAX >> 1)),
            "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"s);
}

TEST(FrameHeaderTest, IsReadAtEveryCut) {
  for (const bool fin : {false, true}) {
    for (const uint8_t reserved : {0, 1, 4, 7}) {
      for (const bool masked : {false, true}) {
        for (const uint64_t length : {uint64_t{0}, uint64_t{125}, uint64_t{126}, uint64_t{65535},
                                      uint64_t{65536}, UINT64_MAX}) {
          FrameHeader header = header_of(Opcode::kPong, length);
          header.fin = fin;
          header.reserved = reserved;
          if (masked) header.mask = kMask;
          const std::string octets = written(header) + "behind";
          for (size_t cut = 0; cut < octets.size() - 6; ++cut) {
            FrameHeaderReader reader;
            ByteView first(octets.data(), cut);
            ByteView second(octets.data() + cut, octets.size() - cut);
            ASSERT_FALSE(reader.read(&first));
            const auto read = reader.read(&second);
            ASSERT_TRUE(read);
            EXPECT_EQ(read->fin, fin);
            EXPECT_EQ(read->reserved, reserved);
            EXPECT_EQ(read->opcode, Opcode::kPong);
            EXPECT_EQ(read->mask, header.mask);
            EXPECT_EQ(read->length, length);
            EXPECT_TRUE(read->shortest);
            EXPECT_EQ(second.size(), 6u) << "what is behind the header stays";
          }
        }
      }
    }
  }
}

TEST(FrameHeaderTest, ALengthThatIsTooLong) {
  for (const auto& [octets, length] : std::vector<std::pair<std::string, uint64_t>>{
           {"\x82\x7e\x00\x7d"s, 125},
           {"\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff"s, 65535},
           {"\x82\x7f\x00\x00\x00\x00\x00\x00\x00\x01"s, 1}}) {
    FrameHeaderReader reader;
    ByteView input(octets);
    const auto header = reader.read(&input);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->length, length);
    EXPECT_FALSE(header->shortest);
  }
}

// RFC 6455 §5.3: octet i of the result is octet i of the payload XOR octet i MOD 4 of the mask.
TEST(ApplyMaskTest, EveryBeginningAndSize) {
  std::string payload;
  for (int i = 0; i < 64; ++i) payload.push_back(static_cast<char>(i * 37));
  for (size_t begin = 0; begin < 12; ++begin) {
    for (size_t size = 0; begin + size <= payload.size(); ++size) {
      std::string expected;
      for (size_t i = begin; i < begin + size; ++i) {
        expected.push_back(static_cast<char>(static_cast<uint8_t>(payload[i]) ^ kMask[i % 4]));
      }
      std::vector<uint8_t> masked(size);
      apply_mask(kMask, begin, std::string_view(payload).substr(begin, size), masked.data());
      EXPECT_EQ(std::string(masked.begin(), masked.end()), expected);
      apply_mask(kMask, begin, masked, masked.data());
      EXPECT_EQ(std::string(masked.begin(), masked.end()), payload.substr(begin, size))
          << "in place";
    }
  }
}

}  // namespace
}  // namespace headrace::websocket
