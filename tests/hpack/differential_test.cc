#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "headrace/field/field_name.h"
#include "headrace/field/field_syntax.h"
#include "tests/hpack/codec.h"
#include "tests/reference/hpack.h"
#include "tests/reference/hpack_tables.h"
#include "tests/reference/nghttp2_hpack.h"

// Random conversations between the library's codec and independent ones. The seeds are fixed, so a
// failure repeats.
namespace headrace::hpack {
namespace {

using reference::HeaderField;
using reference::LiteralKind;
using reference::StringCoding;

class Randomness {
 public:
  explicit Randomness(uint32_t seed) : engine_(seed) {}

  // From 0 up to, not including, `bound`.
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(engine_() % bound); }
  bool one_in(uint32_t n) { return below(n) == 0; }

  // Mostly short; some long, some of all octets.
  std::string text() {
    uint32_t size = one_in(10) ? below(700) : below(40);
    bool any_octet = one_in(6);
    std::string result;
    while (result.size() < size) {
      result.push_back(any_octet ? static_cast<char>(below(256))
                                 : "abcdefghijklmnopqrstuvwxyz0123456789-/;=., "[below(43)]);
    }
    return result;
  }

  // Names and values come again often enough to be found in the tables.
  HeaderField field() {
    if (one_in(4)) return reference::static_table()[below(61)];
    HeaderField field;
    switch (below(4)) {
      case 0:
        field.name = text();
        break;
      case 1:
        field.name = reference::static_table()[below(61)].name;
        break;
      default:
        field.name = "x-name-" + std::to_string(below(12));
    }
    field.value = one_in(2) ? "value " + std::to_string(below(6)) : text();
    field.never_indexed = one_in(12);
    return field;
  }

  std::vector<HeaderField> fields() {
    std::vector<HeaderField> list;
    for (uint32_t i = below(25); i > 0; --i) list.push_back(field());
    return list;
  }

