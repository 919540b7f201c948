// An observer of field blocks that comes late: what it knows is right, and what it cannot know it
// says so of.

#include "headrace/hpack/late_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/reference/hpack.h"

namespace headrace::hpack {
namespace {

using Fields = std::vector<reference::HeaderField>;

// Fields of which many come again.
Fields random_fields(std::mt19937* random) {
  Fields fields = {{":method", (*random)() % 2 == 0 ? "GET" : "PUT"}};
  const size_t count = 1 + (*random)() % 8;
  for (size_t i = 0; i < count; ++i) {
    const std::string name = "x-" + std::to_string((*random)() % 12);
    fields.push_back({name,
                      std::string((*random)() % 40, static_cast<char>('a' + (*random)() % 26)),
                      (*random)() % 10 == 0});
  }
  return fields;
}

// Blocks of one connection, with table sizes that change.
std::vector<std::pair<std::string, Fields>> random_blocks(uint32_t seed) {
  std::mt19937 random(seed);
  reference::HpackEncoder encoder;
  std::vector<std::pair<std::string, Fields>> blocks;
  for (int i = 0; i < 60; ++i) {
    const Fields fields = random_fields(&random);
    std::string block;
    if (random() % 12 == 0) encoder.write_size_update(random() % 600, &block);
    block += encoder.encode(fields);
    blocks.emplace_back(block, fields);
  }
  return blocks;
}

class LateDecoders : public testing::TestWithParam<uint32_t> {};

TEST_P(LateDecoders, FromTheBeginningKnowEverything) {
  LateDecoder decoder(/*from_beginning=*/true);
  for (const auto& [block, fields] : random_blocks(GetParam())) {
    const LateDecoder::Result result = decoder.decode(block);
    ASSERT_EQ(result.error, "");
    ASSERT_EQ(result.fields.size(), fields.size());
    for (size_t i = 0; i < fields.size(); ++i) {
      EXPECT_TRUE(result.fields[i].name_known && result.fields[i].value_known);
      EXPECT_EQ(result.fields[i].name, fields[i].name);
      EXPECT_EQ(result.fields[i].value, fields[i].value);
      EXPECT_EQ(result.fields[i].never_indexed, fields[i].never_indexed);
    }
  }
}

TEST_P(LateDecoders, AreNeverWrongAboutWhatTheyKnow) {
  const auto blocks = random_blocks(GetParam());
  size_t unknown = 0;
  size_t known_at_the_end = 0;
  for (size_t missed = 1; missed < 30; ++missed) {
    LateDecoder decoder(/*from_beginning=*/false);
    for (size_t b = missed; b < blocks.size(); ++b) {
      const auto& [block, fields] = blocks[b];
      const LateDecoder::Result result = decoder.decode(block);
      ASSERT_EQ(result.error, "");
      ASSERT_EQ(result.fields.size(), fields.size());
      for (size_t i = 0; i < fields.size(); ++i) {
        const SeenField& seen = result.fields[i];
        EXPECT_TRUE(!seen.name_known || seen.name == fields[i].name);
        EXPECT_TRUE(!seen.value_known || seen.value == fields[i].value);
        const bool all = seen.name_known && seen.value_known;
        if (!all) {
          EXPECT_GT(seen.index, 61u);
          ++unknown;
        }
        if (all && b + 1 == blocks.size()) ++known_at_the_end;
      }
    }
  }
  EXPECT_GT(unknown, 0u) << "nothing was missed";
  EXPECT_GT(known_at_the_end, 0u);
}

// Whatever the octets are.
TEST_P(LateDecoders, ReadAnything) {
  std::mt19937 random(GetParam());
  for (int i = 0; i < 2000; ++i) {
    std::string block(random() % 60, '\0');
    for (char& octet : block) octet = static_cast<char>(random());
    LateDecoder decoder(random() % 2 == 0);
    for (int times = 0; times < 3; ++times) (void)decoder.decode(block);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LateDecoders, testing::Range(1u, 11u));

// RFC 7541 §6.1, by hand: an index behind what has been inserted.
TEST(LateDecoder, SaysWhichEntryItDoesNotKnow) {
  LateDecoder late(/*from_beginning=*/false);
  const LateDecoder::Result result =
      late.decode(std::string_view("\xc5\x40\x01"
                                   "a\x01"
                                   "b\xbe\xbf"));
  ASSERT_EQ(result.error, "");
  ASSERT_EQ(result.fields.size(), 4u);
  EXPECT_FALSE(result.fields[0].name_known);
  EXPECT_EQ(result.fields[0].index, 69u);
  EXPECT_EQ(result.fields[1].name + result.fields[1].value, "ab");
  EXPECT_EQ(result.fields[2].name + result.fields[2].value, "ab");  // 62: the newest
  EXPECT_FALSE(result.fields[3].value_known);                       // 63: from before

  LateDecoder early(/*from_beginning=*/true);
  EXPECT_NE(early.decode(std::string_view("\xc5")).error, "");
}

TEST(LateDecoder, KeepsTheValueBehindAnUnknownName) {
  LateDecoder late(/*from_beginning=*/false);
  // §6.2.1 with name index 63 (6 bits: all ones, then 0), then 62.
  const LateDecoder::Result result =
      late.decode(std::string_view("\x7f\x00\x01"
                                   "b\xbe",
                                   5));
  ASSERT_EQ(result.error, "");
  ASSERT_EQ(result.fields.size(), 2u);
  for (const SeenField& field : result.fields) {
    EXPECT_FALSE(field.name_known);
    EXPECT_TRUE(field.value_known);
    EXPECT_EQ(field.value, "b");
  }
}

}  // namespace
}  // namespace headrace::hpack
