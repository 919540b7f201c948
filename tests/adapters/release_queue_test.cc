#include "headrace/adapters/io_uring/release_queue.h"

#include <gtest/gtest.h>

namespace headrace::adapters {
namespace {

TEST(ReleaseQueueTest, WhatIsNotHeldIsFreeAtOnce) {
  ReleaseQueue queue;
  queue.push(1, 100, false);
  queue.push(2, 20, false);
  EXPECT_EQ(queue.take_released(), 120u);
  EXPECT_EQ(queue.take_released(), 0u);
}

TEST(ReleaseQueueTest, WhatIsHeldHoldsBackWhatCameBehindIt) {
  ReleaseQueue queue;
  queue.push(1, 100, false);
  queue.push(2, 20, true);
  queue.push(3, 3, false);
  EXPECT_EQ(queue.take_released(), 100u);
  queue.done(2);
  EXPECT_EQ(queue.take_released(), 23u);
}

TEST(ReleaseQueueTest, OrderOfReleaseDoesNotMatter) {
  ReleaseQueue queue;
  queue.push(1, 1, true);
  queue.push(2, 20, true);
  queue.push(3, 300, true);
  queue.done(2);
  EXPECT_EQ(queue.take_released(), 0u);
  queue.done(1);
  EXPECT_EQ(queue.take_released(), 21u);
  queue.done(3);
  EXPECT_EQ(queue.take_released(), 300u);
}

TEST(ReleaseQueueTest, UnknownSendsReleaseNothing) {
  ReleaseQueue queue;
  queue.done(1);
  queue.push(1, 1, true);
  queue.done(2);
  EXPECT_EQ(queue.take_released(), 0u);
}

}  // namespace
}  // namespace headrace::adapters
