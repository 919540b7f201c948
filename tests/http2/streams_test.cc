#include "headrace/protocol/http2/streams.h"

#include <gtest/gtest.h>

#include <limits>

namespace headrace {
namespace {

class StreamsTest : public testing::Test {
 protected:
  static constexpr StreamEnd end(StreamState state, const StreamError& reason) {
    return {state, ClosedBy::kPeer, reason, /*retry_safe=*/true};
  }

  Ledger ledger_{std::numeric_limits<size_t>::max()};
  Streams server_{{/*client=*/false, 2, 16}, &ledger_, &ledger_};
  const StreamError reason_{{ErrorCode::kCancel}};
};

// RFC 9113 §5.1.1
TEST_F(StreamsTest, KnowsWhichIdentifiersWereUsed) {
  EXPECT_FALSE(server_.is_own(1));
  EXPECT_TRUE(server_.is_own(2));
  EXPECT_TRUE(server_.is_idle(5));
  server_.note_peer(5);
  EXPECT_FALSE(server_.is_idle(3));
  EXPECT_FALSE(server_.is_idle(5));
  EXPECT_TRUE(server_.is_idle(7));
  EXPECT_EQ(server_.state_of(7, nullptr), StreamState::kIdle);
  EXPECT_TRUE(is_closed(server_.state_of(3, nullptr)));
  EXPECT_TRUE(server_.is_idle(2));
  ASSERT_NE(server_.create_own(), nullptr);
  EXPECT_FALSE(server_.is_idle(2));
  EXPECT_EQ(server_.next_own(), 4u);
}

TEST_F(StreamsTest, OwnIdentifiersRunOut) {
  Streams client({/*client=*/true, kMaxStreamId, 16}, &ledger_, &ledger_);
  EXPECT_FALSE(client.own_ids_exhausted());
  ASSERT_NE(client.create_own(), nullptr);
  EXPECT_TRUE(client.own_ids_exhausted());
}

TEST_F(StreamsTest, MovesByTheTable) {
  Stream* stream = server_.create_peer(1, StreamInput::kHeaders);
  ASSERT_NE(stream, nullptr);
  EXPECT_EQ(stream->life.state(), StreamState::kOpen);
  EXPECT_TRUE(server_.receive(1, stream, StreamInput::kEndStream).accepted());
  EXPECT_EQ(stream->life.state(), StreamState::kHalfClosedRemote);
  const Transition refused = server_.receive(1, stream, StreamInput::kData);
  EXPECT_FALSE(refused.accepted());
  EXPECT_EQ(stream->life.state(), StreamState::kHalfClosedRemote)
      << "what is refused moves nothing";
  EXPECT_TRUE(server_.send(stream, StreamInput::kHeaders).accepted());
  EXPECT_EQ(server_.send(stream, StreamInput::kEndStream).next, StreamState::kClosedEnded);
}

// §5.1.2
TEST_F(StreamsTest, CountsEachSideAndEachStreamOnce) {
  Stream* one = server_.create_peer(1, StreamInput::kHeaders);
  Stream* two = server_.create_own();
  ASSERT_TRUE(one != nullptr && two != nullptr);
  EXPECT_EQ(server_.peer_count(), 1u);
  EXPECT_EQ(server_.own_count(), 0u);
  server_.count(two);
  EXPECT_EQ(server_.own_count(), 1u);
  server_.uncount(one);
  server_.uncount(one);
  EXPECT_EQ(server_.peer_count(), 0u);
  EXPECT_EQ(server_.own_count(), 1u);
}

TEST_F(StreamsTest, KeepsTheRecordOfAClosedStreamWhileItIsPinned) {
  Stream* stream = server_.create_peer(1, StreamInput::kHeaders);
  server_.note_peer(1);
  server_.pin(stream);
  server_.pin(stream);
  EXPECT_FALSE(server_.settle(stream)) << "it is open";
  EXPECT_FALSE(server_.unpin(stream));
  server_.close(stream, end(StreamState::kClosedResetReceived, reason_));
  EXPECT_FALSE(server_.settle(stream));
  EXPECT_EQ(server_.find(1), stream);
  EXPECT_EQ(stream->life.closed_by(), ClosedBy::kPeer);
  EXPECT_TRUE(stream->life.retry_safe());
  EXPECT_EQ(stream->life.close_reason().code, ErrorCode::kCancel);
  EXPECT_TRUE(server_.unpin(stream));
  EXPECT_EQ(server_.find(1), nullptr);
  EXPECT_EQ(server_.state_of(1, nullptr), StreamState::kClosedResetReceived);
}

// What follows from a late frame depends on it (§5.1).
TEST_F(StreamsTest, RemembersARstStreamThatFollowed) {
  server_.note_peer(3);
  Stream* stream = server_.create_peer(3, StreamInput::kHeaders);
  server_.pin(stream);
  server_.close(stream, end(StreamState::kClosedEnded, reason_));
  server_.reset_again(3, stream);
  EXPECT_TRUE(server_.unpin(stream));
  EXPECT_EQ(server_.state_of(3, nullptr), StreamState::kClosedResetSent);
  Stream* other = server_.create_peer(1, StreamInput::kHeaders);
  server_.close(other, end(StreamState::kClosedEnded, reason_));
  EXPECT_TRUE(server_.settle(other));
  EXPECT_EQ(server_.state_of(1, nullptr), StreamState::kClosedEnded);
  server_.reset_again(1, nullptr);
  EXPECT_EQ(server_.state_of(1, nullptr), StreamState::kClosedResetSent);
}

TEST_F(StreamsTest, SaysWhenTheLedgerRefuses) {
  Ledger none(0);
  Streams streams({/*client=*/false, 2, 16}, &none, &none);
  EXPECT_EQ(streams.create_peer(1, StreamInput::kHeaders), nullptr);
  EXPECT_EQ(streams.peer_count(), 0u);
  EXPECT_EQ(streams.create_own(), nullptr);
  EXPECT_EQ(streams.next_own(), 2u);
}

}  // namespace
}  // namespace headrace
