#include "tests/reference/hpack.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/reference/hpack_tables.h"
#include "tests/reference/nghttp2_hpack.h"

namespace reference {
namespace {

// The second opinion is itself held against the RFC's first examples and against a third codec.

TEST(ReferenceHpack, IntegersOfAppendixC1) {
  auto written = [](uint64_t value, int prefix_bits) {
    std::string octets;
    write_integer(value, prefix_bits, 0, &octets);
    return octets;
  };
  EXPECT_EQ(written(10, 5), "\x0a");
  EXPECT_EQ(written(1337, 5), "\x1f\x9a\x0a");
  EXPECT_EQ(written(42, 8), "\x2a");
}

TEST(ReferenceHpack, TheCodeIsCompleteAndPrefixFree) {
  // Kraft's sum of a complete code is exactly one.
  ASSERT_EQ(huffman_codes().size(), 257u);
  uint64_t sum = 0;
  for (const std::string& code : huffman_codes()) sum += uint64_t{1} << (30 - code.size());
  EXPECT_EQ(sum, uint64_t{1} << 30);
  EXPECT_EQ(static_table().size(), 61u);
}

TEST(ReferenceHpack, HuffmanOfAppendixC4) {
  EXPECT_EQ(huffman_encode("www.example.com"), "\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff");
  EXPECT_EQ(huffman_decode("\xa8\xeb\x10\x64\x9c\xbf"), "no-cache");
}

TEST(ReferenceHpack, Nghttp2DecodesWhatItEncodes) {
  std::mt19937 random(1);
  HpackEncoder encoder;
  HpackDecoder decoder;
  Nghttp2Inflater inflater;
  for (int round = 0; round < 200; ++round) {
    std::vector<HeaderField> fields;
    for (int i = 0; i < 12; ++i) {
      HeaderField field{"name-" + std::to_string(random() % 20), "", random() % 8 == 0};
      for (size_t size = random() % 60; size > 0; --size) {
        field.value.push_back(static_cast<char>(random() % 256));
      }
      fields.push_back(field);
      fields.push_back(static_table()[random() % 61]);
    }
    std::string block = encoder.encode(fields);
    EXPECT_EQ(decoder.decode(block), fields);
    EXPECT_EQ(decoder.table().size(), encoder.table().size());
    EXPECT_EQ(inflater.decode(block), fields);
    EXPECT_EQ(inflater.table(), std::vector<HeaderField>(decoder.table().dynamic().begin(),
                                                         decoder.table().dynamic().end()));
  }
}

TEST(ReferenceHpack, SaysWhyABlockIsBad) {
  HpackDecoder decoder;
  EXPECT_EQ(decoder.decode("\x80"), std::nullopt);
  EXPECT_EQ(decoder.error(), "no such index");
}

// RFC 7541 §4.2: libnghttp2 and the reference agree about what has to follow a lower limit.
TEST(ReferenceHpack, WantsASizeUpdateWhenTheLimitFell) {
  struct Case {
    const char* block;
    bool good;
  };
  for (const Case& c : {Case{"\x82", false}, Case{"", false}, Case{"\x3f\x46\x82", false},
                        Case{"\x3f\x45\x82", true}, Case{"\x3f\x45\x3f\xb1\x0f\x82", true}}) {
    HpackDecoder decoder;
    Nghttp2Inflater inflater;
    for (uint32_t limit : {100, 2000}) {
      decoder.set_max_table_size(limit);
      inflater.set_max_table_size(limit);
    }
    EXPECT_EQ(decoder.decode(c.block).has_value(), c.good);
    EXPECT_EQ(inflater.decode(c.block).has_value(), c.good);
  }
}

}  // namespace
}  // namespace reference
