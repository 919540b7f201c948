#include <gtest/gtest.h>

#include <gsl/span>
#include <string>

#include "headrace/protocol/frame/frame_reader.h"
#include "tests/memory/allocation_counter.h"
#include "tests/reference/frames.h"

// What kReuse promises: no heap allocation a frame in the steady state.
namespace headrace {
namespace {

namespace ref = reference;
using testing::allocations;

std::string traffic() {
  return ref::encode(ref::HEADERS, ref::END_HEADERS, 1, std::string(200, 'h')) +
         ref::encode(ref::DATA, ref::PADDED, 1, ref::padded(std::string(5000, 'd'), 100)) +
         ref::encode(ref::SETTINGS, 0, 0,
                     ref::settings(
                         {{ref::MAX_CONCURRENT_STREAMS, 100}, {ref::INITIAL_WINDOW_SIZE, 70000}})) +
         ref::encode(ref::ALTSVC, 0, 1, ref::altsvc("", "h3=\":443\"")) +
         ref::encode(ref::ORIGIN, 0, 0, ref::origins({"https://example.org"})) +
         ref::encode(ref::PRIORITY_UPDATE, 0, 0, ref::priority_update(5, "u=1, i")) +
         ref::encode(ref::WINDOW_UPDATE, 0, 0, ref::u32(5100)) +
         ref::encode(ref::GOAWAY, 0, 0, ref::goaway(1, 0, "debug"));
}

// Reads the traffic in pieces of `size`, and counts.
size_t allocations_of_a_pass(FrameReader* reader, const std::string& bytes, size_t size) {
  const size_t before = allocations();
  const auto* octets = reinterpret_cast<const uint8_t*>(bytes.data());
  for (size_t at = 0; at < bytes.size(); at += size) {
    const size_t piece = std::min(size, bytes.size() - at);
    for (FramePtr frame : reader->read(gsl::span<const uint8_t>(octets + at, piece))) {
      EXPECT_NE(frame->index(), 0u);
    }
  }
  return allocations() - before;
}

TEST(FrameReaderAllocations, NoneAFrameInTheSteadyState) {
  if (!testing::kAllocationsCount) GTEST_SKIP() << "checked builds copy what they view";
  const std::string bytes = traffic();
  for (size_t size : {bytes.size(), size_t{1000}, size_t{7}, size_t{1}}) {
    FrameReader reader;
    EXPECT_GT(allocations_of_a_pass(&reader, bytes, size), 0u) << "the first pass warms up";
    for (int pass = 0; pass < 3; ++pass) {
      EXPECT_EQ(allocations_of_a_pass(&reader, bytes, size), 0u) << "in pieces of " << size;
    }
  }
}

TEST(FrameReaderAllocations, FreshAllocatesAFrameAtLeast) {
  if (!testing::kAllocationsCount) GTEST_SKIP() << "checked builds copy what they view";
  const std::string bytes = traffic();
  FrameReader reader({.allocation = Allocation::kFresh});
  allocations_of_a_pass(&reader, bytes, bytes.size());
  EXPECT_GE(allocations_of_a_pass(&reader, bytes, bytes.size()), 5u);
}

}  // namespace
}  // namespace headrace
