#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "adapters/serve/access_log.h"
#include "adapters/serve/bytes.h"
#include "adapters/serve/file_body.h"
#include "adapters/serve/reflection.h"

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

// --- Files

class FileBodyTest : public testing::Test {
 protected:
  FileBodyTest() : path_(testing::TempDir() + "/file_body_XXXXXX") {
    file_ = adapters::UniqueFd(mkstemp(path_.data()));
    const std::string content = "0123456789";
    EXPECT_EQ(::write(file_.get(), content.data(), content.size()), 10);
  }
  ~FileBodyTest() override { ::unlink(path_.c_str()); }

  std::string path_;
  adapters::UniqueFd file_;
};

TEST_F(FileBodyTest, IsThePartThatWasAskedFor) {
  FileBody body(std::move(file_), 2, 5);
  EXPECT_EQ(drain(body, 2), "23456");
  EXPECT_EQ(body.body_size(), 5u);
}

TEST_F(FileBodyTest, FailsWhenTheFileBecameShorter) {
  std::array<uint8_t, 100> room;
  FileBody body(adapters::UniqueFd(dup(file_.get())), 0, 10);
  ASSERT_EQ(ftruncate(file_.get(), 4), 0);
  const BodySource::Filled first = body.fill(room);
  EXPECT_EQ(first.size, 4u);
  EXPECT_FALSE(first.end);
  EXPECT_TRUE(body.fill(room).failed);
}

// --- /headers

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
      format_connection_line(closed, {}),
      "1970-01-01T00:00:00Z connection ENHANCE_YOUR_CALM: resets come too often (RFC 9113 "
      "§10.5); RST_STREAM frame on stream 7; 1001, limit 1000 (reset_burst; 2000 would let it "
      "pass)\n");
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
