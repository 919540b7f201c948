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
  Streams server_{{/*client=*/false, 2, 16}, &ledger_, &ledger_, &ledger_};
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
  ASSERT_NE(server_.create_own(/*content=*/false), nullptr);
  EXPECT_FALSE(server_.is_idle(2));
  EXPECT_EQ(server_.next_own(), 4u);
}

TEST_F(StreamsTest, OwnIdentifiersRunOut) {
  Streams client({/*client=*/true, kMaxStreamId, 16}, &ledger_, &ledger_, &ledger_);
  EXPECT_FALSE(client.own_ids_exhausted());
  ASSERT_NE(client.create_own(/*content=*/false), nullptr);
  EXPECT_TRUE(client.own_ids_exhausted());
}

TEST_F(StreamsTest, MovesByTheTable) {
  Stream* stream = server_.create_peer(1, StreamInput::kHeaders, /*content=*/false);
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
  Stream* one = server_.create_peer(1, StreamInput::kHeaders, /*content=*/false);
  Stream* two = server_.create_own(/*content=*/false);
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
  Stream* stream = server_.create_peer(1, StreamInput::kHeaders, /*content=*/false);
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
  EXPECT_EQ(stream->end.reason().code, ErrorCode::kCancel);
  EXPECT_TRUE(server_.unpin(stream));
  EXPECT_EQ(server_.find(1), nullptr);
  EXPECT_EQ(server_.state_of(1, nullptr), StreamState::kClosedResetReceived);
}

// What follows from a late frame depends on it (§5.1).
TEST_F(StreamsTest, RemembersARstStreamThatFollowed) {
  server_.note_peer(3);
  Stream* stream = server_.create_peer(3, StreamInput::kHeaders, /*content=*/false);
  server_.pin(stream);
  server_.close(stream, end(StreamState::kClosedEnded, reason_));
  server_.reset_again(3, stream);
  EXPECT_TRUE(server_.unpin(stream));
  EXPECT_EQ(server_.state_of(3, nullptr), StreamState::kClosedResetSent);
  Stream* other = server_.create_peer(1, StreamInput::kHeaders, /*content=*/false);
  server_.close(other, end(StreamState::kClosedEnded, reason_));
  EXPECT_TRUE(server_.settle(other));
  EXPECT_EQ(server_.state_of(1, nullptr), StreamState::kClosedEnded);
  server_.reset_again(1, nullptr);
  EXPECT_EQ(server_.state_of(1, nullptr), StreamState::kClosedResetSent);
}

// Content has a record of its own, which is there only if there can be any.
TEST_F(StreamsTest, MakesPartsForContentWhenTheyAreNeeded) {
  Stream* get = server_.create_peer(1, StreamInput::kHeaders, /*content=*/false);
  Stream* post = server_.create_peer(3, StreamInput::kHeaders, /*content=*/true);
  ASSERT_TRUE(get != nullptr && post != nullptr);
  EXPECT_EQ(get->incoming, nullptr);
  EXPECT_NE(post->incoming, nullptr);
  EXPECT_EQ(get->outgoing, nullptr);
  OutgoingMessage& answer = server_.outgoing(get);
  EXPECT_EQ(answer.stream, get);
  EXPECT_EQ(&server_.outgoing(get), &answer);
}

TEST_F(StreamsTest, AStreamThatEndedInOrderHasNoReason) {
  Stream* stream = server_.create_peer(1, StreamInput::kHeaders, /*content=*/false);
  server_.close(stream, {StreamState::kClosedEnded, ClosedBy::kEnd, StreamError{}});
  EXPECT_EQ(stream->end.reason().code, ErrorCode::kNoError);
  EXPECT_EQ(stream->end.reason().rule, nullptr);
}

// With a record for its content it is one refusal: the stream is not there then.
TEST_F(StreamsTest, AStreamIsRefusedWithItsContent) {
  Ledger ledger(1 << 20);
  Streams streams({/*client=*/false, 2, 16}, &ledger, &ledger_, &ledger_);
  ASSERT_NE(streams.create_peer(1, StreamInput::kHeaders, /*content=*/false), nullptr);
  ledger.refuse_reservation(ledger.reservations() + 1);
  EXPECT_EQ(streams.create_peer(3, StreamInput::kHeaders, /*content=*/true), nullptr);
  EXPECT_EQ(streams.find(3), nullptr);
  EXPECT_EQ(streams.size(), 1u);
  EXPECT_EQ(streams.peer_count(), 1u);
}

TEST_F(StreamsTest, SaysWhenTheLedgerRefuses) {
  Ledger none(0);
  Streams streams({/*client=*/false, 2, 16}, &none, &none, &ledger_);
  EXPECT_EQ(streams.create_peer(1, StreamInput::kHeaders, /*content=*/false), nullptr);
  EXPECT_EQ(streams.peer_count(), 0u);
  EXPECT_EQ(streams.create_own(/*content=*/false), nullptr);
  EXPECT_EQ(streams.next_own(), 2u);
}

}  // namespace
}  // namespace headrace
