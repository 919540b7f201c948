#include "headrace/hpack/integer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "headrace/hpack/rules.h"
#include "tests/hpack/codec.h"

// RFC 7541 §5.1, its bounds above all. (Its examples are in appendix_c_test.cc.)
namespace headrace::hpack {
namespace {

struct Read {
  const Rule* rule = nullptr;
  uint32_t value = 0;
  size_t size = 0;
};

Read read(std::string_view octets, int prefix_bits) {
  Read read;
  auto span = as_span(octets);
  const uint8_t* end =
      read_integer(span.data(), span.data() + span.size(), prefix_bits, &read.value, &read.rule);
  if (end != nullptr) read.size = static_cast<size_t>(end - span.data());
  return read;
}

TEST(Integer, RoundTripsAtEveryPrefixAndEdge) {
  std::vector<uint32_t> values = {0, 1, 127, 128, 16383, 16384, UINT32_MAX - 1, UINT32_MAX};
  for (int bits = 1; bits <= 8; ++bits) {
    uint32_t largest = (1u << bits) - 1;
    for (uint32_t around : {largest, largest + 127, largest + 128, largest + (1u << 14)}) {
      values.insert(values.end(), {around - 1, around, around + 1});
    }
  }
  for (int bits = 1; bits <= 8; ++bits) {
    uint8_t first = static_cast<uint8_t>(0xff << bits);
    for (uint32_t value : values) {
      std::string expected;
      reference::write_integer(value, bits, first, &expected);
      uint8_t out[kMaxIntegerSize];
      uint8_t* end = write_integer(out, value, bits, first);
      ASSERT_EQ(std::string(out, end), expected) << value << " in " << bits;
      Read back = read(expected + "x", bits);
      EXPECT_EQ(back.rule, nullptr);
      EXPECT_EQ(back.value, value);
      EXPECT_EQ(back.size, expected.size());
    }
  }
}

TEST(Integer, EndsWithinItsBlock) {
  for (const char* hex : {"1f", "1f80", "1fffffffff"}) {
    EXPECT_EQ(read(from_hex(hex), 5).rule, &kIntegerTruncated) << hex;
  }
}

TEST(Integer, HasThirtyTwoBitsAtMost) {
  // 2^32 - 1, then one more.
  EXPECT_EQ(read(from_hex("7f 80ffffff0f"), 7).value, UINT32_MAX);
  EXPECT_EQ(read(from_hex("7f 81ffffff0f"), 7).rule, &kIntegerTooLarge);
  EXPECT_EQ(read(from_hex("7f ffffffff7f"), 7).rule, &kIntegerTooLarge);
}

TEST(Integer, HasFiveOctetsBehindThePrefixAtMost) {
  EXPECT_EQ(read(from_hex("7f 8080808000"), 7).value, 127u);
  EXPECT_EQ(read(from_hex("7f 808080808000"), 7).rule, &kIntegerTooLarge);
  // It is not waited for what a sixth octet might say.
  EXPECT_EQ(read(from_hex("7f 8080808080"), 7).rule, &kIntegerTooLarge);
}

}  // namespace
}  // namespace headrace::hpack
