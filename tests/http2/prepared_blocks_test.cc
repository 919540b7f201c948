#include "headrace/protocol/http2/prepared_blocks.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace headrace {
namespace {

std::string text(gsl::span<const uint8_t> octets) { return {octets.begin(), octets.end()}; }

void store(const PreparedHead& head, uint64_t version, std::string_view octets,
           PreparedBlocks* blocks) {
  blocks->store(head, version, {reinterpret_cast<const uint8_t*>(octets.data()), octets.size()});
}

TEST(PreparedBlocksTest, KnowsAHeadAsLongAsTheTableIsTheSame) {
  const PreparedHead head = PreparedHead::of({{":status", "200"}});
  PreparedBlocks blocks;
  EXPECT_TRUE(blocks.find(head, 1).empty());
  store(head, 1, "octets", &blocks);
  EXPECT_EQ(text(blocks.find(head, 1)), "octets");
  EXPECT_TRUE(blocks.find(head, 2).empty());
  store(head, 2, "others", &blocks);
  EXPECT_EQ(text(blocks.find(head, 2)), "others");
  EXPECT_TRUE(blocks.find(head, 1).empty());
  blocks.clear();
  EXPECT_TRUE(blocks.find(head, 2).empty());
}

// However many there are: each finds its own octets, or none.
TEST(PreparedBlocksTest, NeverTakesOneHeadForAnother) {
  std::vector<PreparedHead> heads;
  for (int i = 0; i < 100; ++i) heads.push_back(PreparedHead::of({{":status", "200"}}));
  PreparedBlocks blocks;
  for (size_t i = 0; i < heads.size(); ++i) store(heads[i], 7, std::to_string(i), &blocks);
  int found = 0;
  for (size_t i = 0; i < heads.size(); ++i) {
    const std::string octets = text(blocks.find(heads[i], 7));
    if (octets.empty()) continue;
    EXPECT_EQ(octets, std::to_string(i));
    ++found;
  }
  EXPECT_GT(found, 0);
  EXPECT_LE(found, 16);
}

// A head that is kept here cannot be taken for one that was made in its place later.
TEST(PreparedBlocksTest, KeepsTheHeadsItKnows) {
  PreparedBlocks blocks;
  const void* gone = nullptr;
  {
    const PreparedHead head = PreparedHead::of({{":status", "200"}});
    gone = head.identity();
    store(head, 1, "old", &blocks);
  }
  for (int i = 0; i < 100; ++i) {
    const PreparedHead head = PreparedHead::of({{":status", "404"}});
    EXPECT_NE(head.identity(), gone);
    EXPECT_TRUE(blocks.find(head, 1).empty());
  }
}

}  // namespace
}  // namespace headrace
