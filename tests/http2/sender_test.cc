#include "headrace/protocol/http2/sender.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>

#include "headrace/protocol/stream/scheduler.h"

namespace headrace {
namespace {

using std::chrono::seconds;

// Streams 1, 3, 5, 7 in the order of their creation. Every window is 65,535 octets at first.
class SenderTest : public testing::Test {
 protected:
  SenderTest() {
    for (size_t i = 0; i < 4; ++i) {
      streams_[i].id = static_cast<StreamId>(2 * i + 1);
      all_.push_back(&streams_[i]);
    }
  }
  Stream* one() { return &streams_[0]; }
  Stream* three() { return &streams_[1]; }
  Stream* five() { return &streams_[2]; }
  Stream* seven() { return &streams_[3]; }

  // The streams that send the next frames, of an octet each.
  std::string turns(int frames) {
    std::string ids;
    for (int i = 0; i < frames && sender_.next() != nullptr; ++i) {
      Stream* next = sender_.next();
      ids += (i == 0 ? "" : " ") + std::to_string(next->id);
      sender_.sent(next, 1, now_);
    }
    return ids;
  }
  // The stream must be the next one.
  void use_up_window(Stream* stream) {
    ASSERT_EQ(sender_.next(), stream);
    sender_.sent(stream, static_cast<uint32_t>(sender_.window(stream)), now_);
    EXPECT_TRUE(sender_.block_if_used_up(stream));
  }
  std::string stalled(seconds timeout) {
    std::string ids;
    sender_.for_each_stalled(all_.front(), timeout, moved_, now_, [&](Stream* stream, TimePoint) {
      ids += (ids.empty() ? "" : " ") + std::to_string(stream->id);
    });
    return ids;
  }
  void wait(seconds time) { now_ += time; }

