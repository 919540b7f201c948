#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "headrace/hpack/rules.h"
#include "tests/hpack/codec.h"

// Every way to break RFC 7541 that the decoder knows, by the rule and where it was broken.
namespace headrace::hpack {
namespace {

using Status = DecodeResult::Status;

void expect_broken(const Rule& rule, size_t offset, const std::string& hex,
                   TestDecoder* decoder = nullptr) {
  TestDecoder fresh;
  DecodeResult result = (decoder == nullptr ? &fresh : decoder)->decode(from_hex(hex));
  EXPECT_EQ(result.status, Status::kMalformed) << hex;
  EXPECT_EQ(result.rule, &rule) << hex << ": " << (result.rule ? result.rule->text : "no rule");
  EXPECT_EQ(result.offset, offset) << hex;
}

TEST(Malformed, IndexZero) {
  expect_broken(kIndexZero, 0, "80");
  expect_broken(kIndexZero, 2, "82 86 80 84");
}

TEST(Malformed, IndexPastTheTables) {
  expect_broken(kIndexPastTables, 0, "be");              // 62, and the dynamic table is empty
  expect_broken(kIndexPastTables, 1, "82 ff 80ffff7f");  // far past it
  expect_broken(kIndexPastTables, 3, "400000 bf");       // 63, with one entry
  expect_broken(kIndexPastTables, 0, "7e 0161");         // as a name: incremental indexing,
  expect_broken(kIndexPastTables, 0, "0f2f 0161");       // without indexing
  expect_broken(kIndexPastTables, 0, "1f2f 0161");       // never indexed
}

TEST(Malformed, AnEvictedEntryIsPastTheTables) {
  TestDecoder decoder;
  EXPECT_EQ(decoder.decode(from_hex("40 0161 0162")).status, Status::kDone);
  EXPECT_EQ(decoder.decode(from_hex("be")).status, Status::kDone);
  expect_broken(kIndexPastTables, 1, "20 be", &decoder);
}

TEST(Malformed, TruncatedIntegers) {
  expect_broken(kIntegerTruncated, 0, "ff");
  expect_broken(kIntegerTruncated, 1, "82 ff80");
  expect_broken(kIntegerTruncated, 0, "7f");
  expect_broken(kIntegerTruncated, 0, "0f");
  expect_broken(kIntegerTruncated, 0, "1f");
  expect_broken(kIntegerTruncated, 0, "3f");
  expect_broken(kIntegerTruncated, 0, "00 7f");
  expect_broken(kIntegerTruncated, 0, "00 0161 ff80");
}

TEST(Malformed, IntegersWithoutEnd) {
  expect_broken(kIntegerTooLarge, 0, "ff 808080808000");
  expect_broken(kIntegerTooLarge, 0, "ff ffffffffff00");
  expect_broken(kIntegerTooLarge, 0, "3f ffffffff7f");
  expect_broken(kIntegerTooLarge, 0, "00 7f ffffffff7f");
  expect_broken(kIntegerTooLarge, 1, "82 00 0161 ff ffffffff7f");
}

TEST(Malformed, TruncatedStrings) {
  expect_broken(kStringTruncated, 0, "00");                      // no name
  expect_broken(kStringTruncated, 0, "00 0261");                 // half a name
  expect_broken(kStringTruncated, 0, "00 0161");                 // no value
  expect_broken(kStringTruncated, 0, "00 0161 0262");            // half a value
  expect_broken(kStringTruncated, 0, "41");                      // no value, name indexed
  expect_broken(kStringTruncated, 1, "82 10 8261");              // half a coded name
  expect_broken(kStringTruncated, 0, "00 0161 7f ffffff7f 00");  // 256 MiB
}

TEST(Malformed, EveryBlockThatIsCutOff) {
  const std::string block = from_hex(
      "82 8441 8cf1e3c2e5f23a6ba0ab90f4ff 5886a8eb10649cbf 408825a849e95ba97d7f8925a849e95bb8e8b4bf"
      "1f09 0161");
  std::vector<size_t> ends = {0, 1, 2, 16, 24, 44, 48};  // of whole representations
  for (size_t size = 0; size <= block.size(); ++size) {
    TestDecoder decoder;
    DecodeResult result = decoder.decode(block.substr(0, size));
    bool whole = std::find(ends.begin(), ends.end(), size) != ends.end();
    EXPECT_EQ(result.status, whole ? Status::kDone : Status::kMalformed) << size;
    if (whole) continue;
    EXPECT_TRUE(result.rule == &kStringTruncated || result.rule == &kIntegerTruncated);
    EXPECT_EQ(result.offset, *std::prev(std::lower_bound(ends.begin(), ends.end(), size)));
  }
}

TEST(Malformed, HuffmanCodedStrings) {
  expect_broken(kPaddingNotEos, 0, "00 8118 0161");        // 'a' and zeros, as a name
  expect_broken(kPaddingNotEos, 0, "00 0161 8118");        // as a value
  expect_broken(kPaddingTooLong, 1, "82 00 0161 821fff");  // 'a', 3 and 8 ones
  expect_broken(kEosInString, 0, "00 0161 84ffffffff");    // EOS alone
  expect_broken(kEosInString, 0, "40 851fffffffff 0161");  // behind 'a'
}

TEST(Malformed, HuffmanRulesHoldInWhatIsNotStored) {
  TestDecoder decoder;
  DecodeResult result = decoder.decode(from_hex("82 86 00 0161 8118"), {32, 1});
  EXPECT_EQ(result.status, Status::kMalformed);
  EXPECT_EQ(result.rule, &kPaddingNotEos);
  EXPECT_EQ(result.offset, 2u);
}

TEST(Malformed, SizeUpdateBehindAField) {
  expect_broken(kSizeUpdateLate, 1, "82 20");
  expect_broken(kSizeUpdateLate, 4, "00 0161 00 3f11");
  expect_broken(kSizeUpdateLate, 3, "20 20 82 20");
}

TEST(Malformed, SizeUpdateAboveTheLimit) {
  TestDecoder fresh;
  EXPECT_EQ(fresh.decode(from_hex("3fe11f")).status, Status::kDone);  // 4,096
  expect_broken(kSizeUpdateTooLarge, 0, "3fe21f");                    // 4,097
  expect_broken(kSizeUpdateTooLarge, 1, "20 3fe21f");

  TestDecoder decoder;
  decoder.decoder.set_max_table_size(8192);
  EXPECT_EQ(decoder.decode(from_hex("3fe13f")).status, Status::kDone);
  EXPECT_EQ(decoder.decoder.table_max_size(), 8192u);
  expect_broken(kSizeUpdateTooLarge, 0, "3fe23f", &decoder);
}

TEST(Malformed, MissingSizeUpdate) {
  TestDecoder decoder;
  decoder.decoder.set_max_table_size(4095);
  expect_broken(kSizeUpdateMissing, 0, "82", &decoder);
}

TEST(Malformed, SizeUpdateThatSkipsTheLowestLimit) {
  // Lowered and raised again between two blocks: the lowest must be seen, then anything.
  auto lowered_and_raised = [](TestDecoder* decoder) {
    decoder->decoder.set_max_table_size(100);
    decoder->decoder.set_max_table_size(4096);
  };
  TestDecoder skipping;
  lowered_and_raised(&skipping);
  expect_broken(kSizeUpdateMissing, 0, "3fe11f 82", &skipping);
  TestDecoder keeping;
  lowered_and_raised(&keeping);
  EXPECT_EQ(keeping.decode(from_hex("3f45 3fe11f 82")).status, Status::kDone);  // 100, 4,096
  EXPECT_EQ(keeping.decoder.table_max_size(), 4096u);
}

TEST(SizeUpdate, IsNotAskedForWhenTheTableIsSmallEnough) {
  TestDecoder decoder;
  EXPECT_EQ(decoder.decode(from_hex("3f45")).status, Status::kDone);  // 100
  decoder.decoder.set_max_table_size(100);
  EXPECT_EQ(decoder.decode(from_hex("82")).status, Status::kDone);
  decoder.decoder.set_max_table_size(99);
  expect_broken(kSizeUpdateMissing, 0, "82", &decoder);
}

TEST(SizeUpdate, IsAskedForOnce) {
  TestDecoder decoder;
  decoder.decoder.set_max_table_size(100);
  EXPECT_EQ(decoder.decode(from_hex("3f45 82")).status, Status::kDone);
  EXPECT_EQ(decoder.decode(from_hex("82")).status, Status::kDone);
}

TEST(Malformed, RandomOctetsNeverDoHarm) {
  std::mt19937 random(3);
  for (int round = 0; round < 20000; ++round) {
    TestDecoder decoder;
    reference::HpackDecoder reference;
    for (int block_number = 0; block_number < 3; ++block_number) {
      std::string block;
      for (size_t size = random() % 40; size > 0; --size) {
        block.push_back(
            static_cast<char>(random() % 2 == 0 ? 0xbe + random() % 4 : random() % 256));
      }
      DecodeResult result = decoder.decode(block);
      auto expected = reference.decode(block);
      ASSERT_EQ(result.status == Status::kMalformed, !expected.has_value());
      if (!expected.has_value()) {
        ASSERT_NE(result.rule, nullptr);
        ASSERT_LT(result.offset, block.size());
        break;
      }
      if (result.status == Status::kDone) {
        ASSERT_EQ(decoder.list(), *expected);
      }
    }
  }
}

}  // namespace
}  // namespace headrace::hpack
