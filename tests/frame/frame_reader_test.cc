#include "headrace/protocol/frame/frame_reader.h"

#include <gtest/gtest.h>

#include <gsl/span>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/frame/render.h"
#include "tests/reference/frames.h"

namespace headrace {
namespace {

namespace ref = reference;
using testing::render;
using Lines = std::vector<std::string>;

gsl::span<const uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// A conversation with every type, lean after fat.
std::vector<ref::Frame> conversation() {
  return {
      ref::frame(ref::SETTINGS, 0, 0,
                 ref::settings({{ref::MAX_CONCURRENT_STREAMS, 100},
                                {0xabcd, 7},
                                {ref::INITIAL_WINDOW_SIZE, 65535}})),
      ref::frame(ref::SETTINGS, ref::ACK, 0),
      ref::frame(ref::HEADERS, ref::PADDED | ref::HAS_PRIORITY, 1,
                 ref::padded(ref::priority(true, 3, 200) + "field block", 9)),
      ref::frame(ref::CONTINUATION, ref::END_HEADERS, 1, "more of it"),
      ref::frame(ref::HEADERS, ref::END_HEADERS | ref::END_STREAM, 5, ""),
      ref::frame(ref::DATA, ref::PADDED, 1, ref::padded("some data", 255)),
      ref::frame(ref::DATA, ref::END_STREAM, 1),
      ref::frame(ref::PRIORITY, 0, 7, ref::priority(false, 1, 16)),
      ref::frame(ref::PUSH_PROMISE, ref::PADDED, 1, ref::padded(ref::u32(2) + "promise", 3)),
      ref::frame(ref::PUSH_PROMISE, ref::END_HEADERS, 1, ref::u32(4)),
      ref::frame(ref::PING, 0, 0, ref::u64(0x0123456789abcdef)),
      ref::frame(ref::WINDOW_UPDATE, 0, 0, ref::u32(0x7fffffff)),
      ref::frame(ref::WINDOW_UPDATE, 0, 1, ref::u32(1)),
      ref::frame(0xfa, 0xff, 9, "whatever it means"),
      ref::frame(ref::ALTSVC, 0, 0, ref::altsvc("https://example.org", "h3=\":443\"")),
      ref::frame(ref::ALTSVC, 0, 0, ref::altsvc("", "to be ignored")),
      ref::frame(ref::ORIGIN, 0, 0, ref::origins({"https://a.example", "?", "https://b.example"})),
      ref::frame(ref::ORIGIN, 0, 0, "\x01"),
      ref::frame(ref::PRIORITY_UPDATE, 0, 0, ref::priority_update(5, "u=1, i")),
      ref::frame(ref::RST_STREAM, 0, 1, ref::u32(8)),
      ref::frame(ref::GOAWAY, 0, 0, ref::goaway(7, 2, "debug data")),
      ref::frame(ref::GOAWAY, 0, 0, ref::goaway(5, 0)),
  };
}

std::string encoded(const std::vector<ref::Frame>& frames) {
  std::string bytes;
  for (const ref::Frame& frame : frames) bytes += ref::encode(frame);
  return bytes;
}
Lines rendered(const std::vector<ref::Frame>& frames) {
  Lines lines;
  for (const ref::Frame& frame : frames) lines.push_back(render(frame));
  return lines;
}

// Reads a copy that is gone afterwards, so that a view into it is seen by AddressSanitizer.
void read_into(FrameReader* reader, std::string_view bytes, Lines* lines) {
  const std::vector<uint8_t> copy(bytes.begin(), bytes.end());
  for (FramePtr frame : reader->read(copy)) lines->push_back(render(*frame));
}

class FrameReaderTest : public ::testing::TestWithParam<Allocation> {
 protected:
  FrameReader::Options options() const { return {.allocation = GetParam()}; }
};

INSTANTIATE_TEST_SUITE_P(BothModes, FrameReaderTest,
                         ::testing::Values(Allocation::kReuse, Allocation::kFresh),
                         [](const auto& mode) {
                           return mode.param == Allocation::kReuse ? "Reuse" : "Fresh";
                         });

TEST_P(FrameReaderTest, ReadsWhatTheReferenceCodecWrote) {
  FrameReader reader(options());
  Lines lines;
  read_into(&reader, encoded(conversation()), &lines);
  EXPECT_EQ(lines, rendered(conversation()));
  EXPECT_FALSE(reader.error().has_value());
  EXPECT_EQ(reader.implicit_keeps(), 0u);
}

TEST_P(FrameReaderTest, CutAnywhereInTwo) {
  const std::string bytes = encoded(conversation());
  const Lines expected = rendered(conversation());
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    FrameReader reader(options());
    Lines lines;
    read_into(&reader, std::string_view(bytes).substr(0, cut), &lines);
    read_into(&reader, std::string_view(bytes).substr(cut), &lines);
    ASSERT_EQ(lines, expected) << "cut at " << cut;
  }
}

TEST_P(FrameReaderTest, ByteByByte) {
  FrameReader reader(options());
  Lines lines;
  for (char octet : encoded(conversation())) read_into(&reader, {&octet, 1}, &lines);
  EXPECT_EQ(lines, rendered(conversation()));
}

TEST_P(FrameReaderTest, CutAtRandom) {
  const std::string bytes = encoded(conversation());
  const Lines expected = rendered(conversation());
  std::mt19937 random(9113);
  for (int round = 0; round < 200; ++round) {
    FrameReader reader(options());
    Lines lines;
    for (size_t at = 0; at < bytes.size();) {
      const size_t size = std::min<size_t>(random() % 60, bytes.size() - at);
      read_into(&reader, std::string_view(bytes).substr(at, size), &lines);
      at += size;
    }
    ASSERT_EQ(lines, expected) << "round " << round;
  }
}

TEST_P(FrameReaderTest, WhatARangeDidNotReachComesNext) {
  const std::string bytes = encoded(conversation());
  const Lines expected = rendered(conversation());
  for (size_t taken = 1; taken <= expected.size(); ++taken) {
    FrameReader reader(options());
    Lines lines;
    {
      const std::vector<uint8_t> copy(bytes.begin(), bytes.end());
      for (FramePtr frame : reader.read(copy)) {
        lines.push_back(render(*frame));
        if (lines.size() == taken) break;
      }
    }
    ASSERT_EQ(lines.size(), taken);
    read_into(&reader, "", &lines);
    ASSERT_EQ(lines, expected) << "left after " << taken;
  }
}

TEST_P(FrameReaderTest, LeavingEveryTimeLosesNothing) {
  const std::string bytes = encoded(conversation());
  FrameReader reader(options());
  Lines lines;
  std::string_view next = bytes;
  for (size_t before = SIZE_MAX; before != lines.size(); next = {}) {
    before = lines.size();
    for (FramePtr frame : reader.read(octets(next))) {
      lines.push_back(render(*frame));
      break;
    }
  }
  EXPECT_EQ(lines, rendered(conversation()));
}

TEST_P(FrameReaderTest, ARangeThatIsNeverWalkedKeepsItsInput) {
  const std::string bytes = encoded(conversation());
  FrameReader reader(options());
  Lines lines;
  { auto range = reader.read(octets(bytes)); }
  read_into(&reader, "", &lines);
  EXPECT_EQ(lines, rendered(conversation()));
}

TEST_P(FrameReaderTest, ReadingInsideOfALoopEndsIt) {
  const std::string ping = ref::encode(ref::PING, 0, 0, ref::u64(1));
  const std::string bytes = ping + ref::encode(ref::PING, 0, 0, ref::u64(2));
  FrameReader reader(options());
  Lines outer, inner;
  for (FramePtr frame : reader.read(octets(bytes))) {
    outer.push_back(render(*frame));
    frame.reset();
    read_into(&reader, ping, &inner);
  }
  EXPECT_EQ(outer.size(), 1u);
  ASSERT_EQ(inner.size(), 2u) << "what the outer range did not reach, then the new input";
  EXPECT_EQ(inner[0], render(ref::frame(ref::PING, 0, 0, ref::u64(2))));
  EXPECT_EQ(inner[1], render(ref::frame(ref::PING, 0, 0, ref::u64(1))));
}

// --- Holding frames.

TEST_P(FrameReaderTest, HeldFramesAreNeverOverwritten) {
  const std::string bytes = encoded(conversation());
  for (size_t size = 1; size <= bytes.size(); ++size) {
    std::vector<FramePtr> held;
    {
      FrameReader reader(options());
      for (size_t at = 0; at < bytes.size(); at += size) {
        const std::string piece = bytes.substr(at, size);
        const std::vector<uint8_t> copy(piece.begin(), piece.end());
        for (FramePtr frame : reader.read(copy)) held.push_back(std::move(frame));
      }
      const bool reuse = GetParam() == Allocation::kReuse;
      EXPECT_EQ(reader.implicit_keeps(), reuse ? held.size() : 0) << "in kFresh they are free";
    }
    Lines lines;
    for (const FramePtr& frame : held) lines.push_back(render(*frame));
    ASSERT_EQ(lines, rendered(conversation())) << "in pieces of " << size;
  }
}

TEST_P(FrameReaderTest, KeptFramesOutliveEverythingOnAnyThread) {
  std::vector<FramePtr> kept;
  {
    FrameReader reader(options());
    const std::string bytes = encoded(conversation());
    const std::vector<uint8_t> copy(bytes.begin(), bytes.end());
    for (FramePtr frame : reader.read(copy)) kept.push_back(keep(std::move(frame)));
    EXPECT_EQ(reader.implicit_keeps(), 0u);
  }
  Lines lines;
  std::thread([&] {
    for (FramePtr& frame : kept) {
      lines.push_back(render(*frame));
      frame.reset();
    }
  }).join();
  EXPECT_EQ(lines, rendered(conversation()));
}

TEST_P(FrameReaderTest, TheReaderMayBeDestroyedInTheLoop) {
  const std::string bytes = encoded(conversation());
  auto reader = std::make_unique<FrameReader>(options());
  Lines lines;
  for (FramePtr frame : reader->read(octets(bytes))) {
    reader.reset();
    lines.push_back(render(*frame));
  }
  EXPECT_EQ(lines, Lines{render(conversation().front())});
}

TEST(FrameReaderReuse, TheSameObjectComesRound) {
  if (HEADRACE_ASAN || HEADRACE_HARDENED) GTEST_SKIP() << "checked builds let objects rest";
  FrameReader reader;
  std::vector<const Frame*> addresses;
  const std::string bytes = encoded(conversation());
  for (FramePtr frame : reader.read(octets(bytes))) addresses.push_back(frame.get());
  for (const Frame* address : addresses) EXPECT_EQ(address, addresses[0]);
}

TEST(FrameReaderReuse, AHeldFrameIsLeftAlone) {
  FrameReader reader;
  const std::string bytes = encoded(conversation());
  FramePtr held;
  for (FramePtr frame : reader.read(octets(bytes))) {
    if (held == nullptr) {
      held = std::move(frame);
    } else {
      EXPECT_NE(frame.get(), held.get());
    }
  }
  EXPECT_EQ(render(*held), render(conversation().front()));
  EXPECT_EQ(reader.implicit_keeps(), 1u);
}

// The buffer of a frame that was cut goes with the reader, and the held frame looked into it.
TEST(FrameReaderReuse, AHeldFrameOutlivesAReaderThatGoesWithinItsLoop) {
  const std::string bytes = ref::encode(ref::DATA, 0, 1, "cut in two");
  auto reader = std::make_unique<FrameReader>();
  const gsl::span<const uint8_t> input = octets(bytes);
  for (FramePtr frame : reader->read(input.first(5))) FAIL() << frame->index();
  FramePtr held;
  for (FramePtr frame : reader->read(input.subspan(5))) {
    held = std::move(frame);
    reader.reset();
  }
  EXPECT_EQ(std::get<DataFrame>(*held).data.text(), "cut in two");
}

TEST(FrameReaderReuse, BytesLieInTheCallersInput) {
  if (HEADRACE_ASAN) GTEST_SKIP() << "under AddressSanitizer every view is a copy";
  const std::string bytes = ref::encode(ref::DATA, 0, 1, "in place");
  FrameReader reader;
  for (FramePtr frame : reader.read(octets(bytes))) {
    EXPECT_EQ(std::get<DataFrame>(*frame).data.data(), octets(bytes).data() + 9);
  }
}

TEST(FrameReaderFresh, EachFrameIsAnObjectOfItsOwnWithItsOwnBytes) {
  const std::string bytes = encoded(conversation());
  FrameReader reader({.allocation = Allocation::kFresh});
  std::vector<FramePtr> held;
  for (FramePtr frame : reader.read(octets(bytes))) {
    for (const FramePtr& other : held) EXPECT_NE(frame.get(), other.get());
    if (const auto* data = std::get_if<DataFrame>(frame.get()); data && !data->data.empty()) {
      const uint8_t* at = data->data.data();
      EXPECT_TRUE(at < octets(bytes).data() || at >= octets(bytes).data() + bytes.size());
    }
    held.push_back(std::move(frame));
  }
}

// --- Errors.

TEST_P(FrameReaderTest, FramesBeforeAnErrorComeOutThenNothing) {
  const ref::Frame good = ref::frame(ref::PING, 0, 0, ref::u64(1));
  const std::string bytes =
      ref::encode(good) + ref::encode(ref::PING, 0, 1, ref::u64(2)) + ref::encode(good);
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    FrameReader reader(options());
    Lines lines;
    read_into(&reader, std::string_view(bytes).substr(0, cut), &lines);
    read_into(&reader, std::string_view(bytes).substr(cut), &lines);
    read_into(&reader, ref::encode(good), &lines);
    ASSERT_EQ(lines, Lines{render(good)}) << "cut at " << cut;
    ASSERT_TRUE(reader.error().has_value());
    EXPECT_EQ(reader.error()->code, ErrorCode::kProtocolError);
    EXPECT_EQ(reader.error()->stream_id, 1u);
  }
}

