#include "headrace/protocol/frame/frame_writer.h"

#include <gtest/gtest.h>

#include <gsl/span>
#include <string>
#include <vector>

#include "tests/reference/frames.h"

// Octets typed from RFC 9113's figures, and a second look through the reference codec. Each write
// goes into a buffer of exactly the documented size, so that a sanitizer sees an octet too many.
namespace headrace {
namespace {

using namespace std::string_literals;
namespace ref = reference;

template <typename Write>
std::string written(size_t size, Write write) {
  std::vector<uint8_t> out(size);
  uint8_t* end = write(out.data());
  EXPECT_EQ(end - out.data(), static_cast<ptrdiff_t>(size));
  return std::string(out.begin(), out.end());
}

gsl::span<const uint8_t> octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

TEST(FrameWriter, FrameHeader) {  // RFC 9113 §4.1
  EXPECT_EQ(written(9,
                    [](uint8_t* out) {
                      return write_frame_header(
                          {0xabcdef, static_cast<FrameType>(0xfa), 0x5a, 0x7ffffffe}, out);
                    }),
            "\xab\xcd\xef\xfa\x5a\x7f\xff\xff\xfe"s);
}

TEST(FrameWriter, RstStream) {  // §6.4
  EXPECT_EQ(written(kRstStreamSize,
                    [](uint8_t* out) { return write_rst_stream(5, ErrorCode::kCancel, out); }),
            "\x00\x00\x04\x03\x00\x00\x00\x00\x05\x00\x00\x00\x08"s);
}

TEST(FrameWriter, Ping) {  // §6.7
  EXPECT_EQ(
      written(kPingSize, [](uint8_t* out) { return write_ping(0x0123456789abcdef, false, out); }),
      "\x00\x00\x08\x06\x00\x00\x00\x00\x00\x01\x23\x45\x67\x89\xab\xcd\xef"s);
  EXPECT_EQ(written(kPingSize, [](uint8_t* out) { return write_ping(1, true, out); }),
            "\x00\x00\x08\x06\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"s);
}

TEST(FrameWriter, WindowUpdate) {  // §6.9
  EXPECT_EQ(written(kWindowUpdateSize,
                    [](uint8_t* out) { return write_window_update(7, 0x7fffffff, out); }),
            "\x00\x00\x04\x08\x00\x00\x00\x00\x07\x7f\xff\xff\xff"s);
}

TEST(FrameWriter, Settings) {  // §6.5
  EXPECT_EQ(written(kSettingsAckSize, write_settings_ack), "\x00\x00\x00\x04\x01\x00\x00\x00\x00"s);
  EXPECT_EQ(written(9, [](uint8_t* out) { return write_settings({}, out); }),
            "\x00\x00\x00\x04\x00\x00\x00\x00\x00"s);
  const std::vector<Setting> settings = {{SettingId::kMaxConcurrentStreams, 100},
                                         {SettingId::kInitialWindowSize, 0x10000}};
  EXPECT_EQ(written(9 + 12, [&](uint8_t* out) { return write_settings(settings, out); }),
            "\x00\x00\x0c\x04\x00\x00\x00\x00\x00"
            "\x00\x03\x00\x00\x00\x64"
            "\x00\x04\x00\x01\x00\x00"s);
}

TEST(FrameWriter, Goaway) {  // §6.8
  const std::string why = "why";
  EXPECT_EQ(written(17 + 3,
                    [&](uint8_t* out) {
                      return write_goaway(0x7fffffff, ErrorCode::kEnhanceYourCalm, octets(why),
                                          out);
                    }),
            "\x00\x00\x0b\x07\x00\x00\x00\x00\x00\x7f\xff\xff\xff\x00\x00\x00\x0bwhy"s);
}

TEST(FrameWriter, Priority) {  // §6.3
  EXPECT_EQ(
      written(kPrioritySize, [](uint8_t* out) { return write_priority(5, true, 3, 255, out); }),
      "\x00\x00\x05\x02\x00\x00\x00\x00\x05\x80\x00\x00\x03\xff"s);
}

TEST(FrameWriter, Data) {  // §6.1
  EXPECT_EQ(written(9, [](uint8_t* out) { return write_data_header(1, 16384, true, out); }),
            "\x00\x40\x00\x00\x01\x00\x00\x00\x01"s);
  const std::string data = "hi";
  EXPECT_EQ(
      written(9 + 2 + 4,
              [&](uint8_t* out) { return write_padded_data(1, octets(data), 4, false, out); }),
      "\x00\x00\x06\x00\x08\x00\x00\x00\x01\x03hi\x00\x00\x00"s);
}

TEST(FrameWriter, PaddedDataReadsBack) {
  for (uint32_t padding : {1u, 2u, 256u}) {
    const std::string data = "payload";
    const std::string bytes = written(9 + data.size() + padding, [&](uint8_t* out) {
      return write_padded_data(9, octets(data), padding, true, out);
    });
    EXPECT_EQ(ref::parse_all(bytes), (std::vector<ref::Frame>{ref::frame(
                                         ref::DATA, ref::PADDED | ref::END_STREAM, 9,
                                         ref::padded(data, static_cast<uint8_t>(padding - 1)))}));
  }
}

TEST(FrameWriter, PriorityUpdate) {  // RFC 9218 §7.1
  EXPECT_EQ(
      written(13 + 3, [](uint8_t* out) { return write_priority_update(0x7fffffff, "u=0", out); }),
      "\x00\x00\x07\x10\x00\x00\x00\x00\x00\x7f\xff\xff\xffu=0"s);
}

TEST(FrameWriter, AltSvc) {  // RFC 7838 §4
  EXPECT_EQ(written(11 + 5, [](uint8_t* out) { return write_altsvc(3, "", "clear", out); }),
            "\x00\x00\x07\x0a\x00\x00\x00\x00\x03\x00\x00"s + "clear");
  const std::string origin(300, 'o');
  EXPECT_EQ(written(11 + 301, [&](uint8_t* out) { return write_altsvc(0, origin, "v", out); }),
            "\x00\x01\x2f\x0a\x00\x00\x00\x00\x00\x01\x2c"s + origin + "v");
}

TEST(FrameWriter, Origin) {  // RFC 8336 §2.1
  EXPECT_EQ(written(9, [](uint8_t* out) { return write_origin({}, out); }),
            "\x00\x00\x00\x0c\x00\x00\x00\x00\x00"s);
  const std::vector<std::string_view> origins = {"ab", "", "cde"};
  EXPECT_EQ(written(9 + 4 + 2 + 5, [&](uint8_t* out) { return write_origin(origins, out); }),
            "\x00\x00\x0b\x0c\x00\x00\x00\x00\x00"
            "\x00\x02"s +
                "ab" + "\x00\x00\x00\x03"s + "cde");
}

TEST(FrameWriter, AnyFrameAsItIs) {
  const std::string payload = "payload";
  const std::string bytes = written(9 + payload.size(), [&](uint8_t* out) {
    return write_frame(static_cast<FrameType>(0xfa), 0xff, 3, octets(payload), out);
  });
  EXPECT_EQ(ref::parse_all(bytes), (std::vector<ref::Frame>{ref::frame(0xfa, 0xff, 3, payload)}));
}

// §4.3: HEADERS, then CONTINUATION; END_HEADERS on the last, END_STREAM on the first.
TEST(FrameWriter, FieldBlocksAreCutAtTheFrameSize) {
  constexpr uint32_t kMaxFrameSize = 10;
  for (size_t size : {0u, 1u, 9u, 10u, 11u, 20u, 21u, 35u}) {
    SCOPED_TRACE(size);
    std::string block;
    for (size_t i = 0; i < size; ++i) block += static_cast<char>('a' + i % 26);
    const std::string bytes = written(
        field_block_frames_size(size, kMaxFrameSize),
        [&](uint8_t* out) { return write_headers(5, octets(block), true, kMaxFrameSize, out); });
    const std::vector<ref::Frame> frames = ref::parse_all(bytes);
    ASSERT_EQ(frames.size(), std::max<size_t>(1, (size + 9) / 10));
    std::string joined;
    for (size_t i = 0; i < frames.size(); ++i) {
      const bool first = i == 0;
      const bool last = i + 1 == frames.size();
      EXPECT_EQ(frames[i].type, first ? ref::HEADERS : ref::CONTINUATION);
      EXPECT_EQ(frames[i].flags, (first ? ref::END_STREAM : 0) | (last ? ref::END_HEADERS : 0));
      EXPECT_EQ(frames[i].stream_id, 5u);
      EXPECT_LE(frames[i].length, kMaxFrameSize);
      joined += frames[i].payload;
    }
    EXPECT_EQ(joined, block);
  }
}

TEST(FrameWriter, PushPromise) {  // §6.6: the promised identifier counts in the first frame
  const std::string block = "0123456789abcdef";
  const std::string bytes =
      written(field_block_frames_size(block.size() + 4, 10),
              [&](uint8_t* out) { return write_push_promise(1, 2, octets(block), 10, out); });
  EXPECT_EQ(
      ref::parse_all(bytes),
      (std::vector<ref::Frame>{ref::frame(ref::PUSH_PROMISE, 0, 1, ref::u32(2) + "012345"),
                               ref::frame(ref::CONTINUATION, ref::END_HEADERS, 1, "6789abcdef")}));
}

}  // namespace
}  // namespace headrace
