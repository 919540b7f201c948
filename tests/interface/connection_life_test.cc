#include "headrace/protocol/interface/connection_life.h"

#include <gtest/gtest.h>

#include <chrono>

namespace headrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kStart{std::chrono::hours(1)};

ErrorDetail protocol_error() {
  ErrorDetail error;
  error.code = ErrorCode::kProtocolError;
  return error;
}

ConnectionLife ended_at(TimePoint now, milliseconds output_timeout) {
  ConnectionLife life(output_timeout);
  life.end({}, ClosedBy::kPeer);
  life.note_told(now);
  return life;
}

TEST(ConnectionLife, IsOpenThenClosingThenGone) {
  ConnectionLife life(seconds(1));
  EXPECT_TRUE(life.is_open());
  EXPECT_FALSE(life.is_closing() || life.is_gone());
  life.end(protocol_error(), ClosedBy::kLocal);
  EXPECT_TRUE(life.is_closing());
  EXPECT_FALSE(life.is_open() || life.is_gone());
  EXPECT_EQ(life.error().code, ErrorCode::kProtocolError);
  EXPECT_EQ(life.closed_by(), ClosedBy::kLocal);
  life.note_told(kStart);
  EXPECT_TRUE(life.is_gone());
  EXPECT_FALSE(life.is_open() || life.is_closing());
  EXPECT_EQ(life.error().code, ErrorCode::kProtocolError);
}

TEST(ConnectionLife, TheInputMayEndWhileItIsOpen) {
  ConnectionLife life(seconds(1));
  EXPECT_FALSE(life.input_ended());
  life.end_input();
  EXPECT_TRUE(life.input_ended());
  EXPECT_TRUE(life.is_open());
}

TEST(ConnectionLife, OutputHasNoDeadlineBeforeTheEndIsTold) {
  ConnectionLife life(seconds(1));
  EXPECT_EQ(life.output_ends(), TimePoint::max());
  life.end({}, ClosedBy::kPeer);
  EXPECT_EQ(life.output_ends(), TimePoint::max());
  life.check_output(kStart + seconds(100));
  EXPECT_FALSE(life.has_given_up_output());
}

TEST(ConnectionLife, OutputThatStandsStillIsGivenUp) {
  ConnectionLife life = ended_at(kStart, seconds(5));
  EXPECT_EQ(life.output_ends(), kStart + seconds(5));
  life.check_output(kStart + milliseconds(4999));
  EXPECT_FALSE(life.has_given_up_output());
  life.check_output(kStart + seconds(5));
  EXPECT_TRUE(life.has_given_up_output());
  EXPECT_EQ(life.output_ends(), TimePoint::max());
}

TEST(ConnectionLife, OctetsThatLeavePutItOff) {
  ConnectionLife life = ended_at(kStart, seconds(5));
  life.note_sent(kStart + seconds(4));
  EXPECT_EQ(life.output_ends(), kStart + seconds(9));
  life.check_output(kStart + seconds(8));
  EXPECT_FALSE(life.has_given_up_output());
  life.check_output(kStart + seconds(9));
  EXPECT_TRUE(life.has_given_up_output());
}

// sent() without a time: they left at some time before the next look.
TEST(ConnectionLife, OctetsThatLeaveUntimedCountFromTheNextLook) {
  ConnectionLife life = ended_at(kStart, seconds(5));
  life.note_sent();
  life.check_output(kStart + seconds(60));
  EXPECT_FALSE(life.has_given_up_output());
  EXPECT_EQ(life.output_ends(), kStart + seconds(65));
  life.check_output(kStart + seconds(65));
  EXPECT_TRUE(life.has_given_up_output());
}

// A timed report behind an untimed one says when.
TEST(ConnectionLife, ATimedReportReplacesAnUntimedOne) {
  ConnectionLife life = ended_at(kStart, seconds(5));
  life.note_sent();
  life.note_sent(kStart + seconds(1));
  life.check_output(kStart + seconds(6));
  EXPECT_TRUE(life.has_given_up_output());
}

TEST(ConnectionLife, AnOutputTimeoutOfZeroIsNone) {
  ConnectionLife life = ended_at(kStart, seconds(0));
  EXPECT_EQ(life.output_ends(), TimePoint::max());
  life.check_output(kStart + std::chrono::hours(1000));
  EXPECT_FALSE(life.has_given_up_output());
  life.give_up_output();
  EXPECT_TRUE(life.has_given_up_output());
}

}  // namespace
}  // namespace headrace
