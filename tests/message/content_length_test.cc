#include "headrace/protocol/message/content_length.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace headrace {
namespace {

TEST(ContentLengthTest, AllowsAnythingWithoutAnAnnouncement) {
  ContentLength length;
  EXPECT_TRUE(length.allows(0, true));
  EXPECT_TRUE(length.allows(std::numeric_limits<uint64_t>::max(), false));
  EXPECT_TRUE(length.allows(std::numeric_limits<uint64_t>::max(), true));
}

// RFC 9113 §8.1.1: the sum of the DATA, no more and no less.
TEST(ContentLengthTest, AllowsTheAnnouncedSumOnly) {
  ContentLength length;
  length.announce(10);
  EXPECT_TRUE(length.allows(10, true));
  EXPECT_TRUE(length.allows(10, false));
  EXPECT_TRUE(length.allows(9, false));
  EXPECT_FALSE(length.allows(9, true));
  EXPECT_FALSE(length.allows(11, false));
  length.count(6);
  EXPECT_TRUE(length.allows(4, true));
  EXPECT_FALSE(length.allows(5, false));
  EXPECT_FALSE(length.allows(std::numeric_limits<uint64_t>::max(), false));
  length.count(4);
  EXPECT_TRUE(length.allows(0, true));
  EXPECT_TRUE(length.allows(0, false));
  EXPECT_FALSE(length.allows(1, false));
}

TEST(ContentLengthTest, ZeroIsALength) {
  ContentLength length;
  length.announce(0);
  EXPECT_TRUE(length.allows(0, true));
  EXPECT_FALSE(length.allows(1, true));
}

}  // namespace
}  // namespace headrace
