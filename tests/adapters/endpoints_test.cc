#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "headrace/adapters/serve/access_log.h"
#include "headrace/adapters/serve/bytes.h"
#include "headrace/adapters/serve/fields_json.h"
#include "headrace/adapters/serve/made_body.h"

namespace headrace::serve {
namespace {

// --- /bytes/N

std::string drain(BodySource& source, size_t room_size) {
  std::string all;
  std::vector<uint8_t> room(room_size);
  while (true) {
    const BodySource::Filled filled = source.fill(room);
    EXPECT_FALSE(filled.failed);
    EXPECT_GT(filled.size, 0u);
    all.append(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(filled.size));
    if (filled.end || filled.failed || filled.size == 0) return all;
  }
}

TEST(PatternBodyTest, IsTheSameHoweverItIsCut) {
  std::string expected;
  for (size_t i = 0; i < 100'000; ++i) {
    expected += "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-\n"[i % 64];
  }
  for (size_t room :
       {size_t{1}, size_t{63}, size_t{9'000}, size_t{16'384}, size_t{70'000}, size_t{200'000}}) {
    PatternBody body(100'000);
    EXPECT_EQ(drain(body, room), expected) << room;
    EXPECT_EQ(body.body_size(), 100'000u);
  }
}

// --- Bodies made as they are sent

// "1", "22", "333", ...
class Steps : public MadeBody {
 public:
  explicit Steps(int count) : count_(count) {}
  int made() const { return made_; }

 private:
  bool make_next(std::string* piece) override {
    ++made_;
    piece->append(static_cast<size_t>(made_), static_cast<char>('0' + made_));
    return made_ < count_;
  }
  const int count_;
  int made_ = 0;
};

TEST(MadeBodyTest, IsTheSameHoweverItIsCut) {
  for (size_t room : {size_t{1}, size_t{2}, size_t{3}, size_t{10}, size_t{11}}) {
    Steps steps(4);
    EXPECT_EQ(drain(steps, room), "1223334444") << room;
    EXPECT_EQ(steps.body_size(), 10u);
  }
}

TEST(MadeBodyTest, MakesNoMoreThanIsTaken) {
  Steps steps(9);
  std::array<uint8_t, 3> room;
  EXPECT_EQ(steps.made(), 0);
  EXPECT_FALSE(steps.fill(room).end);
  EXPECT_EQ(steps.made(), 2);
}

// --- /headers

std::string fields_as_json(FieldsView fields) {
  FieldsJson json;
  std::string text;
  while (json.write_next(fields, &text)) {
  }
  return text;
}

TEST(FieldsAsJsonTest, NoFields) { EXPECT_EQ(fields_as_json({}), "{}\n"); }

TEST(FieldsAsJsonTest, KeepsTheOrderAndEscapes) {
  EXPECT_EQ(fields_as_json({{":method", "GET"}, {"b", "say \"a\\b\""}, {"a", "tab\there"}}),
            "{\n"
            "  \":method\": \"GET\",\n"
            "  \"b\": \"say \\\"a\\\\b\\\"\",\n"
            "  \"a\": \"tab\\there\"\n"
            "}\n");
}

TEST(FieldsAsJsonTest, SeveralValuesAreAnArray) {
  EXPECT_EQ(fields_as_json({{"x", "1"}, {"y", "2"}, {"x", "3"}, {"x", "4"}}),
            "{\n"
            "  \"x\": [\n    \"1\",\n    \"3\",\n    \"4\"\n  ],\n"
            "  \"y\": \"2\"\n"
            "}\n");
}

// A piece is a value: however many there are, a client that takes nothing costs no more.
TEST(FieldsAsJsonTest, IsWrittenAValueAtATime) {
  const std::vector<Field> fields(1000, Field{"x", "1"});
  FieldsJson json;
  std::string text;
  size_t pieces = 1;
  while (json.write_next(fields, &text)) {
    EXPECT_LE(text.size(), 20u * pieces);
    ++pieces;
  }
  EXPECT_EQ(pieces, fields.size());
}

TEST(FieldsAsJsonTest, OctetsThatAreNotUtf8) {
  EXPECT_EQ(fields_as_json({{"a", "\xc3\xa9"}, {"b", "\xff!"}}),
            "{\n  \"a\": \"\xc3\xa9\",\n  \"b\": \"\xef\xbf\xbd!\"\n}\n");
}

// --- --log

TEST(AccessLineTest, SaysWhatHappened) {
  const AccessRecord record{.method = "GET", .target = "/a?b", .status = 200, .body_size = 1024};
  StreamClosed closed{};
  closed.closed_by = ClosedBy::kEnd;
  const std::chrono::system_clock::time_point now{std::chrono::seconds(784111777)};
  EXPECT_EQ(format_access_line(record, closed, now, std::chrono::microseconds(1500)),
            "1994-11-06T08:49:37Z GET /a?b 200 1024 1.500ms\n");
  closed.closed_by = ClosedBy::kPeer;
  closed.error = ErrorCode::kCancel;
  EXPECT_EQ(format_access_line(record, closed, now, std::chrono::microseconds(1500)),
            "1994-11-06T08:49:37Z GET /a?b 200 1024 1.500ms CANCEL\n");
}

TEST(AccessLineTest, SaysWhyAConnectionWasEnded) {
  static constexpr Rule kRule = {"RFC 9113 §10.5", "resets come too often"};
  ConnectionClosed closed{};
  closed.error.code = ErrorCode::kEnhanceYourCalm;
  closed.error.rule = &kRule;
  closed.error.frame = FrameType::kRstStream;
  closed.error.stream_id = 7;
  closed.error.bound = Limit::kResetBurst;
  closed.error.observed = 1001;
  closed.error.limit = 1000;
  EXPECT_EQ(
      format_connection_line(closed, "", {}),
      "1970-01-01T00:00:00Z connection ENHANCE_YOUR_CALM: resets come too often (RFC 9113 "
      "§10.5); RST_STREAM frame on stream 7; 1001, limit 1000 (reset_burst; 2000 would let it "
      "pass)\n");
  closed.error = {};
  closed.error.code = ErrorCode::kProtocolError;
  EXPECT_EQ(format_connection_line(closed, "TLS is not renegotiated", {}),
            "1970-01-01T00:00:00Z connection PROTOCOL_ERROR: TLS is not renegotiated\n");
}

// A line is a line: no peer writes another one, nor speaks to a terminal.
TEST(AccessLineTest, EscapesWhatThePeerSays) {
  const AccessRecord record{.method = "GET", .target = "/\x1b[2J \n\\\xff"};
  StreamClosed closed{};
  closed.closed_by = ClosedBy::kEnd;
  EXPECT_EQ(format_access_line(record, closed, {}, {}),
            "1970-01-01T00:00:00Z GET /\\x1b[2J\\x20\\x0a\\x5c\\xff 0 0 0.000ms\n");
}

}  // namespace
}  // namespace headrace::serve
