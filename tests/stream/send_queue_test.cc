#include "headrace/protocol/stream/send_queue.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace headrace {
namespace {

// Streams 1, 3, 5, ... in the order of their creation.
class SendQueueTest : public testing::Test {
 protected:
  SendQueueTest() {
    for (size_t i = 0; i < 4; ++i) {
      streams_[i].id = static_cast<StreamId>(2 * i + 1);
      all_.push_back(&streams_[i]);
    }
  }
  static std::string turns(SendQueue* queue, int frames) {
    std::string ids;
    for (int i = 0; i < frames && queue->next() != nullptr; ++i) {
      Stream* next = queue->next();
      ids += (i == 0 ? "" : " ") + std::to_string(next->id);
      queue->took_turn(next);
    }
    return ids;
  }

  Stream streams_[4];
  StreamList<&Stream::live> all_;
};

TEST_F(SendQueueTest, RoundRobinIsPlain) {
  SendQueue queue(Scheduling::kRoundRobin, nullptr);
  EXPECT_EQ(queue.next(), nullptr);
  streams_[1].priority.urgency = 0;
  for (Stream& stream : streams_) queue.add(&stream);
  EXPECT_EQ(turns(&queue, 5), "1 3 5 7 1");
}

TEST_F(SendQueueTest, PriorityIsThatOfRfc9218) {
  SendQueue queue(Scheduling::kPriority, nullptr);
  streams_[1].priority.urgency = 0;
  for (Stream& stream : streams_) queue.add(&stream);
  EXPECT_EQ(turns(&queue, 2), "3 3");
  queue.remove(&streams_[1]);
  EXPECT_EQ(turns(&queue, 2), "1 1");
}

TEST_F(SendQueueTest, AddingAndRemovingTwiceIsOnce) {
  SendQueue queue(Scheduling::kRoundRobin, nullptr);
  queue.add(&streams_[0]);
  queue.add(&streams_[0]);
  queue.add(&streams_[1]);
  EXPECT_TRUE(SendQueue::contains(&streams_[0]));
  EXPECT_EQ(turns(&queue, 3), "1 3 1");
  queue.remove(&streams_[0]);
  queue.remove(&streams_[0]);
  EXPECT_FALSE(SendQueue::contains(&streams_[0]));
  EXPECT_EQ(turns(&queue, 2), "3 3");
  queue.remove(&streams_[1]);
  EXPECT_EQ(queue.next(), nullptr);
}

TEST_F(SendQueueTest, WithoutWindowAStreamIsPassedOver) {
  SendQueue queue(Scheduling::kRoundRobin, nullptr);
  queue.add(&streams_[0]);
  queue.add(&streams_[1]);
  queue.block(&streams_[0]);
  EXPECT_TRUE(SendQueue::contains(&streams_[0]));
  queue.add(&streams_[0]);  // more to send, and still no window
  EXPECT_EQ(turns(&queue, 2), "3 3");
  queue.unblock(&streams_[1]);  // was not blocked
  queue.unblock(&streams_[0]);
  EXPECT_EQ(turns(&queue, 2), "3 1");
  queue.block(&streams_[0]);
  queue.remove(&streams_[0]);
  queue.unblock(&streams_[0]);  // no longer waits for anything
  EXPECT_EQ(turns(&queue, 2), "3 3");
  queue.block(&streams_[1]);
  EXPECT_EQ(queue.next(), nullptr);
}

TEST_F(SendQueueTest, MovedWindowsBlockAndUnblock) {
  SendQueue queue(Scheduling::kRoundRobin, nullptr);
  queue.add(&streams_[0]);
  queue.add(&streams_[1]);
  queue.add(&streams_[2]);
  queue.block(&streams_[1]);
  std::set<StreamId> open = {3, 5, 7};
  auto is_open = [&](const Stream* stream) { return open.count(stream->id) == 1; };
  queue.windows_moved(all_.front(), is_open);
  EXPECT_EQ(turns(&queue, 3), "5 3 5");
  EXPECT_TRUE(streams_[0].window_blocked);
  EXPECT_FALSE(SendQueue::contains(&streams_[3])) << "it has nothing to send";
  open = {};
  queue.windows_moved(all_.front(), is_open);
  EXPECT_EQ(queue.next(), nullptr);
  open = {1};
  queue.windows_moved(all_.front(), is_open);
  EXPECT_EQ(turns(&queue, 1), "1");

  // One goes, which was blocked, and another comes behind all.
  queue.remove(&streams_[1]);
  queue.remove(&streams_[1]);
  queue.block(&streams_[3]);
  open = {5, 7};
  queue.windows_moved(all_.front(), is_open);
  EXPECT_EQ(turns(&queue, 3), "5 7 5");
}

TEST_F(SendQueueTest, APriorityMayChangeAtAnyTime) {
  SendQueue queue(Scheduling::kPriority, nullptr);
  queue.set_priority(&streams_[3], {1, false});
  for (Stream& stream : streams_) queue.add(&stream);
  EXPECT_EQ(turns(&queue, 1), "7");
  queue.set_priority(&streams_[1], {0, false});
  EXPECT_EQ(turns(&queue, 1), "3");
  queue.block(&streams_[1]);
  queue.set_priority(&streams_[1], {6, true});
  queue.set_priority(&streams_[3], {7, true});
  EXPECT_EQ(turns(&queue, 1), "1");
  queue.unblock(&streams_[1]);
  queue.remove(&streams_[0]);
  queue.remove(&streams_[2]);
  EXPECT_EQ(turns(&queue, 1), "3");
  queue.set_priority(&streams_[3], {6, true});
  EXPECT_EQ(turns(&queue, 2), "3 7");
  for (Stream& stream : streams_) queue.remove(&stream);
  EXPECT_EQ(queue.next(), nullptr);
}

// What an application may bring: the stream whose user data is largest, without the links.
class Largest final : public Scheduler {
 public:
  void add(ScheduledStream* stream) override { streams_.insert(stream); }
  void remove(ScheduledStream* stream) override { streams_.erase(stream); }
  ScheduledStream* next() const override { return *streams_.rbegin(); }
  void took_turn(ScheduledStream* stream) override {
    EXPECT_EQ(stream, next());
    ++turns_taken;
  }

  int turns_taken = 0;

 private:
  struct ByUserData {
    bool operator()(const ScheduledStream* a, const ScheduledStream* b) const {
      return a->user_data < b->user_data;
    }
  };
  std::set<ScheduledStream*, ByUserData> streams_;
};

TEST_F(SendQueueTest, TheApplicationMayDecide) {
  Largest largest;
  SendQueue queue(Scheduling::kPriority, &largest);
  EXPECT_EQ(queue.next(), nullptr) << "it is not asked while nobody is there";
  const uintptr_t user_data[] = {20, 40, 10, 30};
  for (size_t i = 0; i < 4; ++i) {
    streams_[i].user_data = user_data[i];
    queue.add(&streams_[i]);
  }
  EXPECT_EQ(turns(&queue, 2), "3 3");
  queue.block(&streams_[1]);
  EXPECT_EQ(turns(&queue, 1), "7");
  queue.unblock(&streams_[1]);
  EXPECT_EQ(turns(&queue, 1), "3");
  EXPECT_EQ(largest.turns_taken, 4);
}

}  // namespace
}  // namespace headrace