  TimePoint now_{seconds(100)};
  TimePoint moved_{};
  Stream streams_[4];
  StreamList<&Stream::live> all_;
  Sender sender_{Scheduling::kRoundRobin, nullptr, now_};
};

class PrioritySenderTest : public SenderTest {
 protected:
  Sender by_priority_{Scheduling::kPriority, nullptr, now_};
};

TEST_F(SenderTest, RoundRobinIsPlain) {
  EXPECT_EQ(sender_.next(), nullptr);
  EXPECT_FALSE(sender_.can_send());
  three()->priority.urgency = 0;
  for (Stream& stream : streams_) sender_.add(&stream, now_);
  EXPECT_TRUE(sender_.can_send());
  EXPECT_EQ(turns(5), "1 3 5 7 1");
}

TEST_F(PrioritySenderTest, PriorityIsThatOfRfc9218) {
  three()->priority.urgency = 0;
  for (Stream& stream : streams_) by_priority_.add(&stream, now_);
  EXPECT_EQ(by_priority_.next(), three());
  by_priority_.remove(three());
  EXPECT_EQ(by_priority_.next(), one());
}

TEST_F(SenderTest, AddingAndRemovingTwiceIsOnce) {
  sender_.add(one(), now_);
  sender_.add(one(), now_);
  sender_.add(three(), now_);
  EXPECT_EQ(sender_.size(), 2u);
  EXPECT_TRUE(one()->send.has_something());
  EXPECT_EQ(turns(3), "1 3 1");
  sender_.remove(one());
  sender_.remove(one());
  EXPECT_FALSE(one()->send.has_something());
  EXPECT_EQ(turns(2), "3 3");
  sender_.remove(three());
  EXPECT_EQ(sender_.next(), nullptr);
  EXPECT_EQ(sender_.size(), 0u);
}

// RFC 9113 §5.2.1: both windows count.
TEST_F(SenderTest, AFrameIsWithinBothWindows) {
  sender_.add(one(), now_);
  EXPECT_EQ(sender_.allowed(one()), 65535);
  ASSERT_TRUE(sender_.give(one(), 1000));
  EXPECT_EQ(sender_.window(one()), 66535);
  EXPECT_EQ(sender_.allowed(one()), 65535);
  ASSERT_TRUE(sender_.give(10'000));
  EXPECT_EQ(sender_.allowed(one()), 66535);
  sender_.sent(one(), 66535, now_);
  EXPECT_EQ(sender_.window(), 9'000);
  EXPECT_EQ(sender_.window(one()), 0);
}

// §6.9.1: at most 2^31-1.
TEST_F(SenderTest, AWindowHasALargestSize) {
  EXPECT_FALSE(sender_.give(kMaxWindow - 65535 + 1));
  EXPECT_TRUE(sender_.give(kMaxWindow - 65535));
  EXPECT_FALSE(sender_.give(1));
  EXPECT_FALSE(sender_.give(one(), kMaxWindow - 65535 + 1));
  EXPECT_TRUE(sender_.give(one(), kMaxWindow - 65535));
  EXPECT_EQ(sender_.window(one()), kMaxWindow);
}

// §6.9.2: a change of INITIAL_WINDOW_SIZE moves the windows of all streams, within 2^31-1.
TEST_F(SenderTest, ALargerBaseIsWithinTheLargestSizeOfOpenStreams) {
  ASSERT_TRUE(sender_.give(one(), 1000));
  EXPECT_TRUE(sender_.set_base(kMaxWindow - 1000, all_.front()));
  EXPECT_EQ(sender_.window(one()), kMaxWindow);
  EXPECT_FALSE(sender_.set_base(kMaxWindow - 999, all_.front()));
  // The one with the wider window is gone.
  all_.remove(one());
  EXPECT_TRUE(sender_.set_base(65535, all_.front()));
  EXPECT_TRUE(sender_.set_base(kMaxWindow, all_.front()));
}

TEST_F(SenderTest, WithoutWindowAStreamIsPassedOver) {
  ASSERT_TRUE(sender_.give(1'000'000));
  sender_.add(one(), now_);
  sender_.add(three(), now_);
  use_up_window(one());
  EXPECT_TRUE(one()->send.has_something());
  EXPECT_TRUE(one()->send.window_blocked());
  sender_.add(one(), now_);  // more to send, and still no window
  EXPECT_EQ(turns(2), "3 3");
  ASSERT_TRUE(sender_.give(three(), 5));  // was not blocked
  ASSERT_TRUE(sender_.give(one(), 100));
  EXPECT_EQ(turns(2), "3 1");
  sender_.remove(one());
  ASSERT_TRUE(sender_.give(one(), 5));  // has nothing to send
  EXPECT_EQ(turns(2), "3 3");
  use_up_window(three());
  EXPECT_EQ(sender_.next(), nullptr);
}

// One that is added while its window is used up waits for it, too.
TEST_F(SenderTest, AStreamCanBeAddedWithoutAWindow) {
  ASSERT_TRUE(sender_.set_base(0, all_.front()));
  sender_.add(one(), now_);
  EXPECT_EQ(sender_.next(), nullptr);
  ASSERT_TRUE(sender_.give(one(), 1));
  EXPECT_EQ(sender_.next(), one());
}

TEST_F(SenderTest, AMovedBaseBlocksAndUnblocks) {
  EXPECT_FALSE(sender_.base_moved(all_.front())) << "nobody has anything to send";
  sender_.add(one(), now_);
  sender_.add(three(), now_);
  sender_.add(five(), now_);
  ASSERT_TRUE(sender_.give(three(), 1));
  ASSERT_TRUE(sender_.set_base(0, all_.front()));
  EXPECT_TRUE(sender_.base_moved(all_.front()));
  EXPECT_EQ(sender_.next(), three());
  EXPECT_TRUE(one()->send.window_blocked());
  EXPECT_FALSE(seven()->send.has_something());
  sender_.remove(one());
  ASSERT_TRUE(sender_.set_base(10, all_.front()));
  EXPECT_TRUE(sender_.base_moved(all_.front()));
  EXPECT_EQ(turns(3), "3 5 3");
}

TEST_F(PrioritySenderTest, APriorityMayChangeAtAnyTime) {
  by_priority_.set_priority(seven(), {1, false});
  for (Stream& stream : streams_) by_priority_.add(&stream, now_);
  EXPECT_EQ(by_priority_.next(), seven());
  by_priority_.set_priority(three(), {0, false});
  EXPECT_EQ(by_priority_.next(), three());
  by_priority_.set_priority(three(), {6, true});
  by_priority_.set_priority(seven(), {7, true});
  EXPECT_EQ(by_priority_.next(), one());
  for (Stream& stream : streams_) by_priority_.remove(&stream);
  EXPECT_EQ(by_priority_.next(), nullptr);
}

// --- Stalls.

TEST_F(SenderTest, AStreamIsStalledSinceTheTransportTookItsLastData) {
  ASSERT_TRUE(sender_.give(1'000'000));
  sender_.add(one(), now_);
  EXPECT_EQ(sender_.stalled_since(), now_);
  use_up_window(one());
  wait(seconds(10));
  moved_ = now_;  // the transport is slow, and takes what is in front of it
  EXPECT_EQ(stalled(seconds(10)), "");
  sender_.departed(one(), now_);
  wait(seconds(9));
  EXPECT_EQ(stalled(seconds(10)), "");
  EXPECT_EQ(sender_.stalled_since(), moved_);
  wait(seconds(1));
  EXPECT_EQ(stalled(seconds(10)), "1");
}

TEST_F(SenderTest, AClosedConnectionWindowStallsAllSinceItsLastData) {
  sender_.add(one(), now_);
  sender_.add(three(), now_);
  use_up_window(one());  // the connection's, too
  sender_.departed(one(), now_);
  EXPECT_FALSE(sender_.can_send());
  wait(seconds(5));
  sender_.data_left(now_);
  wait(seconds(5));
  EXPECT_EQ(stalled(seconds(10)), "1");
  wait(seconds(5));
  EXPECT_EQ(stalled(seconds(10)), "1 3");
}

// What waits for its turn or for our own output is not the peer's fault.
TEST_F(SenderTest, AStreamThatMaySendIsNotStalled) {
  sender_.add(one(), now_);
  wait(seconds(1000));
  EXPECT_EQ(stalled(seconds(10)), "");
  EXPECT_EQ(sender_.stalled_since(), now_);
}

TEST_F(SenderTest, NothingIsStalledThatHasNothingToSend) {
  sender_.add(one(), now_);
  sender_.remove(one());
  EXPECT_EQ(stalled(seconds(0)), "");
  EXPECT_EQ(sender_.stalled_since(), TimePoint::max());
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

TEST_F(SenderTest, TheApplicationMayDecide) {
  Largest largest;
  Sender sender(Scheduling::kPriority, &largest, now_);
  EXPECT_EQ(sender.next(), nullptr) << "it is not asked while nobody is there";
  const uintptr_t user_data[] = {20, 40, 10, 30};
  for (size_t i = 0; i < 4; ++i) {
    streams_[i].user_data = user_data[i];
    sender.add(&streams_[i], now_);
  }
  EXPECT_EQ(sender.next(), three());
  sender.sent(three(), 65535, now_);
  EXPECT_TRUE(sender.block_if_used_up(three()));
  EXPECT_EQ(sender.next(), seven());
  ASSERT_TRUE(sender.give(three(), 1));
  EXPECT_EQ(sender.next(), three());
  EXPECT_EQ(largest.turns_taken, 1);
}

}  // namespace
}  // namespace headrace
