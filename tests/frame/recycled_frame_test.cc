#include <gtest/gtest.h>

#include <algorithm>
#include <gsl/span>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "headrace/protocol/frame/frame_reader.h"
#include "tests/frame/render.h"
#include "tests/memory/scribble.h"
#include "tests/reference/frames.h"

// The same object again, and nothing left over; or never the same object, and its own bytes.
namespace headrace {
namespace {

namespace ref = reference;
using testing::kRecycledPlaces;
using testing::render;

gsl::span<const uint8_t> octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// Of each type: with everything that it can have, and with as little as possible.
std::vector<ref::Frame> fat_and_lean_frames() {
  constexpr uint32_t kLargest = 0x7fffffff;
  const std::string text(300, 't');
  const uint8_t padded = ref::PADDED | ref::END_STREAM | ref::END_HEADERS;
  return {
      ref::frame(ref::DATA, ref::PADDED | ref::END_STREAM, kLargest, ref::padded(text, 200)),
      ref::frame(ref::DATA, 0, 1),
      ref::frame(ref::HEADERS, padded | ref::HAS_PRIORITY, kLargest,
                 ref::u8(100) + ref::priority(true, 7, 255) + text + std::string(100, '\0')),
      ref::frame(ref::HEADERS, 0, 1),
      ref::frame(ref::PRIORITY, 0xff, kLargest, ref::priority(true, 5, 255)),
      ref::frame(ref::PRIORITY, 0, 1, ref::priority(false, 0, 0)),
      ref::frame(ref::RST_STREAM, 0xff, kLargest, ref::u32(UINT32_MAX)),
      ref::frame(ref::RST_STREAM, 0, 1, ref::u32(0)),
      ref::frame(ref::SETTINGS, 0, 0,
                 ref::settings({{ref::HEADER_TABLE_SIZE, 2},
                                {ref::MAX_CONCURRENT_STREAMS, 4},
                                {ref::MAX_FRAME_SIZE, 16384},
                                {99, 99}})),
      ref::frame(ref::SETTINGS, ref::ACK, 0),
      ref::frame(ref::PUSH_PROMISE, ref::PADDED | ref::END_HEADERS, kLargest,
                 ref::u8(50) + ref::u32(kLargest - 1) + text + std::string(50, '\0')),
      ref::frame(ref::PUSH_PROMISE, 0, 1, ref::u32(2)),
      ref::frame(ref::PING, ref::ACK, 0, ref::u64(UINT64_MAX)),
      ref::frame(ref::PING, 0, 0, ref::u64(0)),
      ref::frame(ref::GOAWAY, 0, 0, ref::goaway(kLargest, UINT32_MAX, text)),
      ref::frame(ref::GOAWAY, 0, 0, ref::goaway(0, 0)),
      ref::frame(ref::WINDOW_UPDATE, 0xff, kLargest, ref::u32(kLargest)),
      ref::frame(ref::WINDOW_UPDATE, 0, 0, ref::u32(1)),
      ref::frame(ref::CONTINUATION, ref::END_HEADERS, kLargest, text),
      ref::frame(ref::CONTINUATION, 0, 1),
      ref::frame(ref::ALTSVC, 0, 0, ref::altsvc("https://example.org", "h3=\":443\"")),
      ref::frame(ref::ALTSVC, 0, 1, ref::altsvc("", "clear")),
      ref::frame(ref::ORIGIN, 0, 0, ref::origins({"https://a.example", "https://b.example"})),
      ref::frame(ref::ORIGIN, 0, 0),
      ref::frame(ref::PRIORITY_UPDATE, 0, 0, ref::priority_update(kLargest, "u=7, i")),
      ref::frame(ref::PRIORITY_UPDATE, 0, 0, ref::priority_update(1, "")),
      ref::frame(0xf0, 0xff, kLargest, text),
      ref::frame(0xf1, 0, 0),
  };
}

TEST(RecycledFrame, NothingOfTheFrameBeforeShowsThrough) {
  const std::vector<ref::Frame> frames = fat_and_lean_frames();
  std::set<const Frame*> places;
  FrameReader reader;
  for (const ref::Frame& before : frames) {
    for (const ref::Frame& after : frames) {
      const std::string bytes = ref::encode(before) + ref::encode(after);
      std::vector<std::string> seen;
      for (FramePtr frame : reader.read(octets(bytes))) {
        seen.push_back(render(*frame));
        const Frame* place = frame.get();
        places.insert(place);
        frame.reset();
        testing::scribble(place);
      }
      EXPECT_EQ(seen, (std::vector{render(before), render(after)}));
    }
  }
  EXPECT_LE(places.size(), kRecycledPlaces<Frame>) << "not the same object every time";
  std::set<size_t> kinds;
  for (const ref::Frame& one : frames) {
    const std::string bytes = ref::encode(one);
    for (FramePtr frame : reader.read(octets(bytes))) kinds.insert(frame->index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Frame> - 1) << "a type of frame is not in the list";
}

// Held as it is or after keep(), in both modes.
TEST(FreshFrame, IsAnObjectOfItsOwnThatNeverChanges) {
  for (const Allocation allocation : {Allocation::kFresh, Allocation::kReuse}) {
    for (const bool keeps : {true, false}) {
      std::vector<std::string> expected;
      std::string bytes;
      for (const ref::Frame& frame : fat_and_lean_frames()) {
        expected.push_back(render(frame));
        bytes += ref::encode(frame);
      }
      auto reader = std::make_unique<FrameReader>(FrameReader::Options{.allocation = allocation});
      std::vector<FramePtr> held;
      for (FramePtr frame : reader->read(octets(bytes))) {
        held.push_back(keeps ? keep(std::move(frame)) : std::move(frame));
      }
      const bool counted = allocation == Allocation::kReuse && !keeps;
      EXPECT_EQ(reader->implicit_keeps(), counted ? expected.size() : 0);
      reader.reset();
      std::fill(bytes.begin(), bytes.end(), '?');
      std::set<const Frame*> places;
      std::vector<std::string> seen;
      for (const FramePtr& frame : held) {
        places.insert(frame.get());
        seen.push_back(render(*frame));
      }
      EXPECT_EQ(seen, expected);
      EXPECT_EQ(places.size(), expected.size());
    }
  }
}

}  // namespace
}  // namespace headrace
