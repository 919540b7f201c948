#include "headrace/adapters/serve/byte_range.h"

#include <gtest/gtest.h>

#include <string>

namespace headrace::serve {
namespace {

std::string described(std::string_view value, uint64_t total) {
  const ByteRange range = parse_byte_range(value, total);
  switch (range.kind) {
    case ByteRange::Kind::kWhole:
      return "whole";
    case ByteRange::Kind::kUnsatisfiable:
      return "unsatisfiable";
    case ByteRange::Kind::kPart:
      break;
  }
  return std::to_string(range.first) + "+" + std::to_string(range.size);
}

// RFC 9110 §14.1.2: the examples, for a representation of 10,000 octets.
TEST(ByteRangeTest, ExamplesOfTheRfc) {
  EXPECT_EQ(described("bytes=0-499", 10000), "0+500");
  EXPECT_EQ(described("bytes=500-999", 10000), "500+500");
  EXPECT_EQ(described("bytes=-500", 10000), "9500+500");
  EXPECT_EQ(described("bytes=9500-", 10000), "9500+500");
}

// No number is too large to be compared with another.
TEST(ByteRangeTest, LargeNumbers) {
  EXPECT_EQ(described("bytes=18446744073709551617-18446744073709551616", 10), "whole");
  EXPECT_EQ(described("bytes=18446744073709551616-18446744073709551617", 10), "unsatisfiable");
  EXPECT_EQ(described("bytes=2-18446744073709551617", 10), "2+8");
}

TEST(ByteRangeTest, EndsWithTheRepresentation) {
  EXPECT_EQ(described("bytes=0-0", 10), "0+1");
  EXPECT_EQ(described("bytes=9-9", 10), "9+1");
  EXPECT_EQ(described("bytes=5-100", 10), "5+5");
  EXPECT_EQ(described("bytes=-100", 10), "0+10");
  EXPECT_EQ(described("bytes=0-", 10), "0+10");
}

TEST(ByteRangeTest, IsUnsatisfiableBehindTheEnd) {
  EXPECT_EQ(described("bytes=10-", 10), "unsatisfiable");
  EXPECT_EQ(described("bytes=10-20", 10), "unsatisfiable");
  EXPECT_EQ(described("bytes=-0", 10), "unsatisfiable");
}

// RFC 9110 §14.2: clients that ask for parts of all files get an empty one whole.
TEST(ByteRangeTest, IsIgnoredWhereThereIsNoContent) {
  for (const char* value : {"bytes=0-", "bytes=0-499", "bytes=-5", "bytes=-0"}) {
    EXPECT_EQ(described(value, 0), "whole") << value;
  }
}

TEST(ByteRangeTest, IgnoresWhatItDoesNotServe) {
  for (const char* value :
       {"", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=5-4", "bytes=a-b", "bytes=1-2,4-5",
        "bytes= 1-2", "bytes=+1-2", "items=0-5", "bytes=1--2"}) {
    EXPECT_EQ(described(value, 10), "whole") << value;
  }
}

TEST(ByteRangeTest, NumbersOfAnySize) {
  EXPECT_EQ(described("bytes=5-99999999999999999999999999", 10), "5+5");
  EXPECT_EQ(described("bytes=-99999999999999999999999999", 10), "0+10");
  EXPECT_EQ(described("bytes=99999999999999999999999999-", 10), "unsatisfiable");
  EXPECT_EQ(described("bytes=18446744073709551615-", 10), "unsatisfiable");
}

}  // namespace
}  // namespace headrace::serve
