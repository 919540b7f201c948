#include "headrace/protocol/http2/notices.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace headrace {
namespace {

class NoticesTest : public testing::Test {
 protected:
  using Told = std::vector<std::pair<StreamId, Notice>>;

  NoticesTest() {
    one_.id = 1;
    three_.id = 3;
  }
  Told tell_all() {
    Told told;
    while (Stream* stream = notices_.next()) {
      told.emplace_back(stream->id, notices_.take(stream).notice);
      (void)notices_.drop(stream);
    }
    return told;
  }

  Stream one_, three_;
  Notices notices_;
};

TEST_F(NoticesTest, TellsStreamsInTheOrderOfTheirFirstNotice) {
  EXPECT_TRUE(notices_.empty());
  EXPECT_TRUE(notices_.add(&three_, Notice::kStreamWritable));
  EXPECT_TRUE(notices_.add(&one_, Notice::kResponseSent));
  EXPECT_FALSE(notices_.add(&three_, Notice::kStreamClosed)) << "it is in the list already";
  EXPECT_EQ(tell_all(), (Told{{3, Notice::kStreamClosed}, {1, Notice::kResponseSent}}));
  EXPECT_TRUE(notices_.empty());
}

// Whatever became due first: StreamClosed is the last event of a stream, and nothing that it makes
// needless comes before it.
TEST_F(NoticesTest, TellsTheEndOfAStreamAlone) {
  (void)notices_.add(&one_, Notice::kStreamClosed);
  (void)notices_.add(&one_, Notice::kResponseSent);
  (void)notices_.add(&one_, Notice::kStreamWritable);
  EXPECT_EQ(tell_all(), (Told{{1, Notice::kStreamClosed}}));
}

TEST_F(NoticesTest, TellsAReleaseOnceAloneOrWithTheEnd) {
  (void)notices_.add(&one_, Notice::kStreamClosed);
  EXPECT_FALSE(notices_.take(&one_).body_released);
  EXPECT_TRUE(notices_.drop(&one_));
  (void)notices_.add(&one_, Notice::kBodyReleased);
  EXPECT_EQ(tell_all(), (Told{{1, Notice::kBodyReleased}}));
  (void)notices_.add(&three_, Notice::kBodyReleased);
  (void)notices_.add(&three_, Notice::kStreamClosed);
  const Notices::Due due = notices_.take(&three_);
  EXPECT_EQ(due.notice, Notice::kStreamClosed);
  EXPECT_TRUE(due.body_released);
  EXPECT_TRUE(notices_.drop(&three_));
}

TEST_F(NoticesTest, TellsANoticeOnceHoweverOftenItIsDue) {
  EXPECT_TRUE(notices_.add(&one_, Notice::kStreamWritable));
  EXPECT_FALSE(notices_.add(&one_, Notice::kStreamWritable));
  EXPECT_EQ(tell_all(), (Told{{1, Notice::kStreamWritable}}));
  EXPECT_TRUE(notices_.add(&one_, Notice::kStreamWritable));
  EXPECT_EQ(tell_all().size(), 1u);
}

// One that becomes due while another one is told finds the stream in its place.
TEST_F(NoticesTest, KeepsAStreamWithAFurtherNoticeInItsPlace) {
  EXPECT_TRUE(notices_.add(&one_, Notice::kStreamWritable));
  EXPECT_TRUE(notices_.add(&three_, Notice::kStreamWritable));
  EXPECT_EQ(notices_.take(&one_).notice, Notice::kStreamWritable);
  (void)notices_.add(&one_, Notice::kStreamClosed);
  EXPECT_FALSE(notices_.drop(&one_));
  EXPECT_EQ(notices_.next(), &one_);
}

TEST_F(NoticesTest, CancelsANotice) {
  EXPECT_FALSE(notices_.cancel(&one_, Notice::kContinue)) << "it was not due";
  (void)notices_.add(&one_, Notice::kContinue);
  EXPECT_TRUE(notices_.cancel(&one_, Notice::kContinue)) << "it was the only one";
  EXPECT_TRUE(notices_.empty());
  (void)notices_.add(&one_, Notice::kContinue);
  (void)notices_.add(&one_, Notice::kStreamWritable);
  EXPECT_FALSE(notices_.cancel(&one_, Notice::kContinue));
  EXPECT_EQ(tell_all(), (Told{{1, Notice::kStreamWritable}}));
}

TEST_F(NoticesTest, TellsOnceThatIdentifiersHaveRunOut) {
  EXPECT_FALSE(notices_.take_ids_exhausted());
  notices_.add_ids_exhausted();
  EXPECT_TRUE(notices_.ids_exhausted());
  EXPECT_TRUE(notices_.take_ids_exhausted());
  EXPECT_FALSE(notices_.take_ids_exhausted());
}

TEST_F(NoticesTest, RemembersWhichStreamsTheApplicationKnows) {
  EXPECT_FALSE(one_.notice.announced());
  notices_.announce(&one_);
  EXPECT_TRUE(one_.notice.announced());
  EXPECT_FALSE(three_.notice.announced());
}

}  // namespace
}  // namespace headrace
