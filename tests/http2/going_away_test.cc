#include "headrace/protocol/http2/going_away.h"

#include <gtest/gtest.h>

namespace headrace {
namespace {

constexpr StreamId kHighestOdd = 0x7fffffff;
constexpr StreamId kHighestEven = 0x7ffffffe;

// RFC 9113 §6.8: the identifier is one of the receiver's streams, so a client's is even.
TEST(GoingAwayTest, AnnouncesTheHighestStreamThatThePeerCanHave) {
  EXPECT_EQ(GoingAway(kHighestOdd).announce("bye"), kHighestOdd);
  EXPECT_EQ(GoingAway(kHighestEven).announce("bye"), kHighestEven);
}

TEST(GoingAwayTest, RefusesNothingUntilItIsFinal) {
  GoingAway going(kHighestOdd);
  EXPECT_FALSE(going.under_way());
  EXPECT_EQ(going.announce("bye"), kHighestOdd);
  EXPECT_TRUE(going.shutting_down());
  EXPECT_TRUE(going.is_announced());
  EXPECT_TRUE(going.takes(kHighestOdd));
  EXPECT_EQ(going.finish(5), 5u);
  EXPECT_TRUE(going.is_final());
  EXPECT_TRUE(going.takes(5));
  EXPECT_FALSE(going.takes(7));
  EXPECT_EQ(going.debug_data(), "bye");
}

// Requests above the final GOAWAY come and are ignored; an error later names none of them.
TEST(GoingAwayTest, NeverRaisesTheLastStream) {
  GoingAway going(kHighestOdd);
  EXPECT_EQ(going.announce(""), kHighestOdd);
  EXPECT_EQ(going.finish(5), 5u);
  EXPECT_EQ(going.stop(9), 5u);
  EXPECT_EQ(going.stop(3), 3u);
  EXPECT_EQ(going.finish(9), 5u);
}

TEST(GoingAwayTest, RemembersWhatThePeerSaid) {
  GoingAway going(kHighestEven);
  EXPECT_FALSE(going.peer_code());
  EXPECT_TRUE(going.receive(7, ErrorCode::kNoError));
  EXPECT_TRUE(going.under_way());
  EXPECT_FALSE(going.shutting_down());
  EXPECT_FALSE(going.receive(9, ErrorCode::kInternalError));
  EXPECT_EQ(going.peer_last_stream(), 7u);
  EXPECT_EQ(going.peer_code(), ErrorCode::kNoError);
  EXPECT_TRUE(going.receive(7, ErrorCode::kHttp11Required));
  EXPECT_EQ(going.peer_code(), ErrorCode::kHttp11Required);
}

}  // namespace
}  // namespace headrace
