#include "headrace/protocol/http1/framing.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "headrace/protocol/http1/rules.h"

namespace headrace::http1 {
namespace {

using Kind = ContentEnd::Kind;

struct Verdict {
  const Rule* rule;
  uint16_t status;
  ContentEnd end;
};

Verdict judge(const std::vector<std::string_view>& lengths,
              const std::vector<std::string_view>& codings, bool http10 = false) {
  FramingFields fields;
  for (const std::string_view value : lengths) fields.take_length(value);
  for (const std::string_view value : codings) fields.take_codings(value);
  ContentEnd end;
  const Refusal refused = fields.of_request(http10, /*is_connect=*/false, 0, &end);
  return {refused.rule, refused.status, end};
}

TEST(Framing, FindsTheEndOfWhatIsClear) {
  EXPECT_EQ(judge({}, {}).end.kind, Kind::kNone);
  EXPECT_EQ(judge({"0"}, {}).end.kind, Kind::kNone);
  EXPECT_EQ(judge({"17"}, {}).end.length, 17u);
  EXPECT_EQ(judge({"9223372036854775807"}, {}).end.length, 9223372036854775807u);
  EXPECT_EQ(judge({}, {"CHUNKED"}).end.kind, Kind::kChunked);
}

TEST(Framing, RefusesWhatCanBeReadInTwoWays) {
  EXPECT_EQ(judge({"5"}, {"chunked"}).rule, &kBothLengths);
  EXPECT_EQ(judge({"x"}, {"y"}).rule, &kBothLengths);
  EXPECT_EQ(judge({"5", "5"}, {}).rule, &kLengthTwice);
  EXPECT_EQ(judge({"5", "x"}, {}).rule, &kLength);
  EXPECT_EQ(judge({"5,5"}, {}).rule, &kLength);
  EXPECT_EQ(judge({}, {"chunked"}, /*http10=*/true).rule, &kCodingInHttp10);
  EXPECT_EQ(judge({}, {"chunked", "chunked"}).rule, &kChunkedOnce);
  EXPECT_EQ(judge({}, {"chunked", "gzip"}).rule, &kChunkedLast);
  EXPECT_EQ(judge({}, {"gzip"}).rule, &kChunkedLast);
  EXPECT_EQ(judge({}, {"gzip,chunked"}).status, kNotImplemented);
  EXPECT_EQ(judge({}, {"gzip;q=1,chunked"}).rule, &kCodingSyntax);
  EXPECT_EQ(judge({"99999999999999999999"}, {}).status, kContentTooLarge);
}

Verdict judge_response(const std::vector<std::string_view>& lengths,
                       const std::vector<std::string_view>& codings, bool http10 = false,
                       bool accept_both = false) {
  FramingFields fields;
  for (const std::string_view value : lengths) fields.take_lengths(value);
  for (const std::string_view value : codings) fields.take_codings(value);
  ContentEnd end;
  const Refusal refused = fields.of_response(http10, accept_both, &end);
  return {refused.rule, refused.status, end};
}

TEST(Framing, OfAResponseMayBeTheEndOfTheConnection) {
  EXPECT_EQ(judge_response({}, {}).end.kind, Kind::kUntilClose);
  EXPECT_EQ(judge_response({"0"}, {}).end.kind, Kind::kNone);
  EXPECT_EQ(judge_response({"17", "17 , 017"}, {}).end.length, 17u);
  EXPECT_EQ(judge_response({}, {"chunked"}).end.kind, Kind::kChunked);
}

TEST(Framing, OfAResponseIsRefusedIfItCanBeReadInTwoWays) {
  EXPECT_EQ(judge_response({"5"}, {"chunked"}).rule, &kBothLengths);
  EXPECT_EQ(judge_response({"5"}, {"chunked"}, false, /*accept_both=*/true).end.kind,
            Kind::kChunked);
  EXPECT_EQ(judge_response({"x"}, {"chunked"}, false, /*accept_both=*/true).rule, &kLength);
  EXPECT_EQ(judge_response({"5", "6"}, {}).rule, &kLengthsDiffer);
  EXPECT_EQ(judge_response({"5,6"}, {}).rule, &kLengthsDiffer);
  EXPECT_EQ(judge_response({"5,"}, {}).rule, &kLength);
  EXPECT_EQ(judge_response({"9223372036854775808"}, {}).rule, &kLength);
  EXPECT_EQ(judge_response({}, {"gzip"}).rule, &kChunkedLast);
  EXPECT_EQ(judge_response({}, {"gzip, chunked"}).rule, &kCodingUnknown);
  EXPECT_EQ(judge_response({}, {"chunked"}, /*http10=*/true).rule, &kCodingInHttp10);
}

}  // namespace
}  // namespace headrace::http1
