#include "headrace/protocol/http1/chunk_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "headrace/protocol/http1/rules.h"

namespace headrace::http1 {
namespace {

using Item = ChunkReader::Item;

struct Read {
  std::string content;
  Item end = Item::kNothing;
  const Rule* rule = nullptr;
  uint64_t observed = 0;
};

Read read(std::string_view text, size_t part, size_t extensions = 20, bool lenient = false) {
  Ledger ledger(1 << 20);
  InputQueue input(&ledger);
  LineReader lines(&ledger, lenient);
  ChunkReader chunks(extensions, lenient, /*accept_bare_lf=*/lenient);
  chunks.begin();
  Read read;
  for (; !text.empty(); text.remove_prefix(std::min(part, text.size()))) {
    const std::string_view piece = text.substr(0, part);
    input.give({reinterpret_cast<const uint8_t*>(piece.data()), piece.size()});
    for (;;) {
      const Item item = chunks.next(&input, &lines, UINT64_MAX);
      if (item == Item::kPiece) {
        read.content.append(chunks.piece().begin(), chunks.piece().end());
        continue;
      }
      if (item == Item::kNothing) break;
      read.end = item;
      read.rule = chunks.refusal().rule;
      if (chunks.refusal().hit) read.observed = chunks.refusal().hit->observed;
      return read;
    }
    EXPECT_TRUE(input.keep_rest());
  }
  return read;
}

// RFC 9112 §7.1, RFC 5234 B.1: HEXDIG, in capital or small letters.
TEST(ParseChunkLine, TakesDigitsOfBase16) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (size_t i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    const char lower = 'A' <= c && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    const size_t value = kDigits.find(lower);
    ChunkLine line;
    const Rule* const broken = parse_chunk_line({&c, 1}, /*lenient=*/false, &line);
    if (value == std::string_view::npos) {
      EXPECT_EQ(broken, &kChunkSize) << i;
    } else {
      EXPECT_EQ(broken, nullptr) << i;
      EXPECT_EQ(line.size, value) << i;
    }
  }
}

TEST(ParseChunkLine, ReadsNoFurtherThanTheLine) {
  ChunkLine line;
  EXPECT_EQ(parse_chunk_line(std::string_view("55").substr(0, 1), /*lenient=*/false, &line),
            nullptr);
  EXPECT_EQ(line.size, 5u);
  EXPECT_EQ(line.extensions, 0u);
}

TEST(ParseChunkLine, TakesSizesBelowTwoToThe63rd) {
  ChunkLine line;
  EXPECT_EQ(parse_chunk_line("7fffffffffffffff", /*lenient=*/false, &line), nullptr);
  EXPECT_EQ(line.size, 0x7fffffffffffffffu);
  EXPECT_EQ(parse_chunk_line("8000000000000000", /*lenient=*/false, &line), &kChunkSizeTooLarge);
}

// RFC 9112 §7.1.1: *( BWS ";" BWS name [ BWS "=" BWS value ] )
TEST(ParseChunkLine, TakesWhiteSpaceAroundTheSignsOfExtensions) {
  ChunkLine line;
  EXPECT_EQ(parse_chunk_line("5 ;\ta \t=\t b ; c", /*lenient=*/false, &line), nullptr);
  EXPECT_EQ(line.size, 5u);
  EXPECT_EQ(line.extensions, 14u);
  for (const std::string_view text : {"5 ", "5;", "5;a ", "5;a=", "5;a= ", "5;a b", "5;=b", "5;a;",
                                      "5;a=\"b", "5;a=\"b\\", "5;a=\"b\\\"", "5;a=\"b\"c"}) {
    EXPECT_EQ(parse_chunk_line(text, /*lenient=*/false, &line), &kChunkExtension) << text;
  }
}

class ChunkReaderTest : public testing::TestWithParam<size_t> {};

TEST_P(ChunkReaderTest, IsLenientByOption) {
  const std::string_view text = " 5 \nhello\n2\r\nhi\r\n0\n";
  const Read lenient = read(text, GetParam(), 20, /*lenient=*/true);
  EXPECT_EQ(lenient.content, "hellohi");
  EXPECT_EQ(lenient.end, Item::kTrailers);
  EXPECT_EQ(read(text, GetParam()).end, Item::kRefused);
  EXPECT_EQ(read("5\nhello\n\n", GetParam(), 20, /*lenient=*/true).end, Item::kRefused);
}

TEST_P(ChunkReaderTest, TakesChunksApart) {
  const Read whole = read("5\r\nhello\r\nA;x=\"\\\"\"\r\n0123456789\r\n000\r\n", GetParam());
  EXPECT_EQ(whole.content, "hello0123456789");
  EXPECT_EQ(whole.end, Item::kTrailers);
}

TEST_P(ChunkReaderTest, RefusesWhatEndsInAnotherPlaceForOthers) {
  EXPECT_EQ(read("5\r\nhello\n0\r\n", GetParam()).rule, &kChunkEnd);
  EXPECT_EQ(read("5\r\nhelloX\r\n", GetParam()).rule, &kChunkEnd);
  EXPECT_EQ(read("5\nhello\r\n", GetParam()).rule, &kBareLf);
  EXPECT_EQ(read("0x5\r\n", GetParam()).rule, &kChunkSize);
  EXPECT_EQ(read("ffffffffffffffff\r\n", GetParam()).rule, &kChunkSizeTooLarge);
  EXPECT_EQ(read("10000000000000000\r\n", GetParam()).rule, &kChunkSize);
}

// Of 20 octets, and a sixteenth of what comes.
TEST_P(ChunkReaderTest, BoundsExtensions) {
  const std::string chunk = "1;" + std::string(9, 'x') + "\r\nc\r\n";
  EXPECT_EQ(read(chunk + chunk + "0\r\n", GetParam()).end, Item::kTrailers);
  EXPECT_EQ(read(chunk + chunk + chunk, GetParam()).rule, &kChunkExtensionSize);
  const std::string large = "140\r\n" + std::string(0x140, 'c') + "\r\n";
  EXPECT_EQ(read(large + chunk + chunk + chunk + chunk + "0\r\n", GetParam()).end, Item::kTrailers);
}

// A line that no digits and allowed extensions could fill is not read to its end.
TEST_P(ChunkReaderTest, BoundsExtensionsToTheOctet) {
  const auto extension = [](size_t size) { return ";" + std::string(size - 1, 'x'); };
  const std::string last = "\r\nc\r\n0\r\n";
  EXPECT_EQ(read("1" + extension(20) + last, GetParam()).end, Item::kTrailers);
  EXPECT_EQ(read("0000000000000001" + extension(20) + last, GetParam()).end, Item::kTrailers);
  EXPECT_EQ(read("1" + extension(21) + last, GetParam()).observed, 21u);
  EXPECT_EQ(read("1" + extension(35) + last, GetParam()).observed, 35u);
  EXPECT_EQ(read("1" + extension(36) + last, GetParam()).observed, 21u);
  EXPECT_EQ(read("1" + extension(36), GetParam()).end, Item::kNothing);
  EXPECT_EQ(read("1" + extension(38), GetParam()).rule, &kChunkExtensionSize);
  const std::string sixteenth = "10\r\n0123456789abcdef\r\n";
  EXPECT_EQ(read(sixteenth + "1" + extension(21) + last, GetParam()).end, Item::kTrailers);
  EXPECT_EQ(read(sixteenth + "1" + extension(22) + last, GetParam()).observed, 22u);
}

TEST_P(ChunkReaderTest, BoundsTheContentByTwoToThe63rd) {
  EXPECT_EQ(read("1\r\nc\r\n7ffffffffffffffe\r\nc", GetParam()).content, "cc");
  EXPECT_EQ(read("1\r\nc\r\n7fffffffffffffff\r\nc", GetParam()).rule, &kChunkSizeTooLarge);
}

TEST(ChunkReaderMemory, ALineThatCannotBeKeptIsRefused) {
  Ledger none(0);
  Ledger enough(1 << 20);
  InputQueue input(&enough);
  LineReader lines(&none);
  ChunkReader chunks(20, /*lenient=*/false);
  chunks.begin();
  const std::string_view text = "5";
  input.give({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  EXPECT_EQ(chunks.next(&input, &lines, UINT64_MAX), Item::kRefused);
  EXPECT_EQ(chunks.refusal().rule, &kSectionMemory);
  EXPECT_EQ(chunks.refusal().status, 431);
}

INSTANTIATE_TEST_SUITE_P(Parts, ChunkReaderTest, testing::Values(1, 2, 7, 1000));

TEST(ChunkLine, IsLenientByRequest) {
  ChunkLine line;
  EXPECT_NE(parse_chunk_line(" 5 ", false, &line), nullptr);
  ASSERT_EQ(parse_chunk_line(" 5 ", true, &line), nullptr);
  EXPECT_EQ(line.size, 5u);
}

}  // namespace
}  // namespace headrace::http1
