#include "headrace/protocol/stream/flow_window.h"

#include <gtest/gtest.h>

namespace headrace {
namespace {

TEST(FlowWindow, FollowsItsBaseBelowZero) {
  // RFC 9113 §6.9.2's example: 60 KiB sent, then INITIAL_WINDOW_SIZE drops from 64 KiB to 16 KiB.
  FlowWindow window;
  window.take(60 * 1024);
  EXPECT_EQ(window.available(64 * 1024), 4 * 1024);
  EXPECT_EQ(window.available(16 * 1024), -44 * 1024);
}

TEST(FlowWindow, RefusesToExceedTheMaximum) {
  FlowWindow window;
  EXPECT_TRUE(window.give(kInitialWindow, 0x7fffffff - 65535));
  EXPECT_EQ(window.available(kInitialWindow), 0x7fffffff);
  EXPECT_FALSE(window.give(kInitialWindow, 1));
  EXPECT_EQ(window.available(kInitialWindow), 0x7fffffff);
}

}  // namespace
}  // namespace headrace
