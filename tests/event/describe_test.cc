#include <gtest/gtest.h>

#include <map>

#include "headrace/protocol/event/error.h"
#include "headrace/protocol/event/result.h"
#include "headrace/protocol/frame/frame_type.h"

namespace headrace {
namespace {

constexpr Rule kPingSize{"RFC 9113 §6.7", "a PING payload has 8 octets"};

TEST(Describe, NamesCodeRuleFrameAndLimit) {
  ErrorDetail error;
  error.code = ErrorCode::kFrameSizeError;
  error.rule = &kPingSize;
  error.frame = FrameType::kPing;
  error.observed = 7;
  error.limit = 8;
  EXPECT_EQ(
      describe(error),
      "FRAME_SIZE_ERROR: a PING payload has 8 octets (RFC 9113 §6.7); PING frame on stream 0; "
      "7, limit 8");
}

TEST(Describe, SaysWhichLimitWasReachedAndWhatWouldDo) {
  static constexpr Rule kFields{"limits.h fields_per_request", "a request has not too many fields"};
  ErrorDetail error;
  error.code = ErrorCode::kEnhanceYourCalm;
  error.rule = &kFields;
  error.frame = FrameType::kHeaders;
  error.bound = Limit::kFieldsPerRequest;
  error.stream_id = 1;
  error.observed = 300;
  error.limit = 128;
  EXPECT_EQ(error.suggested(), 512u);
  EXPECT_EQ(
      describe(error),
      "ENHANCE_YOUR_CALM: a request has not too many fields (limits.h fields_per_request); "
      "HEADERS frame on stream 1; 300, limit 128 (fields_per_request; 512 would let it pass)");
}

TEST(Describe, LeavesOutTheLimitWhereNoNumberWasAtStake) {
  ErrorDetail error;
  error.code = ErrorCode::kProtocolError;
  error.rule = &kPingSize;
  error.frame = FrameType::kPing;
  error.stream_id = 3;
  EXPECT_EQ(describe(error),
            "PROTOCOL_ERROR: a PING payload has 8 octets (RFC 9113 §6.7); PING frame on stream 3");
}

TEST(Describe, NamesNoFrameWhereNoneIsToBlame) {
  ErrorDetail error;
  error.code = ErrorCode::kProtocolError;
  error.rule = &kPingSize;
  EXPECT_EQ(describe(error), "PROTOCOL_ERROR: a PING payload has 8 octets (RFC 9113 §6.7)");
  error.stream_id = 5;
  EXPECT_EQ(describe(error),
            "PROTOCOL_ERROR: a PING payload has 8 octets (RFC 9113 §6.7); stream 5");
}

TEST(Describe, GivesANumberThatHasNoLimitAlone) {
  ErrorDetail error;
  error.code = ErrorCode::kCompressionError;
  error.rule = &kPingSize;
  error.observed = 12;
  EXPECT_EQ(describe(error), "COMPRESSION_ERROR: a PING payload has 8 octets (RFC 9113 §6.7); 12");
}

TEST(Describe, WithoutARuleOnlyTheCodeIsKnown) {
  ErrorDetail error;
  error.code = ErrorCode::kCancel;
  EXPECT_EQ(describe(error), "CANCEL");
}

// RFC 9113 §7.
TEST(Names, OfErrorCodesAreTheRegistrys) {
  const char* names[] = {"NO_ERROR",
                         "PROTOCOL_ERROR",
                         "INTERNAL_ERROR",
                         "FLOW_CONTROL_ERROR",
                         "SETTINGS_TIMEOUT",
                         "STREAM_CLOSED",
                         "FRAME_SIZE_ERROR",
                         "REFUSED_STREAM",
                         "CANCEL",
                         "COMPRESSION_ERROR",
                         "CONNECT_ERROR",
                         "ENHANCE_YOUR_CALM",
                         "INADEQUATE_SECURITY",
                         "HTTP_1_1_REQUIRED"};
  for (uint32_t code = 0; code <= 0xd; ++code) {
    EXPECT_STREQ(to_string(static_cast<ErrorCode>(code)), names[code]);
  }
  EXPECT_STREQ(to_string(static_cast<ErrorCode>(0xe)), "UNKNOWN");
}

// RFC 9113 §6, RFC 7838 §7.2, RFC 8336 §3, RFC 9218 §15.
TEST(Names, OfFrameTypesAreTheRegistrys) {
  const char* names[] = {
      "DATA",   "HEADERS", "PRIORITY",      "RST_STREAM",   "SETTINGS",        "PUSH_PROMISE",
      "PING",   "GOAWAY",  "WINDOW_UPDATE", "CONTINUATION", "ALTSVC",          "UNKNOWN",
      "ORIGIN", "UNKNOWN", "UNKNOWN",       "UNKNOWN",      "PRIORITY_UPDATE", "UNKNOWN"};
  for (uint8_t type = 0; type <= 17; ++type) {
    EXPECT_STREQ(to_string(static_cast<FrameType>(type)), names[type]);
  }
}

// RFC 9113 §6.5.2, RFC 8441 §3, RFC 9218 §2.1.
TEST(Names, OfSettingsAreTheRegistrys) {
  const char* names[] = {"UNKNOWN",
                         "HEADER_TABLE_SIZE",
                         "ENABLE_PUSH",
                         "MAX_CONCURRENT_STREAMS",
                         "INITIAL_WINDOW_SIZE",
                         "MAX_FRAME_SIZE",
                         "MAX_HEADER_LIST_SIZE",
                         "UNKNOWN",
                         "ENABLE_CONNECT_PROTOCOL",
                         "NO_RFC7540_PRIORITIES",
                         "UNKNOWN"};
  for (uint16_t id = 0; id <= 10; ++id) {
    EXPECT_STREQ(to_string(static_cast<SettingId>(id)), names[id]);
  }
}

TEST(Names, OfSubmitErrorsAreWords) {
  EXPECT_STREQ(to_string(SubmitError::kStreamGone), "stream gone");
  EXPECT_STREQ(to_string(SubmitError::kConnectionGone), "connection gone");
}

// Logs and messages quote them: one for each value, none twice, and a value that is none has one,
// too.
TEST(Names, OfWhatACommandReturns) {
  const std::map<SubmitError, std::string> names = {
      {SubmitError::kNone, "none"},
      {SubmitError::kConnectionGone, "connection gone"},
      {SubmitError::kStreamGone, "stream gone"},
      {SubmitError::kUnknownStream, "unknown stream"},
      {SubmitError::kWrongState, "wrong state"},
      {SubmitError::kWrongRole, "wrong role"},
      {SubmitError::kInvalidFields, "invalid fields"},
      {SubmitError::kInvalidArgument, "invalid argument"},
      {SubmitError::kTooLarge, "too large"},
      {SubmitError::kGoingAway, "going away"},
      {SubmitError::kStreamIdsExhausted, "stream ids exhausted"},
      {SubmitError::kPushDisabled, "push disabled"},
      {SubmitError::kTooManyStreams, "too many streams"},
      {SubmitError::kUnsupported, "unsupported"},
  };
  for (const auto& [error, name] : names) EXPECT_EQ(to_string(error), name);
  EXPECT_STREQ(to_string(SubmitError{200}), "unknown");
}

TEST(Names, OfWhatAStreamWaitsFor) {
  const std::map<Blocked, std::string> names = {
      {Blocked::kNothing, "nothing"},
      {Blocked::kApplication, "application"},
      {Blocked::kBodySource, "body source"},
      {Blocked::kPeerConcurrency, "peer concurrency"},
      {Blocked::kStreamWindow, "stream window"},
      {Blocked::kConnectionWindow, "connection window"},
      {Blocked::kScheduler, "scheduler"},
      {Blocked::kOutput, "output"},
  };
  for (const auto& [blocked, name] : names) EXPECT_EQ(to_string(blocked), name);
  EXPECT_STREQ(to_string(Blocked{200}), "unknown");
}

TEST(DescribeResultTest, ARefusedCommandNamesTheRule) {
  constexpr Rule kRule{"RFC 9113 §8.2.1", "a field name is a token in lower case"};
  const std::string expected =
      "invalid fields: a field name is a token in lower case (RFC 9113 §8.2.1)";
  EXPECT_EQ(describe(SubmitResult{SubmitError::kInvalidFields, &kRule}), expected);
  EXPECT_EQ(describe(RequestResult{SubmitError::kInvalidFields, &kRule}), expected);
  EXPECT_EQ(describe(SendResult{SubmitError::kInvalidFields, 0, &kRule}), expected);
  EXPECT_EQ(describe(SubmitResult{SubmitError::kStreamGone}), "stream gone");
  EXPECT_EQ(describe(SubmitResult{}), "none");
}

}  // namespace
}  // namespace headrace
