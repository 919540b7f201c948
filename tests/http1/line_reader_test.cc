#include "headrace/protocol/http1/line_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "headrace/protocol/http1/rules.h"

namespace headrace::http1 {
namespace {

using Status = LineReader::Status;

// The lines of a text that comes in parts of one size, each as `text`, or as the rule it breaks.
std::vector<std::string> lines_of(std::string_view text, size_t part, size_t most = 100,
                                  bool bare_lf = false) {
  Ledger ledger(1 << 20);
  InputQueue input(&ledger);
  LineReader reader(&ledger, bare_lf);
  std::vector<std::string> lines;
  for (; !text.empty(); text.remove_prefix(std::min(part, text.size()))) {
    const std::string_view piece = text.substr(0, part);
    input.give({reinterpret_cast<const uint8_t*>(piece.data()), piece.size()});
    Line line;
    for (Status status = Status::kLine; status == Status::kLine;) {
      status = reader.next(&input, most, &line);
      if (status == Status::kTooLong)
        return lines.push_back("too long: " + std::string(line.text)), lines;
      if (status == Status::kLine) {
        lines.push_back(line.broken != nullptr ? line.broken->text : std::string(line.text));
      }
    }
    EXPECT_TRUE(input.keep_rest());
  }
  if (reader.is_cut()) lines.push_back("cut");
  return lines;
}

class LineReaderTest : public testing::TestWithParam<size_t> {};

TEST_P(LineReaderTest, CutsLines) {
  EXPECT_EQ(lines_of("a\r\n\r\nbc\td\r\n", GetParam()),
            (std::vector<std::string>{"a", "", "bc\td"}));
  EXPECT_EQ(lines_of("a\r\nb\r", GetParam()), (std::vector<std::string>{"a", "cut"}));
  EXPECT_EQ(lines_of("", GetParam()), std::vector<std::string>());
}

TEST_P(LineReaderTest, EndsLinesWithLfAloneByOption) {
  EXPECT_EQ(lines_of("a\n\nb\r\n", GetParam(), 100, /*bare_lf=*/true),
            (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(lines_of("a\rb\nc\n", GetParam(), 100, /*bare_lf=*/true),
            (std::vector<std::string>{kBareCr.text, "c"}));
}

// Whatever breaks a line is told when it is whole, and the next one is read.
TEST_P(LineReaderTest, JudgesWholeLines) {
  EXPECT_EQ(lines_of("a\nb\r\n", GetParam()), (std::vector<std::string>{kBareLf.text, "b"}));
  EXPECT_EQ(lines_of("a\rb\r\nc\r\n", GetParam()), (std::vector<std::string>{kBareCr.text, "c"}));
  EXPECT_EQ(lines_of("a\r\r\nc\r\n", GetParam()), (std::vector<std::string>{kBareCr.text, "c"}));
  EXPECT_EQ(lines_of(std::string_view("a\0b\r\nc\r\n", 8), GetParam()),
            (std::vector<std::string>{kFieldValue.text, "c"}));
  EXPECT_EQ(lines_of("a\rb", GetParam()), std::vector<std::string>{"cut"});
}

TEST_P(LineReaderTest, BoundsLines) {
  EXPECT_EQ(lines_of("abcd\r\n", GetParam(), 6), std::vector<std::string>{"abcd"});
  EXPECT_EQ(lines_of("abcde\r\n", GetParam(), 6), std::vector<std::string>{"too long: abcde\r"});
  EXPECT_EQ(lines_of("abcdefgh", GetParam(), 6), std::vector<std::string>{"too long: abcdef"});
}

INSTANTIATE_TEST_SUITE_P(Parts, LineReaderTest, testing::Values(1, 2, 3, 5, 100));

TEST(LineReaderMemory, IsRefusedByTheLedger) {
  Ledger ledger(4);
  LineReader reader(&ledger);
  InputQueue input(&ledger);
  const std::string_view text = "GET /";
  input.give({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  Line line;
  EXPECT_EQ(reader.next(&input, 100, &line), Status::kNoMemory);
}

}  // namespace
}  // namespace headrace::http1
