#include "headrace/memory/block_pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "tests/memory/allocation_counter.h"

namespace headrace {
namespace {

using BlockPtr = BlockPool::BlockPtr;

// Takes a block of each size, and hands all of them back.
void take_at_once(BlockPool* pool, const std::vector<size_t>& sizes) {
  std::vector<BlockPtr> blocks;
  blocks.reserve(sizes.size());
  for (size_t size : sizes) blocks.push_back(pool->take(size));
}

size_t allocations_of(BlockPool* pool, const std::vector<size_t>& sizes) {
  const size_t before = testing::allocations();
  take_at_once(pool, sizes);
  return testing::allocations() - before - 1;  // the vector's own
}

TEST(BlockPool, ABlockHoldsAtLeastWhatWasAskedFor) {
  BlockPool pool;
  for (size_t size : {0, 1, 255, 256, 257, 5000, 65536, 65537, 1000000}) {
    const BlockPtr block = pool.take(size);
    EXPECT_GE(block->capacity, size);
    EXPECT_EQ(block->size, 0u);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block->octets()) % alignof(void*), 0u);
    std::memset(block->octets(), 'x', block->capacity);
  }
}

TEST(BlockPool, LendsWhatCameBack) {
  BlockPool pool;
  BlockPtr block = pool.take(1000);
  block->size = 7;
  const auto* const place = block.get();
  block.reset();
  block = pool.take(600);
  EXPECT_EQ(block.get(), place);
  EXPECT_EQ(block->size, 0u);
}

// Whatever mixture: what was there at once, up to what is kept, is there again.
TEST(BlockPool, AllocatesNothingOnceItIsWarm) {
  if (!testing::kAllocationsCount) GTEST_SKIP() << "a sanitizer has an allocator of its own";
  for (const std::vector<size_t>& sizes : std::vector<std::vector<size_t>>{
           {100},
           {65536, 100, 100},  // the large one is not given to who asks for little
           {100, 65536},
           std::vector<size_t>(100, 1000),
           {300, 600, 1200, 2400, 5000, 10000, 20000, 40000},
       }) {
    BlockPool pool;
    take_at_once(&pool, sizes);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(allocations_of(&pool, sizes), 0u) << sizes.size();
    pool.trim();
    EXPECT_EQ(allocations_of(&pool, sizes), sizes.size());
  }
}

TEST(BlockPool, KeepsNoMoreThanItSays) {
  if (!testing::kAllocationsCount) GTEST_SKIP() << "a sanitizer has an allocator of its own";
  BlockPool pool;
  const std::vector<size_t> many(10, 32768);
  take_at_once(&pool, many);
  EXPECT_EQ(allocations_of(&pool, many), many.size() - BlockPool::kKept / 32768);
  const std::vector<size_t> large = {65537};
  take_at_once(&pool, large);
  EXPECT_EQ(allocations_of(&pool, large), 1u);
}

}  // namespace
}  // namespace headrace
