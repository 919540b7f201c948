#include "headrace/hpack/decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "headrace/field/field_name.h"
#include "tests/hpack/codec.h"
#include "tests/reference/hpack.h"

// What the decoder promises beyond RFC 7541: views, verdicts, limits, memory.
namespace headrace::hpack {
namespace {

using reference::HeaderField;
using reference::LiteralKind;
using reference::StringCoding;
using Status = DecodeResult::Status;

std::string literal(const HeaderField& field, LiteralKind kind, StringCoding coding,
                    reference::HpackEncoder* encoder) {
  std::string block;
  encoder->write_literal(kind, 0, field, coding, coding, &block);
  return block;
}

TEST(Decoder, LiteralsAreViewsIntoTheBlock) {
  reference::HpackEncoder encoder;
  TestDecoder decoder;
  std::string block =
      literal({"name", "value"}, LiteralKind::kIncrementalIndexing, StringCoding::kPlain, &encoder);
  ASSERT_EQ(decoder.decode(block).status, Status::kDone);
  const Field& field = decoder.fields.fields()[0];
  const auto* begin = reinterpret_cast<const char*>(decoder.block.data());
  EXPECT_EQ(field.name.data(), begin + 2);
  EXPECT_EQ(field.value.data(), begin + 7);
}

TEST(Decoder, IndexedFieldsAreViewsIntoTheTable) {
  reference::HpackEncoder encoder;
  TestDecoder decoder;
  ASSERT_EQ(decoder.decode(encoder.encode({{"name", "value"}})).status, Status::kDone);
  ASSERT_EQ(decoder.decode(encoder.encode({{"name", "value"}})).status, Status::kDone);
  EXPECT_TRUE(decoder.decoder.table().holds(decoder.fields.fields()[0].name));
  EXPECT_TRUE(decoder.decoder.table().holds(decoder.fields.fields()[0].value));
}

TEST(Decoder, GivesTheTokenAndTheVerdictEveryTime) {
  const std::vector<HeaderField> list = {{"content-length", "5"}, {"X-Upper", "a"},
                                         {"x-split", "a\r\nb"},   {"x-padded", " a"},
                                         {":method", "PATCH"},    {"", ""}};
  const std::vector<FieldName> names = {FieldName::kContentLength, FieldName::kOther,
                                        FieldName::kOther,         FieldName::kOther,
                                        FieldName::kMethod,        FieldName::kOther};
  const std::vector<FieldSyntax> verdicts = {FieldSyntax::kValid,        FieldSyntax::kInvalidName,
                                             FieldSyntax::kInvalidValue, FieldSyntax::kPaddedValue,
                                             FieldSyntax::kValid,        FieldSyntax::kInvalidName};
  reference::HpackEncoder encoder;
  TestDecoder decoder;
  for (int time = 0; time < 3; ++time) {  // as literals, then from the table
    ASSERT_EQ(decoder.decode(encoder.encode(list)).status, Status::kDone);
    ASSERT_EQ(decoder.list(), list);
    for (size_t i = 0; i < list.size(); ++i) {
      EXPECT_EQ(decoder.fields.fields()[i].known_name, names[i]) << list[i].name;
      EXPECT_EQ(decoder.fields.fields()[i].syntax, verdicts[i]) << list[i].name;
    }
  }
}

TEST(Decoder, ANameFromTheTableIsJudgedWithItsNewValue) {
  reference::HpackEncoder encoder;
  TestDecoder decoder;
  std::string block = encoder.encode({{"x-name", "bad\n"}, {"X-Name", "good"}});
  auto name_index = [&](const char* name) { return encoder.table().find_name(name); };
  for (const char* name : {"x-name", "X-Name"}) {
    encoder.write_literal(LiteralKind::kWithoutIndexing, name_index(name), {name, "good"},
                          StringCoding::kPlain, StringCoding::kPlain, &block);
  }
  ASSERT_EQ(decoder.decode(block).status, Status::kDone);
  EXPECT_EQ(decoder.fields.fields()[0].syntax, FieldSyntax::kInvalidValue);
  EXPECT_EQ(decoder.fields.fields()[2].syntax, FieldSyntax::kValid);
  EXPECT_EQ(decoder.fields.fields()[3].syntax, FieldSyntax::kInvalidName);
}

TEST(Decoder, KeepsNeverIndexed) {
  reference::HpackEncoder encoder;
  TestDecoder decoder;
  ASSERT_EQ(decoder.decode(encoder.encode({{"a", "b", true}, {"a", "b", false}})).status,
            Status::kDone);
  EXPECT_TRUE(decoder.fields.fields()[0].never_indexed);
  EXPECT_FALSE(decoder.fields.fields()[1].never_indexed);
}

// Fields of one block outlive the eviction of their entries by the same block.
TEST(Decoder, AnEvictionDoesNotTouchFieldsAlreadyDecoded) {
  reference::HpackEncoder encoder;
  TestDecoder decoder;
  std::vector<HeaderField> first;
  for (int i = 0; i < 30; ++i) {
    first.push_back(
        {"name-" + std::to_string(i), std::string(80, static_cast<char>('a' + i % 26))});
  }
  ASSERT_EQ(decoder.decode(encoder.encode(first)).status, Status::kDone);
  // Everything there is, then so much new that all of it goes, and references to the new.
  std::vector<HeaderField> second = first;
  for (int i = 0; i < 30; ++i) {
    second.push_back(
        {"new-" + std::to_string(i), std::string(90, static_cast<char>('A' + i % 26))});
    second.push_back(second.back());
  }
  ASSERT_EQ(decoder.decode(encoder.encode(second)).status, Status::kDone);
  EXPECT_EQ(decoder.list(), second);
  EXPECT_EQ(to_list(decoder.decoder.table()), to_list(encoder.table()));
}

TEST(Decoder, AnEntryTooLargeForTheTableEmptiesIt) {
  reference::HpackEncoder encoder;
  TestDecoder decoder;
  std::vector<HeaderField> list = {{"a", "b"}, {"a", "b"}, {"large", std::string(5000, 'x')}};
  ASSERT_EQ(decoder.decode(encoder.encode(list)).status, Status::kDone);
  EXPECT_EQ(decoder.list(), list);
  EXPECT_EQ(decoder.decoder.table_size(), 0u);
  // The next insertion writes where "a: b" was.
  list = {{"a", "b"}, {"c", "d"}};
  ASSERT_EQ(decoder.decode(encoder.encode(list)).status, Status::kDone);
  EXPECT_EQ(decoder.list(), list);
}

TEST(Decoder, ANameMayBeThatOfTheEntryItEvicts) {
  // RFC 7541 §4.4. The table has room for one of them.
  reference::HpackEncoder encoder;
  TestDecoder decoder;
  const std::string name(1500, 'n');
  for (int i = 0; i < 20; ++i) {
    HeaderField field{name, std::string(static_cast<size_t>(1000 + 50 * i), 'v')};
    std::string block;
    encoder.write_literal(LiteralKind::kIncrementalIndexing, i == 0 ? 0 : 62, field,
                          StringCoding::kPlain, StringCoding::kHuffman, &block);
    ASSERT_EQ(decoder.decode(block).status, Status::kDone);
    EXPECT_EQ(decoder.list(), std::vector<HeaderField>{field});
    EXPECT_EQ(to_list(decoder.decoder.table()), std::vector<HeaderField>{field});
  }
}

TEST(DecodeLimits, CountNamesValuesAndThirtyTwoAField) {
  reference::HpackEncoder encoder;
  std::string block = encoder.encode({{"abc", "defg"}, {"abc", "defg"}});
  for (uint64_t limit : {78, 77}) {
    TestDecoder decoder;
    DecodeResult result = decoder.decode(block, {limit, 10});
    EXPECT_EQ(result.status, limit == 78 ? Status::kDone : Status::kTooLarge);
    EXPECT_EQ(result.list_size, 78u);
    EXPECT_EQ(result.field_count, 2u);
    EXPECT_EQ(decoder.list().size(), limit == 78 ? 2u : 1u);
  }
}

TEST(DecodeLimits, CountFields) {
  std::string block(10, '\x82');
  for (uint32_t limit : {10, 9}) {
    TestDecoder decoder;
    DecodeResult result = decoder.decode(block, {100000, limit});
    EXPECT_EQ(result.status, limit == 10 ? Status::kDone : Status::kTooLarge);
    EXPECT_EQ(result.field_count, 10u);
    EXPECT_EQ(decoder.list().size(), limit);
  }
}

// RFC 9113 §8.2.3: honest clients split their cookies. In the table, in literals, and
// amid others.
TEST(DecodeLimits, DoNotCountCookiePairsAsFields) {
  reference::HpackEncoder encoder;
  std::vector<HeaderField> list;
  for (int i = 0; i < 300; ++i) list.push_back({"cookie", "crumb " + std::to_string(i % 7)});
  for (int i = 0; i < 10; ++i) list.insert(list.begin() + i * 30, {":method", "GET"});
  const std::string block = encoder.encode(list);
  for (uint32_t limit : {10, 9}) {
    TestDecoder decoder;
    DecodeResult result = decoder.decode(block, {100000, limit});
    EXPECT_EQ(result.status, limit == 10 ? Status::kDone : Status::kTooLarge);
    EXPECT_EQ(result.field_count, 10u);
    EXPECT_EQ(decoder.list().size(), limit == 10 ? 310u : 9 * 30u);
  }
}

// CVE-2016-6581: one large entry, referred to thousands of times by one octet each.
TEST(DecodeLimits, AnHpackBombStoresNothingBeyondTheLimit) {
  reference::HpackEncoder encoder;
  TestDecoder decoder;
  HeaderField large{"bomb", std::string(4000, 'x')};
  std::string bomb = encoder.encode({large});
  bomb += std::string(60000, '\xbe');
  DecodeResult result = decoder.decode(bomb, {65536, 1u << 30});
  EXPECT_EQ(result.status, Status::kTooLarge);
  EXPECT_EQ(result.list_size, 60001u * 4036u);
  EXPECT_EQ(decoder.list().size(), 16u);  // 16 * 4,036 octets
  EXPECT_LT(decoder.ledger.peak(), 16384u);
  ASSERT_EQ(decoder.decode("\xbe").status, Status::kDone);  // in step
  EXPECT_EQ(decoder.list(), std::vector<HeaderField>{large});
}

// The same with an insertion that evicts it in the end: what is copied keeps within the limit.
TEST(DecodeLimits, ABombThatEvictsItsEntryCopiesNoMoreThanTheLimit) {
  reference::HpackEncoder encoder;
  TestDecoder decoder;
  HeaderField large{"bomb", std::string(3900, 'x')};
  std::string bomb = encoder.encode({large});
  ASSERT_EQ(decoder.decode(bomb).status, Status::kDone);
  bomb.clear();
  for (int i = 0; i < 20; ++i) {
    bomb += std::string(1000, '\xbe');
    encoder.write_literal(LiteralKind::kIncrementalIndexing, 62, {"bomb", std::string(3901, 'y')},
                          StringCoding::kHuffman, StringCoding::kHuffman, &bomb);
  }
  DecodeResult result = decoder.decode(bomb, {65536, 1u << 30});
  EXPECT_EQ(result.status, Status::kTooLarge);
  for (const HeaderField& field : decoder.list()) EXPECT_EQ(field, large);
  EXPECT_LT(decoder.ledger.peak(), 3 * 65536u);
  EXPECT_EQ(to_list(decoder.decoder.table()), to_list(encoder.table()));
}

TEST(DecodeLimits, ACodedStringTooLongToStoreIsNotDecoded) {
  reference::HpackEncoder encoder;
  TestDecoder decoder;
  HeaderField huge{"huge", std::string(300000, '0')};
  std::string block =
      literal(huge, LiteralKind::kIncrementalIndexing, StringCoding::kHuffman, &encoder);
  DecodeResult result = decoder.decode(block);
  EXPECT_EQ(result.status, Status::kTooLarge);
  EXPECT_EQ(result.list_size, 300000u + 4 + 32);
  EXPECT_TRUE(decoder.list().empty());
  EXPECT_LT(decoder.ledger.peak(), 2048u);
}

TEST(DecodeLimits, WhatIsNotStoredStillEntersTheTable) {
  reference::HpackEncoder encoder;
  TestDecoder decoder;
  std::string block;
  for (int i = 0; i < 100; ++i) {
    block += literal({"name-" + std::to_string(i), std::string(500, 'v')},
                     LiteralKind::kIncrementalIndexing, StringCoding::kHuffman, &encoder);
  }
  ASSERT_EQ(decoder.decode(block, {100, 10}).status, Status::kTooLarge);
  EXPECT_EQ(to_list(decoder.decoder.table()), to_list(encoder.table()));
  EXPECT_LT(decoder.ledger.peak(), 16384u);  // the arena held one field at a time
}

TEST(DecoderMemory, AnEmptyTableHoldsNone) {
  Ledger ledger(1 << 20);
  Decoder decoder(&ledger);
  FieldStorage fields(&ledger);
  ASSERT_EQ(decoder.decode(as_span("\x82\x86"), {}, &fields).status, Status::kDone);
  fields.release();
  EXPECT_EQ(ledger.live(), 0u);
}

TEST(DecoderMemory, IsRefundedInTheEnd) {
  Ledger ledger(1 << 20);
  {
    reference::HpackEncoder encoder;
    Decoder decoder(&ledger);
    FieldStorage fields(&ledger);
    std::string block = encoder.encode({{"name", std::string(2000, 'v')}});
    ASSERT_EQ(decoder.decode(as_span(block), {}, &fields).status, Status::kDone);
    EXPECT_GT(ledger.live(), 2000u);
  }
  EXPECT_EQ(ledger.live(), 0u);
}

TEST(DecoderMemory, TrimKeepsTheTable) {
  reference::HpackEncoder encoder;
  TestDecoder decoder;
  const std::vector<HeaderField> list = {{"a", "b"}, {"c", std::string(300, 'd')}};
  ASSERT_EQ(decoder.decode(encoder.encode(list)).status, Status::kDone);
  const size_t before = decoder.ledger.live();
  decoder.decoder.trim();
  EXPECT_LT(decoder.ledger.live(), before);
  ASSERT_EQ(decoder.decode(encoder.encode(list)).status, Status::kDone);
  EXPECT_EQ(decoder.list(), list);
}

TEST(DecoderMemory, NothingIsReservedInTheSteadyState) {
  reference::HpackEncoder encoder;
  TestDecoder decoder;
  uint64_t warm = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string block =
        encoder.encode({{":method", "GET"},
                        {"user-agent", "Mozilla/5.0 (X11; Linux x86_64)"},
                        {"referer", "https://example.org/page/" + std::to_string(i)},
                        {"x-trace", std::string(static_cast<size_t>(i % 90), 't')}});
    ASSERT_EQ(decoder.decode(block).status, Status::kDone);
    if (i == 1000) warm = decoder.ledger.reservations();
  }
  EXPECT_EQ(decoder.ledger.reservations(), warm);
}

// Fields beyond the limit are decoded for the table's sake alone: their text stays nowhere else.
TEST(DecoderMemory, TextOfFieldsBeyondTheLimitIsGivenBack) {
  reference::HpackEncoder encoder;
  std::string block;
  for (int i = 0; i < 400; ++i) {
    const HeaderField field{std::string(60, 'n') + std::to_string(i), std::string(60, 'v')};
    block += literal(field, LiteralKind::kIncrementalIndexing, StringCoding::kHuffman, &encoder);
  }
  TestDecoder few;
  ASSERT_EQ(few.decode(block, {.max_list_size = 200}).status, Status::kTooLarge);
  EXPECT_LT(few.ledger.peak(), 12u << 10);  // the table's 4,096 octets twice, and the first arena
}

// Every reservation of a conversation is refused once. The decoder says so, and nothing else.
TEST(DecoderMemory, EveryRefusalIsAnswered) {
  reference::HpackEncoder encoder;
  std::vector<std::string> blocks;
  std::vector<std::vector<HeaderField>> lists;
  for (int i = 0; i < 12; ++i) {
    std::vector<HeaderField> list;
    for (int j = 0; j < 20; ++j) {
      list.push_back({"name-" + std::to_string((i * 7 + j) % 40),
                      std::string(static_cast<size_t>(j * 13 % 200), static_cast<char>('a' + j))});
      list.push_back(list.front());
    }
    blocks.push_back(encoder.encode(list));
    lists.push_back(list);
  }
  int answered = 0;
  for (uint64_t refused = 1;; ++refused) {
    TestDecoder decoder;
    decoder.ledger.refuse_reservation(refused);
    bool no_memory = false;
    for (size_t i = 0; i < blocks.size() && !no_memory; ++i) {
      DecodeResult result = decoder.decode(blocks[i]);
      no_memory = result.status == Status::kNoMemory;
      if (!no_memory) {
        ASSERT_EQ(result.status, Status::kDone);
        ASSERT_EQ(decoder.list(), lists[i]);
      }
    }
    if (decoder.ledger.reservations() < refused) break;  // all have been refused
    answered += no_memory;
  }
  EXPECT_GT(answered, 5);  // where less would do, less was asked for, and all went well
}

}  // namespace
}  // namespace headrace::hpack