TEST_P(FrameReaderTest, AStreamErrorEndsItToo) {
  FrameReader reader(options());
  Lines lines;
  read_into(&reader, ref::encode(ref::WINDOW_UPDATE, 0, 5, ref::u32(0)), &lines);
  EXPECT_TRUE(lines.empty());
  ASSERT_TRUE(reader.error().has_value());
  EXPECT_EQ(reader.error()->code, ErrorCode::kProtocolError);
}

// §4.2: no payload is waited for, let alone stored.
TEST_P(FrameReaderTest, SizesAreJudgedFromTheHeaderAlone) {
  ref::Frame large = ref::frame(ref::DATA, 0, 1);
  large.length = 16385;
  FrameReader reader(options());
  Lines lines;
  read_into(&reader, ref::encode(large).substr(0, 8), &lines);
  EXPECT_FALSE(reader.error().has_value());
  read_into(&reader, ref::encode(large).substr(8), &lines);
  ASSERT_TRUE(reader.error().has_value());
  EXPECT_EQ(reader.error()->code, ErrorCode::kFrameSizeError);
}

TEST_P(FrameReaderTest, MaxFrameSizeIsAnOption) {
  const ref::Frame large = ref::frame(ref::DATA, 0, 1, std::string(100000, 'x'));
  FrameReader::Options larger = options();
  larger.max_frame_size = 100000;
  FrameReader reader(larger);
  Lines lines;
  read_into(&reader, ref::encode(large).substr(0, 777), &lines);
  read_into(&reader, ref::encode(large).substr(777), &lines);
  EXPECT_EQ(lines, Lines{render(large)});
}

}  // namespace
}  // namespace headrace
