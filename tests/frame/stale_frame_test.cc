#include <gtest/gtest.h>

#include <string>

#include "protocol/frame/frame_reader.h"
#include "tests/reference/frames.h"

// The negative control of the two checked builds: what is taken out of a frame and used after its
// turn must stop the program there. Built without either, nothing is promised and nothing is run.
namespace headrace {
namespace {

namespace ref = reference;

[[maybe_unused]] constexpr const char* kAsanReport =
    "AddressSanitizer: (use-after-poison|heap-use-after-free)";

gsl::span<const uint8_t> octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

const std::string& one_data_frame() {
  static const std::string bytes = ref::encode(ref::DATA, 0, 1, "not for long");
  return bytes;
}

[[maybe_unused]] void read_stale_bytes() {
  FrameReader reader;
  const uint8_t* stale = nullptr;
  for (FramePtr frame : reader.read(octets(one_data_frame()))) {
    stale = std::get<DataFrame>(*frame).data.data();
  }
  ASSERT_NE(*static_cast<const volatile uint8_t*>(stale), 0);
}

[[maybe_unused]] void look_at_stale_frame() {
  FrameReader reader;
  const Frame* stale = nullptr;
  for (FramePtr frame : reader.read(octets(one_data_frame()))) stale = frame.get();
  ASSERT_NE(stale->index(), 100u);
}

[[maybe_unused]] void use_stale_accessor() {
  FrameReader reader;
  const DataFrame* stale = nullptr;
  for (FramePtr frame : reader.read(octets(one_data_frame()))) {
    stale = &std::get<DataFrame>(*frame);
  }
  ASSERT_NE(stale->data.size(), 0u);
}

#if HEADRACE_ASAN
TEST(StaleFrameDeathTest, BytesAreReportedByAddressSanitizer) {
  EXPECT_DEATH(read_stale_bytes(), kAsanReport);
}
TEST(StaleFrameDeathTest, TheFrameIsReportedByAddressSanitizer) {
  EXPECT_DEATH(look_at_stale_frame(), kAsanReport);
}
TEST(StaleFrameDeathTest, AnAccessorIsReportedByAddressSanitizer) {
  EXPECT_DEATH(use_stale_accessor(), kAsanReport);
}
#elif HEADRACE_HARDENED
TEST(StaleFrameDeathTest, AnAccessorStopsTheProgram) {
  EXPECT_DEATH(use_stale_accessor(), "used after its event was dropped; keep\\(\\) it instead");
}
#else
TEST(StaleFrameDeathTest, NeedsACheckedBuild) {
  GTEST_SKIP() << "run with --config=asan and --config=hardened";
}
#endif

TEST(StaleFrame, AFrameInItsTurnIsFineInEveryBuild) {
  FrameReader reader;
  for (FramePtr frame : reader.read(octets(one_data_frame()))) {
    EXPECT_EQ(std::get<DataFrame>(*frame).data.text(), "not for long");
  }
}

}  // namespace
}  // namespace headrace
