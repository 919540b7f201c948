// What the benchmark's table says is held here in every build that counts: in kReuse no cycle asks
// the heap for anything once it is warm, in kFresh every event is an allocation of its own.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "benchmarks/cycle.h"
#include "benchmarks/measure.h"
#include "headrace/memory/abi.h"

namespace headrace::benchmarks {
namespace {

// Sanitizers have allocators of their own, which are not counted.
bool counts() {
  const uint64_t before = heap_allocations();
  std::free(std::malloc(1));
  return heap_allocations() > before;
}

// Of the first runs, and of some that follow.
struct Allocations {
  uint64_t warming_up = 0;
  uint64_t warm = 0;
};

Allocations count(const CycleRow& row, Allocation allocation) {
  constexpr int kRuns = 10;
  const bool soon_warm = allocation == Allocation::kFresh || row.name.starts_with("Download");
  const int warm_up = soon_warm ? 5 : kWarmUpRuns;
  const std::unique_ptr<Cycle> cycle = row.make(allocation);
  const uint64_t before = heap_allocations();
  for (int i = 0; i < warm_up; ++i) cycle->run();
  const uint64_t between = heap_allocations();
  for (int i = 0; i < kRuns; ++i) cycle->run();
  return {between - before, heap_allocations() - between};
}

std::string row_name(const testing::TestParamInfo<CycleRow>& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '+', '_');
  return name;
}

class AllocationTable : public testing::TestWithParam<CycleRow> {
 protected:
  void SetUp() override {
    if (!counts()) GTEST_SKIP() << "a sanitizer has an allocator of its own";
    if (HEADRACE_HARDENED != 0) GTEST_SKIP() << "hardened builds copy what they view";
  }
};

// The bound of the warm-up is that of docs/memory.md.
TEST_P(AllocationTable, ReuseAllocatesNothingOnceItIsWarm) {
  const Allocations allocations = count(GetParam(), Allocation::kReuse);
  EXPECT_EQ(allocations.warm, 0u);
  EXPECT_LE(allocations.warming_up, 80u);
}

TEST_P(AllocationTable, FreshAllocatesWhereThereAreEvents) {
  const uint64_t allocations = count(GetParam(), Allocation::kFresh).warm;
  // A WINDOW_UPDATE of a connection is no event.
  EXPECT_EQ(allocations > 0, GetParam().name != "WINDOW_UPDATE_applied") << allocations;
}

INSTANTIATE_TEST_SUITE_P(Rows, AllocationTable, testing::ValuesIn(all_cycles()), row_name);

}  // namespace
}  // namespace headrace::benchmarks
