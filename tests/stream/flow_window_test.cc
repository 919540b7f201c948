#include "protocol/stream/flow_window.h"

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

TEST(ReceiveWindow, RefusesMoreThanWasGranted) {
  ReceiveWindow window;
  EXPECT_TRUE(window.receive(100, 100));
  EXPECT_FALSE(window.receive(100, 1));
  EXPECT_EQ(window.available(100), 0);
}

TEST(ReceiveWindow, GivesCreditBackAtHalfTheWindow) {
  ReceiveWindow window;
  ASSERT_TRUE(window.receive(100, 80));
  EXPECT_EQ(window.consume(100, 100, 49, /*at_once=*/false), 0u);
  EXPECT_EQ(window.consume(100, 100, 1, /*at_once=*/false), 50u);
  EXPECT_EQ(window.available(100), 70);
  EXPECT_EQ(window.consume(100, 100, 30, /*at_once=*/false), 0u);
}

}  // namespace
}  // namespace headrace
