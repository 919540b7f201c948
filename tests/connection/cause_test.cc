#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "headrace/protocol/connection/connection.h"
#include "tests/connection/connection_fixture.h"
#include "tests/reference/frames.h"

// What an error is put down to: what a deadline finds is no fault of the frame that came last.

namespace headrace::testing {
namespace {

using CauseTest = ConnectionFixture;

TEST_P(CauseTest, ADeadlineBlamesNoFrame) {
  Options impatient = options();
  impatient.limits.stream_stall_timeout = std::chrono::seconds(1);
  impatient.limits.reset_burst = 1;
  impatient.limits.resets_per_second = 1;
  // INITIAL_WINDOW_SIZE 0 (RFC 9113 §6.5.2)
  const auto connection = connected(impatient, 3, {{reference::INITIAL_WINDOW_SIZE, 0}});
  for (StreamId id : {1u, 3u, 5u}) {
    ASSERT_TRUE(
        connection->submit_response(id, {{":status", "200"}}, Body::owned(std::string("x"))).ok());
  }
  consume(*connection, reference::encode(reference::PING, 0, 0, std::string(8, 'p')));
  int stalled = 0;
  std::optional<ConnectionError> reason;
  for (EventPtr event : connection->advance(kNow + std::chrono::seconds(1))) {
    if (const auto* closed = std::get_if<StreamClosed>(&*event)) {
      EXPECT_FALSE(closed->detail.frame.has_value()) << describe(closed->detail);
      ++stalled;
    }
    if (const auto* closed = std::get_if<ConnectionClosed>(&*event)) reason = closed->error;
  }
  EXPECT_EQ(stalled, 3);
  ASSERT_TRUE(reason.has_value()) << "three resets are more than the budget";
  EXPECT_EQ(reason->bound, Limit::kResetBurst);
  EXPECT_FALSE(reason->frame.has_value()) << describe(*reason);
  EXPECT_EQ(describe(*reason).find("PING"), std::string::npos);
}

// And what a frame is at fault for names that frame.
TEST_P(CauseTest, AStreamErrorTooManyBlamesItsFrame) {
  Options impatient = options();
  impatient.limits.reset_burst = 1;
  impatient.limits.resets_per_second = 1;
  const auto connection = connected(impatient, 3);
  std::string input;
  // RFC 9113 §6.9: an increment of 0 costs the stream.
  for (StreamId id : {1u, 3u, 5u}) {
    input += reference::encode(reference::WINDOW_UPDATE, 0, id, reference::u32(0));
  }
  std::optional<ConnectionError> reason;
  for (EventPtr event : connection->receive(octets(input), kNow)) {
    if (const auto* closed = std::get_if<ConnectionClosed>(&*event)) reason = closed->error;
  }
  ASSERT_TRUE(reason.has_value());
  EXPECT_EQ(reason->bound, Limit::kResetBurst);
  EXPECT_EQ(reason->frame, FrameType::kWindowUpdate) << describe(*reason);
}

INSTANTIATE_TEST_SUITE_P(Modes, CauseTest,
                         ::testing::Values(Allocation::kReuse, Allocation::kFresh), mode_name);

}  // namespace
}  // namespace headrace::testing
