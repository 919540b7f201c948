#include <gtest/gtest.h>

#include <gsl/span>
#include <string>

#include "headrace/protocol/frame/frame_reader.h"
#include "tests/memory/stale_report.h"
#include "tests/reference/frames.h"

// The negative controls of the checked builds: what is taken out of a frame and used after its turn
// must stop the program there. Built without either check, nothing is promised and nothing is run.
namespace headrace {
namespace {

namespace ref = reference;
using testing::accessor_report;
using testing::kCatchesAccessors;
using testing::kCatchesViews;
using testing::kViewReport;
using testing::look_at;

gsl::span<const uint8_t> octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

const std::string& one_data_frame() {
  static const std::string bytes = ref::encode(ref::DATA, 0, 1, "not for long");
  return bytes;
}

void read_stale_bytes(Allocation allocation) {
  FrameReader reader({.allocation = allocation});
  const uint8_t* stale = nullptr;
  for (FramePtr frame : reader.read(octets(one_data_frame()))) {
    stale = std::get<DataFrame>(*frame).data.data();
  }
  look_at(stale);
}

// A view from before keep(), or before the frame that is still held was cut loose.
void read_bytes_from_before(bool explicitly) {
  FrameReader reader;
  const uint8_t* stale = nullptr;
  FramePtr kept;
  for (FramePtr frame : reader.read(octets(one_data_frame()))) {
    stale = std::get<DataFrame>(*frame).data.data();
    kept = explicitly ? keep(std::move(frame)) : std::move(frame);
  }
  for (FramePtr frame : reader.read(octets(one_data_frame()))) {
  }
  look_at(std::get<DataFrame>(*kept).data.data());
  look_at(stale);
}

void look_at_stale_frame(Allocation allocation) {
  FrameReader reader({.allocation = allocation});
  const Frame* stale = nullptr;
  for (FramePtr frame : reader.read(octets(one_data_frame()))) stale = frame.get();
  look_at(&std::get<DataFrame>(*stale).header.length);
}

void ask_stale_frame() {
  FrameReader reader;
  const Frame* stale = nullptr;
  for (FramePtr frame : reader.read(octets(one_data_frame()))) stale = frame.get();
  std::get<DataFrame>(*stale).data.data();
}

TEST(StaleFrameDeathTest, DataBytes) {
  HEADRACE_SKIP_UNLESS(kCatchesViews);
  EXPECT_DEATH(read_stale_bytes(Allocation::kReuse), kViewReport);
  EXPECT_DEATH(read_stale_bytes(Allocation::kFresh), kViewReport);
}

TEST(StaleFrameDeathTest, ViewsFromBeforeKeep) {
  HEADRACE_SKIP_UNLESS(kCatchesViews);
  EXPECT_DEATH(read_bytes_from_before(/*explicitly=*/true), kViewReport);
  EXPECT_DEATH(read_bytes_from_before(/*explicitly=*/false), kViewReport);
}

TEST(StaleFrameDeathTest, FrameObject) {
  HEADRACE_SKIP_UNLESS(kCatchesViews);
  EXPECT_DEATH(look_at_stale_frame(Allocation::kReuse), kViewReport);
  EXPECT_DEATH(look_at_stale_frame(Allocation::kFresh), kViewReport);
}

TEST(StaleFrameDeathTest, Accessor) {
  HEADRACE_SKIP_UNLESS(kCatchesAccessors);
  EXPECT_DEATH(
      ask_stale_frame(),
      accessor_report("the bytes of a DataFrame used after it was dropped; keep\\(\\) it"));
}

TEST(StaleFrame, AFrameInItsTurnIsFineInEveryBuild) {
  FrameReader reader;
  for (FramePtr frame : reader.read(octets(one_data_frame()))) {
    EXPECT_EQ(std::get<DataFrame>(*frame).data.text(), "not for long");
  }
}

}  // namespace
}  // namespace headrace
