#include "headrace/protocol/http2/priorities.h"

#include <gtest/gtest.h>

#include <limits>

namespace headrace {
namespace {

class PrioritiesTest : public testing::Test {
 protected:
  PrioritiesTest() {
    limits_.priority_updates_per_stream = 2;
    limits_.concurrent_streams = 3;
    stream_.id = 1;
  }

  Limits limits_;
  Ledger ledger_{std::numeric_limits<size_t>::max()};
  Priorities priorities_{limits_, &ledger_};
  Stream stream_;
};

// RFC 9218 §4: urgency 3, and not incremental, but for a peer that knows nothing of it.
TEST_F(PrioritiesTest, DefaultsAreThoseOfTheRfcOnceThePeerSignals) {
  EXPECT_EQ(priorities_.initial(/*is_connect=*/false), (Priority{3, true}));
  EXPECT_TRUE(priorities_.note_signal());
  EXPECT_FALSE(priorities_.note_signal()) << "no news";
  EXPECT_EQ(priorities_.initial(/*is_connect=*/false), (Priority{3, false}));
  EXPECT_EQ(priorities_.initial(/*is_connect=*/true), (Priority{3, true}));
}

TEST_F(PrioritiesTest, UpdatesOfAStreamAreFew) {
  EXPECT_FALSE(stream_.signals.given());
  priorities_.note_given(&stream_);
  EXPECT_TRUE(stream_.signals.given());
  EXPECT_TRUE(priorities_.take_update(&stream_));
  EXPECT_TRUE(priorities_.take_update(&stream_));
  EXPECT_FALSE(priorities_.take_update(&stream_));
}

TEST_F(PrioritiesTest, ASignalWaitsForItsStream) {
  EXPECT_FALSE(priorities_.has_idle(5));
  ASSERT_TRUE(priorities_.add_idle(5));
  EXPECT_TRUE(priorities_.take_idle_update(5));
  priorities_.set_idle(5, {1, true});
  EXPECT_EQ(priorities_.idle_size(), 1u);
  EXPECT_TRUE(priorities_.take_idle_update(5));
  EXPECT_FALSE(priorities_.take_idle_update(5));
  EXPECT_FALSE(priorities_.open_idle(3));
  EXPECT_EQ(priorities_.open_idle(5), (Priority{1, true}));
  EXPECT_FALSE(priorities_.open_idle(5));
}

TEST_F(PrioritiesTest, EachRequestBringsSomeFreePriorityFramesUpToABound) {
  EXPECT_FALSE(priorities_.take_free());
  priorities_.note_request();
  EXPECT_TRUE(priorities_.take_free());
  EXPECT_TRUE(priorities_.take_free());
  EXPECT_FALSE(priorities_.take_free());
  for (int i = 0; i < 100; ++i) priorities_.note_request();
  int free = 0;
  while (priorities_.take_free()) ++free;
  EXPECT_EQ(free, 2 * 3);
}

TEST_F(PrioritiesTest, AnUpdateOfOursWaitsForItsRequest) {
  EXPECT_FALSE(stream_.signals.update_due());
  priorities_.note_update_due(&stream_);
  EXPECT_TRUE(stream_.signals.update_due());
}

}  // namespace
}  // namespace headrace
