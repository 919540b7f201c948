#include "headrace/adapters/get/outcome.h"

#include <gtest/gtest.h>

#include <string>

#include "headrace/protocol/frame/foreign_protocol.h"

namespace headrace::get {
namespace {

constexpr Rule kRule = {"RFC 9113 §6.9", "a rule"};

StreamClosed closed(ClosedBy by, ErrorCode error, FrameType frame = FrameType::kData,
                    const Rule* rule = nullptr) {
  StreamClosed event{};
  event.closed_by = by;
  event.error = error;
  event.detail.code = error;
  event.detail.frame = frame;
  event.detail.rule = rule;
  return event;
}

TEST(OutcomeTest, AnAnswerIsAnAnswer) {
  EXPECT_TRUE(judge_end(closed(ClosedBy::kEnd, ErrorCode::kNoError), true, {}).ok());
  // RFC 9113 §8.1: a server that needs no more of the request says so after the whole response.
  EXPECT_TRUE(
      judge_end(closed(ClosedBy::kPeer, ErrorCode::kNoError, FrameType::kRstStream), true, {})
          .ok());
}

TEST(OutcomeTest, AResetNamesItsCode) {
  const Outcome outcome =
      judge_end(closed(ClosedBy::kPeer, ErrorCode::kCancel, FrameType::kRstStream), false, {});
  EXPECT_EQ(outcome.code, ExitCode::kStreamReset);
  EXPECT_NE(outcome.reason.find("CANCEL"), std::string::npos);
}

TEST(OutcomeTest, ACodeWithoutANameStandsAsItsNumber) {
  const auto code = static_cast<ErrorCode>(1234);
  EXPECT_EQ(judge_end(closed(ClosedBy::kPeer, code, FrameType::kRstStream), false, {}).reason,
            "the server reset the stream: error 1234 (0x4d2)");
  const ConnectionNews news{.goaway = code, .goaway_text = "", .tls_failure = ""};
  EXPECT_EQ(judge_end(closed(ClosedBy::kPeer, ErrorCode::kCancel), false, news).reason,
            "the server ended the connection: GOAWAY error 1234 (0x4d2)");
}

TEST(OutcomeTest, TheConnectionWasLost) {
  EXPECT_EQ(judge_end(closed(ClosedBy::kPeer, ErrorCode::kCancel), false, {}).code,
            ExitCode::kConnectionLost);
  EXPECT_EQ(
      judge_end(closed(ClosedBy::kPeer, ErrorCode::kRefusedStream, FrameType::kGoaway), false, {})
          .code,
      ExitCode::kConnectionLost);
}

TEST(OutcomeTest, TheServerSaysThatWeBrokeARule) {
  const ConnectionNews news{
      .goaway = ErrorCode::kEnhanceYourCalm, .goaway_text = "too\x1b many", .tls_failure = ""};
  const Outcome outcome = judge_end(closed(ClosedBy::kPeer, ErrorCode::kCancel), false, news);
  EXPECT_EQ(outcome.code, ExitCode::kProtocolError);
  EXPECT_EQ(outcome.reason,
            "the server ended the connection: GOAWAY ENHANCE_YOUR_CALM, \"too\\x1b many\"");
}

TEST(OutcomeTest, TheServerBrokeARule) {
  const Outcome outcome = judge_end(
      closed(ClosedBy::kLocal, ErrorCode::kFlowControlError, FrameType::kData, &kRule), false, {});
  EXPECT_EQ(outcome.code, ExitCode::kProtocolError);
  EXPECT_NE(outcome.reason.find("RFC 9113 §6.9"), std::string::npos);
}

TEST(OutcomeTest, AServerOfHttp1IsNamed) {
  const Outcome outcome = judge_end(
      closed(ClosedBy::kLocal, ErrorCode::kProtocolError, FrameType::kData, &kServerOfHttp1), false,
      {});
  EXPECT_EQ(outcome.code, ExitCode::kProtocolError);
  EXPECT_EQ(outcome.reason, "the server speaks HTTP/1.1 only: --http=1.1 or --http=auto");
}

// RFC 9110 §9.2.2: a kept connection that ended as the request was sent.
TEST(OutcomeTest, AnIdempotentRequestIsWorthARetry) {
  StreamClosed lost = closed(ClosedBy::kTransport, ErrorCode::kCancel);
  EXPECT_FALSE(is_worth_a_retry(lost));
  lost.retry_idempotent = true;
  EXPECT_TRUE(is_worth_a_retry(lost));
}

TEST(OutcomeTest, SomethingTookTooLong) {
  ConnectionNews late;
  late.timed_out = true;
  EXPECT_EQ(
      judge_end(closed(ClosedBy::kLocal, ErrorCode::kCancel, FrameType::kData, &kRule), false, {})
          .code,
      ExitCode::kTimeout)
      << "a stalled stream";
  EXPECT_EQ(judge_end(closed(ClosedBy::kLocal, ErrorCode::kProtocolError, FrameType::kData, &kRule),
                      false, late)
                .code,
            ExitCode::kTimeout)
      << "a deadline of the connection";
}

// RFC 9113 §7, §8.7: nobody did anything with the request, but the same would be refused again.
TEST(OutcomeTest, SomeRequestsAreNotWorthARetry) {
  StreamClosed undone = closed(ClosedBy::kPeer, ErrorCode::kRefusedStream, FrameType::kGoaway);
  EXPECT_FALSE(is_worth_a_retry(undone));
  undone.retry_safe = true;
  EXPECT_TRUE(is_worth_a_retry(undone));
  undone.error = ErrorCode::kHttp11Required;
  EXPECT_FALSE(is_worth_a_retry(undone));
  undone.error = ErrorCode::kInternalError;
  EXPECT_TRUE(is_worth_a_retry(undone));
  undone.closed_by = ClosedBy::kLocal;
  EXPECT_FALSE(is_worth_a_retry(undone));
}

TEST(OutcomeTest, ATransportThatIsLostIsNoResetOfTheServers) {
  const Outcome outcome = judge_end(closed(ClosedBy::kTransport, ErrorCode::kCancel), false, {});
  EXPECT_EQ(outcome.code, ExitCode::kConnectionLost);
}

}  // namespace
}  // namespace headrace::get
