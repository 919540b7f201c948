#include "headrace/protocol/http2/outbox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/memory/heap_use.h"

namespace headrace {
namespace {

using Marks = std::vector<std::pair<StreamId, Mark>>;

class OutboxTest : public ::testing::Test {
 protected:
  // A frame of `size` octets.
  static void queue(Outbox* outbox, size_t size) {
    outbox->commit(std::fill_n(outbox->reserve(size), size, uint8_t{0}));
  }
  static void queue(Outbox* outbox, size_t size, Mark mark, StreamId id) {
    queue(outbox, size);
    outbox->mark(mark, id);
  }
  static void send(Outbox* outbox, size_t size) {
    (void)outbox->sent(size);
    outbox->released(size, [](StreamId, size_t) {});
  }
  static Marks shown(Outbox* outbox) {
    Marks marks;
    while (const auto mark = outbox->next_shown()) marks.emplace_back(mark->stream_id, mark->mark);
    return marks;
  }
  static Marks departed(Outbox* outbox) {
    Marks marks;
    while (const auto mark = outbox->next_departed()) {
      marks.emplace_back(mark->stream_id, mark->mark);
    }
    return marks;
  }

  Outbox outbox_{/*queued_replies=*/4, /*backlog=*/100};
};

TEST_F(OutboxTest, HandsAMarkOutWhenItsLastOctetIsShown) {
  queue(&outbox_, 10, Mark::kEnd, 7);
  queue(&outbox_, 5, Mark::kEnd, 9);
  EXPECT_EQ(shown(&outbox_), Marks());
  outbox_.show(9);
  EXPECT_EQ(shown(&outbox_), Marks());
  outbox_.show(10);
  EXPECT_EQ(shown(&outbox_), (Marks{{7, Mark::kEnd}}));
  outbox_.show(100);
  EXPECT_EQ(shown(&outbox_), (Marks{{9, Mark::kEnd}}));
  EXPECT_EQ(shown(&outbox_), Marks());
}

TEST_F(OutboxTest, TellsOfADepartureOnlyWhereItIsWaitedFor) {
  queue(&outbox_, 10, Mark::kEnd, 1);
  queue(&outbox_, 10, Mark::kData, 5);
  queue(&outbox_, 10, Mark::kEnd, 3);
  outbox_.show(100);
  while (const auto mark = outbox_.next_shown()) {
    if (mark->stream_id == 3) outbox_.await_departure();
  }
  EXPECT_TRUE(outbox_.holds_end(1));
  send(&outbox_, 20);
  EXPECT_EQ(departed(&outbox_), (Marks{{5, Mark::kData}}));
  EXPECT_FALSE(outbox_.holds_end(1));
  EXPECT_TRUE(outbox_.holds_end(3));
  send(&outbox_, 10);
  EXPECT_EQ(departed(&outbox_), (Marks{{3, Mark::kEnd}}));
  EXPECT_FALSE(outbox_.holds_end(3));
}

// What was handed out stays handed out when the array in front of it is dropped.
TEST_F(OutboxTest, KeepsItsPlaceInALongQueue) {
  Marks all;
  for (StreamId id = 1; id < 1000; ++id) {
    queue(&outbox_, 10, Mark::kEnd, id);
    all.emplace_back(id, Mark::kEnd);
  }
  Marks seen;
  outbox_.show(15);
  for (int i = 0; i < 999; ++i) {
    for (const auto& mark : shown(&outbox_)) seen.push_back(mark);
    send(&outbox_, 10);
    EXPECT_EQ(departed(&outbox_), Marks());
    outbox_.show(15);
  }
  EXPECT_EQ(seen, all);
}

// A connection that always has something on its way needs no more memory for it with time.
TEST_F(OutboxTest, ForgetsTheMarksThatHaveLeft) {
  if (!testing::HeapUse::counts()) GTEST_SKIP() << "this build does not count";
  queue(&outbox_, 10, Mark::kEnd, 1);
  testing::HeapUse::enter();
  for (StreamId id = 2; id < 100'000; ++id) {
    queue(&outbox_, 10, Mark::kEnd, id);
    outbox_.show(20);
    while (outbox_.next_shown()) {
    }
    send(&outbox_, 10);
    while (outbox_.next_departed()) {
    }
  }
  testing::HeapUse::leave();
  EXPECT_LT(testing::HeapUse::peak(), 100'000u);
}

TEST_F(OutboxTest, HoldsInputFromTheLimitOfRepliesUntilHalfHaveLeft) {
  for (int i = 0; i < 3; ++i) {
    queue(&outbox_, 17);
    EXPECT_FALSE(outbox_.count_reply());
  }
  queue(&outbox_, 17);
  EXPECT_TRUE(outbox_.count_reply());
  const LimitHit hit = outbox_.queued_replies();
  EXPECT_EQ(hit.limit, Limit::kQueuedReplies);
  EXPECT_EQ(hit.bound, 4u);
  EXPECT_EQ(hit.observed, 4u);
  EXPECT_TRUE(outbox_.holds_input());
  outbox_.show(100);
  send(&outbox_, 33);
  EXPECT_TRUE(outbox_.holds_input());
  send(&outbox_, 1);
  EXPECT_FALSE(outbox_.holds_input());
}

// Octets in front of DATA are none of it: the application had asked for output by then.
TEST_F(OutboxTest, CountsTheBacklogBehindTheLastData) {
  queue(&outbox_, 90);
  EXPECT_FALSE(outbox_.count_backlog());
  queue(&outbox_, 50);
  outbox_.data_cut();
  queue(&outbox_, 100);
  EXPECT_FALSE(outbox_.count_backlog());
  queue(&outbox_, 1);
  EXPECT_TRUE(outbox_.count_backlog());
  const LimitHit hit = outbox_.output_backlog();
  EXPECT_EQ(hit.limit, Limit::kOutputBacklog);
  EXPECT_EQ(hit.bound, 100u);
  EXPECT_EQ(hit.observed, 101u);
  EXPECT_TRUE(outbox_.holds_input());
  outbox_.show(1000);
  EXPECT_TRUE(outbox_.sent(140)) << "DATA";
  EXPECT_FALSE(outbox_.sent(50));
  EXPECT_TRUE(outbox_.holds_input());
  EXPECT_FALSE(outbox_.sent(1));
  EXPECT_FALSE(outbox_.holds_input());
}

TEST_F(OutboxTest, NamesTheStreamWhoseOctetsAreReleased) {
  const std::string body(100, 'x');
  queue(&outbox_, 9);
  outbox_.append_reference({reinterpret_cast<const uint8_t*>(body.data()), body.size()}, 11);
  outbox_.show(1000);
  (void)outbox_.sent(109);
  std::vector<std::pair<StreamId, size_t>> released;
  auto note = [&](StreamId id, size_t size) { released.emplace_back(id, size); };
  outbox_.released(108, note);
  EXPECT_TRUE(released.empty());
  outbox_.released(1, note);
  ASSERT_EQ(released.size(), 1u);
  EXPECT_EQ(released[0].first, 11u);
  EXPECT_EQ(released[0].second, 100u);
}

TEST_F(OutboxTest, TrimsOnlyWhatHoldsNothing) {
  queue(&outbox_, 10, Mark::kEnd, 1);
  queue(&outbox_, 10, Mark::kEnd, 3);
  outbox_.show(10);
  (void)shown(&outbox_);
  send(&outbox_, 10);
  (void)departed(&outbox_);
  outbox_.trim();
  outbox_.show(10);
  EXPECT_EQ(shown(&outbox_), (Marks{{3, Mark::kEnd}}));
}

}  // namespace
}  // namespace headrace