 private:
  std::mt19937 engine_;
};

// A block in which every field is represented in any way that the RFC allows.
std::string encode_any_way(const std::vector<HeaderField>& list, reference::HpackEncoder* encoder,
                           Randomness* random, uint32_t limit) {
  std::string block;
  while (random->one_in(6)) encoder->write_size_update(random->below(limit + 1), &block);
  for (const HeaderField& field : list) {
    uint64_t index = encoder->table().find(field);
    if (index != 0 && !field.never_indexed && !random->one_in(4)) {
      encoder->write_indexed(index, &block);
      continue;
    }
    LiteralKind kind = field.never_indexed ? LiteralKind::kNeverIndexed
                       : random->one_in(4) ? LiteralKind::kWithoutIndexing
                                           : LiteralKind::kIncrementalIndexing;
    uint64_t name_index = random->one_in(5) ? 0 : encoder->table().find_name(field.name);
    auto coding = [&] { return static_cast<StringCoding>(random->below(3)); };
    encoder->write_literal(kind, name_index, field, coding(), coding(), &block);
  }
  return block;
}

// As DecodeLimits::max_fields counts.
size_t counted(const std::vector<HeaderField>& list) {
  return static_cast<size_t>(std::count_if(
      list.begin(), list.end(), [](const HeaderField& field) { return field.name != "cookie"; }));
}

class Seeds : public testing::TestWithParam<uint32_t> {};

TEST_P(Seeds, DecodesEveryRepresentation) {
  Randomness random(GetParam());
  const uint32_t limit = std::vector<uint32_t>{4096, 0, 100, 300, 1000, 20000}[random.below(6)];
  reference::HpackEncoder encoder;
  TestDecoder decoder;
  decoder.decoder.set_max_table_size(limit);
  for (int block_number = 0; block_number < 60; ++block_number) {
    std::vector<HeaderField> list = random.fields();
    std::string block;
    if (block_number == 0 && limit < 4096) encoder.write_size_update(limit, &block);
    block += encode_any_way(list, &encoder, &random, limit);
    DecodeResult result = decoder.decode(block, {1 << 20, 1000});
    ASSERT_EQ(result.status, DecodeResult::Status::kDone) << block_number;
    ASSERT_EQ(decoder.list(), list) << block_number;
    ASSERT_EQ(to_list(decoder.decoder.table()), to_list(encoder.table()));
    ASSERT_EQ(decoder.decoder.table_size(), encoder.table().size());
    ASSERT_EQ(decoder.decoder.table_max_size(), encoder.table().max_size());
    EXPECT_EQ(result.field_count, counted(list));
    for (const Field& field : decoder.fields.fields()) {
      ASSERT_EQ(field.known_name, resolve_field_name(field.name));
      ASSERT_EQ(field.syntax, check_field(field.name, field.value));
    }
  }
}

TEST_P(Seeds, StaysInStepBeyondTheLimits) {
  Randomness random(GetParam());
  reference::HpackEncoder encoder;
  TestDecoder decoder;
  for (int block_number = 0; block_number < 60; ++block_number) {
    std::vector<HeaderField> list = random.fields();
    uint64_t list_size = 0;
    for (const HeaderField& field : list) list_size += field.name.size() + field.value.size() + 32;
    std::string block = encode_any_way(list, &encoder, &random, 4096);
    DecodeLimits limits{random.below(2000), random.below(25)};
    DecodeResult result = decoder.decode(block, limits);
    bool too_large = list_size > limits.max_list_size || counted(list) > limits.max_fields;
    ASSERT_EQ(result.status,
              too_large ? DecodeResult::Status::kTooLarge : DecodeResult::Status::kDone);
    EXPECT_EQ(result.list_size, list_size);
    EXPECT_EQ(result.field_count, counted(list));
    std::vector<HeaderField> stored = decoder.list();
    ASSERT_LE(counted(stored), limits.max_fields);
    ASSERT_EQ(stored, std::vector<HeaderField>(list.begin(),
                                               list.begin() + static_cast<long>(stored.size())));
    ASSERT_EQ(to_list(decoder.decoder.table()), to_list(encoder.table()));
  }
}

TEST_P(Seeds, EncodesWhatOthersDecode) {
  Randomness random(GetParam());
  TestEncoder encoder(random.one_in(2) ? 4096 : random.below(9000));
  reference::HpackDecoder decoder;
  reference::Nghttp2Inflater inflater;
  for (int block_number = 0; block_number < 60; ++block_number) {
    // The peer's limit goes up and down, several times between two blocks.
    while (random.one_in(4)) {
      uint32_t limit = random.below(10000);
      encoder.encoder.set_peer_max_table_size(limit);
      decoder.set_max_table_size(limit);
      inflater.set_max_table_size(limit);
    }
    std::vector<HeaderField> list = random.fields();
    std::string block = encoder.encode(list);
    std::optional<std::vector<HeaderField>> decoded = decoder.decode(block);
    ASSERT_TRUE(decoded.has_value()) << decoder.error();
    ASSERT_EQ(decoded->size(), list.size());
    for (size_t i = 0; i < list.size(); ++i) {
      EXPECT_EQ((*decoded)[i].name, list[i].name);
      EXPECT_EQ((*decoded)[i].value, list[i].value);
      EXPECT_TRUE((*decoded)[i].never_indexed || !list[i].never_indexed);
    }
    ASSERT_EQ(to_list(encoder.encoder.table()), to_list(decoder.table()));
    ASSERT_EQ(inflater.decode(block), decoded);
    ASSERT_EQ(inflater.table(), to_list(decoder.table()));
  }
}

TEST_P(Seeds, DecodesWhatNghttp2Encodes) {
  Randomness random(GetParam());
  TestDecoder decoder;
  reference::Nghttp2Deflater deflater(20000);
  for (int block_number = 0; block_number < 60; ++block_number) {
    while (random.one_in(6)) {
      uint32_t limit = random.below(20000);
      decoder.decoder.set_max_table_size(limit);
      deflater.set_max_table_size(limit);
    }
    std::vector<HeaderField> list = random.fields();
    std::string block = deflater.encode(list);
    DecodeResult result = decoder.decode(block, {1 << 20, 1000});
    ASSERT_EQ(result.status, DecodeResult::Status::kDone);
    std::vector<HeaderField> decoded = decoder.list();
    ASSERT_EQ(decoded.size(), list.size());
    for (size_t i = 0; i < list.size(); ++i) {
      EXPECT_EQ(decoded[i].name, list[i].name);
      EXPECT_EQ(decoded[i].value, list[i].value);
    }
    ASSERT_EQ(to_list(decoder.decoder.table()), deflater.table());
  }
}

INSTANTIATE_TEST_SUITE_P(Random, Seeds, testing::Range(1u, 21u));

}  // namespace
}  // namespace headrace::hpack
