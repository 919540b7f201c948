#include "tests/reference/hpack.h"

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <random>
#include <string>

#include "tests/reference/hpack_tables.h"

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
  nghttp2_hd_inflater* inflater = nullptr;
  ASSERT_EQ(nghttp2_hd_inflate_new(&inflater), 0);
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

    const auto* in = reinterpret_cast<const uint8_t*>(block.data());
    size_t left = block.size();
    for (const HeaderField& field : fields) {
      nghttp2_nv nv;
      int flags = 0;
      auto used = nghttp2_hd_inflate_hd2(inflater, &nv, &flags, in, left, 1);
      ASSERT_GT(used, 0);
      in += used;
      left -= static_cast<size_t>(used);
      ASSERT_TRUE(flags & NGHTTP2_HD_INFLATE_EMIT);
      EXPECT_EQ(std::string(reinterpret_cast<char*>(nv.name), nv.namelen), field.name);
      EXPECT_EQ(std::string(reinterpret_cast<char*>(nv.value), nv.valuelen), field.value);
      EXPECT_EQ((nv.flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0, field.never_indexed);
    }
    EXPECT_EQ(left, 0u);
    ASSERT_EQ(nghttp2_hd_inflate_end_headers(inflater), 0);
  }
  nghttp2_hd_inflate_del(inflater);
}

TEST(ReferenceHpack, SaysWhyABlockIsBad) {
  HpackDecoder decoder;
  EXPECT_EQ(decoder.decode("\x80"), std::nullopt);
  EXPECT_EQ(decoder.error(), "no such index");
}

}  // namespace
}  // namespace reference
