#include "headrace/protocol/interface/frame_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/frame_printer.h"
#include "headrace/testing.h"
#include "tests/reference/frames.h"

namespace headrace {
namespace {

// A frame that the reference codec has written.
std::string describe(uint8_t type, uint8_t flags, uint32_t stream, const std::string& payload) {
  const FrameHeader header{static_cast<uint32_t>(payload.size()), static_cast<FrameType>(type),
                           flags, stream};
  return describe_frame(header, {reinterpret_cast<const uint8_t*>(payload.data()), payload.size()});
}

TEST(FrameTextTest, FlagsAndSize) {
  EXPECT_EQ(describe(reference::HEADERS, reference::END_HEADERS | reference::END_STREAM, 1, "abc"),
            "HEADERS 1 END_STREAM END_HEADERS (3)");
  // RFC 9113 §6.10: 0x1 is no flag of CONTINUATION.
  EXPECT_EQ(describe(reference::CONTINUATION, 0x5, 3, "abcd"), "CONTINUATION 3 END_HEADERS (4)");
  EXPECT_EQ(describe(0x20, 0xff, 5, "ab"), "frame type 32 5 (2)");
}

// Of DATA only the header is known.
TEST(FrameTextTest, WithoutThePayload) {
  EXPECT_EQ(describe_frame({16384, FrameType::kData, reference::PADDED, 7}, {}),
            "DATA 7 PADDED (16384)");
  EXPECT_EQ(describe_frame({8, FrameType::kGoaway, 0, 0}, {}), "GOAWAY (8)");
}

TEST(FrameTextTest, Settings) {
  EXPECT_EQ(
      describe(reference::SETTINGS, 0, 0, reference::settings({{3, 100}, {4, 65535}, {0x1234, 7}})),
      "SETTINGS MAX_CONCURRENT_STREAMS=100 INITIAL_WINDOW_SIZE=65535 4660=7");
  EXPECT_EQ(describe(reference::SETTINGS, reference::ACK, 0, ""), "SETTINGS ACK");
}

TEST(FrameTextTest, Numbers) {
  EXPECT_EQ(describe(reference::WINDOW_UPDATE, 0, 0, reference::u32(0x80000010)),
            "WINDOW_UPDATE +16");
  EXPECT_EQ(describe(reference::RST_STREAM, 0, 9, reference::u32(8)), "RST_STREAM 9 CANCEL");
  EXPECT_EQ(describe(reference::RST_STREAM, 0, 9, reference::u32(99)),
            "RST_STREAM 9 error 99 (0x63)");
  EXPECT_EQ(describe(reference::PING, reference::ACK, 0, std::string("\0\1\2\3\4\5\6\xff", 8)),
            "PING ACK 00010203040506ff");
}

TEST(FrameTextTest, Goaway) {
  EXPECT_EQ(describe(reference::GOAWAY, 0, 0, reference::u32(7) + reference::u32(0)),
            "GOAWAY last=7 NO_ERROR");
  EXPECT_EQ(describe(reference::GOAWAY, 0, 0, reference::u32(7) + reference::u32(11) + "slow\n"),
            "GOAWAY last=7 ENHANCE_YOUR_CALM \"slow\\x0a\"");
}

// As `get -v` has them.
TEST(FramePrinterTest, MakesALineOfEachFrame) {
  std::vector<std::string> lines;
  FramePrinter printer([&](std::string_view line) { lines.emplace_back(line); });
  Options client;
  client.observer = &printer;
  ConnectionPair pair(client);
  EXPECT_TRUE(
      pair.client()
          .submit_request(
              {{":method", "GET"}, {":scheme", "http"}, {":authority", "a"}, {":path", "/"}})
          .ok());
  pair.run();
  ASSERT_GE(lines.size(), 4u);
  EXPECT_EQ(lines[0], "--> SETTINGS ENABLE_PUSH=0");
  EXPECT_NE(std::find(lines.begin(), lines.end(), "<-- SETTINGS MAX_CONCURRENT_STREAMS=100"),
            lines.end());
  EXPECT_NE(std::find(lines.begin(), lines.end(), "--> HEADERS 1 END_STREAM END_HEADERS (6)"),
            lines.end());
  // RFC 9113 §6.7: PING has 8 octets.
  const uint8_t ping[] = {0, 0, 1, 6, 0, 0, 0, 0, 0, 1};
  lines.clear();
  for (EventPtr event : pair.client().receive(ping, TimePoint() + std::chrono::hours(9)))
    event.reset();
  EXPECT_NE(std::find_if(lines.begin(), lines.end(),
                         [](const std::string& line) {
                           return line.starts_with("refused: ") &&
                                  line.find("FRAME_SIZE_ERROR") != line.npos;
                         }),
            lines.end());
}

}  // namespace
}  // namespace headrace
