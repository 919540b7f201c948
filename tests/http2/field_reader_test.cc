#include "headrace/protocol/http2/field_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace headrace {
namespace {

using Status = SectionRead::Status;

gsl::span<const uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// RFC 7541 §6.2.2: a literal field without indexing, a new name, no Huffman.
std::string field(const std::string& name, const std::string& value) {
  return std::string(1, '\0') + static_cast<char>(name.size()) + name +
         static_cast<char>(value.size()) + value;
}

class FieldReaderTest : public testing::Test {
 protected:
  static Limits small_limits() {
    Limits limits;
    limits.extra_continuations = 2;
    limits.tiny_continuations = 3;
    limits.fields_per_request = 2;
    limits.fields_per_response = 4;
    return limits;
  }
  BlockRefused add(const std::string& fragment, bool last = false) {
    return reader_.add(octets(fragment), last, {16384, 1000});
  }
  SectionRead read(const std::string& block, bool is_request = true) {
    return reader_.read(octets(block), is_request, 1000);
  }

  const Limits limits_ = small_limits();
  Ledger ledger_{100'000};
  FieldReader reader_{&ledger_, limits_, 8, 1024};
};

TEST_F(FieldReaderTest, ReadsABlockWhereItLies) {
  reader_.begin({5, 0, /*end_stream=*/true, false});
  EXPECT_TRUE(reader_.is_open());
  const std::string block = "\x82" + field("a", "b");  // :method: GET
  EXPECT_EQ(read(block).status, Status::kRead);
  EXPECT_FALSE(reader_.is_open());
  ASSERT_EQ(reader_.fields().size(), 2u);
  EXPECT_EQ(reader_.fields()[0].value, "GET");
  EXPECT_EQ(reader_.fields()[1].name, "a");
  EXPECT_EQ(static_cast<const void*>(reader_.fields()[1].value.data()), block.data() + 5);
  EXPECT_EQ(reader_.block().stream_id, 5u);
  EXPECT_TRUE(reader_.block().end_stream);
}

TEST_F(FieldReaderTest, JoinsFragments) {
  const std::string block = field("name", "value");
  reader_.begin({1});
  EXPECT_FALSE(add(block.substr(0, 3)));
  EXPECT_FALSE(add(block.substr(3), /*last=*/true));
  EXPECT_EQ(reader_.read(reader_.kept(), true, 1000).status, Status::kRead);
  ASSERT_EQ(reader_.fields().size(), 1u);
  EXPECT_EQ(reader_.fields()[0].value, "value");
  reader_.begin({3});
  EXPECT_TRUE(reader_.kept().empty());
}

TEST_F(FieldReaderTest, BoundsTheNumberOfFrames) {
  reader_.begin({1});
  const std::string fragment(100, 'x');
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(add(fragment));  // 1 is needed, and 2 more
  const BlockRefused refused = add(fragment);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused.hit.limit, Limit::kExtraContinuations);
  EXPECT_EQ(refused.hit.bound, 2u);
  EXPECT_EQ(refused.hit.observed, 3u);
}

// The first frame may be as small as it likes, and the last one.
TEST_F(FieldReaderTest, BoundsTheNumberOfTinyFrames) {
  Limits limits = small_limits();
  limits.extra_continuations = 100;
  FieldReader reader(&ledger_, limits, 8, 1024);
  reader.begin({1});
  const std::string tiny(63, 'x');
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(reader.add(octets(tiny), false, {16384, 1000}));
  EXPECT_FALSE(reader.add(octets(tiny), /*last=*/true, {16384, 1000}));
  EXPECT_FALSE(reader.add(octets(std::string(64, 'x')), false, {16384, 1000}));
  const BlockRefused refused = reader.add(octets(tiny), false, {16384, 1000});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused.hit.limit, Limit::kTinyContinuations);
  EXPECT_EQ(refused.hit.observed, 4u);
}

TEST_F(FieldReaderTest, KeepsFragmentsWithinTheLedger) {
  Ledger ledger(2000);
  FieldReader reader(&ledger, limits_, 1, 1);
  reader.begin({1});
  const BlockRefused refused = reader.add(octets(std::string(5000, 'x')), false, {16384, 1000});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused.hit.limit, Limit::kConnectionMemory);
  EXPECT_EQ(refused.hit.bound, 2000u);
}

// RFC 9113 §6.5.2: octets of names and values, and 32 a field.
TEST_F(FieldReaderTest, SaysWhichLimitASectionIsOver) {
  const SectionRead large = read(field("n", std::string(100, 'x')) + field("n", "x"), true);
  EXPECT_EQ(large.status, Status::kRead);
  const SectionRead list = reader_.read(octets(field("n", std::string(100, 'x'))), true, 132);
  EXPECT_EQ(list.status, Status::kTooLarge);
  EXPECT_EQ(list.hit.limit, Limit::kFieldListSize);
  EXPECT_EQ(list.hit.bound, 132u);
  EXPECT_EQ(list.hit.observed, 133u);
  const std::string three = field("a", "") + field("b", "") + field("c", "");
  const SectionRead count = read(three, /*is_request=*/true);
  EXPECT_EQ(count.status, Status::kTooLarge);
  EXPECT_EQ(count.hit.limit, Limit::kFieldsPerRequest);
  EXPECT_EQ(count.hit.bound, 2u);
  EXPECT_EQ(count.hit.observed, 3u);
  EXPECT_EQ(read(three, /*is_request=*/false).status, Status::kRead);
}

TEST_F(FieldReaderTest, SaysWhereABlockIsMalformed) {
  const SectionRead section = read("\x82\x80");  // index 0
  EXPECT_EQ(section.status, Status::kMalformed);
  EXPECT_EQ(section.offset, 1u);
  ASSERT_NE(section.rule, nullptr);
  EXPECT_STREQ(section.rule->section, "RFC 7541 §6.1");
}

// RFC 7541 §4.2: what was acknowledged bounds the size updates.
TEST_F(FieldReaderTest, BoundsTheTable) {
  EXPECT_EQ(read("\x3f\xe1\x1f\x82").status, Status::kRead);  // 4,096
  reader_.set_max_table_size(0);
  EXPECT_EQ(read("\x82").status, Status::kMalformed);
}

TEST_F(FieldReaderTest, JoinsCookiePairs) {
  const std::string block = field("cookie", "a=1") + field("cookie", "b=2");
  EXPECT_EQ(read(block).status, Status::kRead);
  EXPECT_TRUE(reader_.join_cookies());
  ASSERT_EQ(reader_.fields().size(), 1u);
  EXPECT_EQ(reader_.fields()[0].value, "a=1; b=2");
}

TEST_F(FieldReaderTest, GivesItsMemoryBack) {
  reader_.begin({1});
  EXPECT_FALSE(add(field("name", std::string(100, 'x')), /*last=*/true));
  (void)reader_.read(reader_.kept(), true, 1000);
  EXPECT_TRUE(reader_.join_cookies());
  reader_.trim();
  EXPECT_EQ(ledger_.live(), 0u);
}

}  // namespace
}  // namespace headrace
