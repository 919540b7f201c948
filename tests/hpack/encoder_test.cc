#include "headrace/hpack/encoder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "headrace/field/field_name.h"
#include "tests/hpack/codec.h"
#include "tests/reference/hpack.h"

// What the encoder chooses where RFC 7541 leaves it a choice, and the size updates, where it does
// not.
namespace headrace::hpack {
namespace {

using reference::HeaderField;

// The bits that tell the representations apart (RFC 7541 §6).
enum class Kind { kIndexed, kIncremental, kWithoutIndexing, kNeverIndexed, kSizeUpdate };
Kind kind_of(const std::string& block) {
  const auto first = static_cast<uint8_t>(block.at(0));
  if ((first & 0x80) != 0) return Kind::kIndexed;
  if ((first & 0x40) != 0) return Kind::kIncremental;
  if ((first & 0x20) != 0) return Kind::kSizeUpdate;
  return (first & 0x10) != 0 ? Kind::kNeverIndexed : Kind::kWithoutIndexing;
}

Kind first_kind(const HeaderField& field) {
  TestEncoder encoder;
  return kind_of(encoder.encode({field}));
}

TEST(EncoderPolicy, TheStaticTableIsUsedWhole) {
  EXPECT_EQ(TestEncoder().encode({{":method", "GET"}}), from_hex("82"));
  EXPECT_EQ(TestEncoder().encode({{":status", "500"}}), from_hex("8e"));
  EXPECT_EQ(TestEncoder().encode({{"accept-encoding", "gzip, deflate"}}), from_hex("90"));
  EXPECT_EQ(TestEncoder().encode({{"www-authenticate", ""}}), from_hex("bd"));
  // A name of it: the lowest index, the value plain since 3 octets are not shortened.
  EXPECT_EQ(TestEncoder().encode({{":status", "418"}}), from_hex("48 03 343138"));
}

TEST(EncoderPolicy, WhatComesAgainIsIndexed) {
  for (const HeaderField& field :
       std::vector<HeaderField>{{":authority", "example.org"},
                                {":status", "202"},
                                {"user-agent", "curl/7.88"},
                                {"accept", "*/*"},
                                {"server", "headrace"},
                                {"content-type", "text/html"},
                                {"cache-control", "no-store"},
                                {"date", "Sun, 06 Nov 1994 08:49:37 GMT"},
                                {"x-of-your-own", "value"},
                                {"cookie", "session=0123456789ab"}}) {
    TestEncoder encoder;
    EXPECT_EQ(kind_of(encoder.encode({field})), Kind::kIncremental) << field.name;
    EXPECT_EQ(encoder.encode({field}), from_hex("be")) << field.name;  // one octet from now on
  }
}

TEST(EncoderPolicy, WhatDiffersEveryTimeIsNotIndexed) {
  for (const char* name : {":path", "age", "content-length", "content-range", "etag",
                           "if-modified-since", "if-none-match", "location", "set-cookie"}) {
    TestEncoder encoder;
    EXPECT_EQ(kind_of(encoder.encode({{name, "some value"}})), Kind::kWithoutIndexing) << name;
    EXPECT_EQ(encoder.encoder.table().count(), 0u);
  }
}

TEST(EncoderPolicy, SecretsAreNeverIndexed) {
  EXPECT_EQ(first_kind({"authorization", "Basic Zm9v"}), Kind::kNeverIndexed);
  EXPECT_EQ(first_kind({"proxy-authorization", "Basic Zm9v"}), Kind::kNeverIndexed);
  // Nineteen octets, then twenty.
  EXPECT_EQ(first_kind({"cookie", "session=0123456789a"}), Kind::kNeverIndexed);
  EXPECT_EQ(first_kind({"cookie", "session=0123456789ab"}), Kind::kIncremental);
}

TEST(EncoderPolicy, TheCallerCanForbidIndexing) {
  EXPECT_EQ(first_kind({"x-api-key", "abc", true}), Kind::kNeverIndexed);
  // Even if it is in a table: RFC 7541 §6.2.3 wants it so on every hop.
  EXPECT_EQ(first_kind({":method", "GET", true}), Kind::kNeverIndexed);
  TestEncoder encoder;
  EXPECT_EQ(kind_of(encoder.encode({{"x", "y"}})), Kind::kIncremental);
  EXPECT_EQ(kind_of(encoder.encode({{"x", "y", true}})), Kind::kNeverIndexed);
  EXPECT_EQ(encoder.encoder.table().count(), 1u);
}

TEST(EncoderPolicy, AFieldThatWouldPushOutMostOthersIsNotIndexed) {
  // 3/4 of 4,096 is 3,072: names, values and 32.
  EXPECT_EQ(first_kind({"x", std::string(3072 - 32 - 1, 'v')}), Kind::kIncremental);
  EXPECT_EQ(first_kind({"x", std::string(3072 - 32, 'v')}), Kind::kWithoutIndexing);
}

TEST(EncoderPolicy, ANameFromTheDynamicTableIsReferredTo) {
  TestEncoder encoder;
  (void)encoder.encode({{"x-name", "first"}, {"y", "z"}});
  std::string block = encoder.encode({{"x-name", "2"}});
  EXPECT_EQ(block, from_hex("7f 00 01 32"));  // 63, incremental indexing
}

TEST(EncoderRecall, SaysWhatWouldBeWritten) {
  TestEncoder encoder;
  const std::vector<HeaderField> list = {{":status", "200"},
                                         {"server", "headrace"},
                                         {"x-of-your-own", "value"},
                                         {"content-length", "12"}};
  for (const HeaderField& field : list) {
    EXPECT_EQ(encoder.encoder.recall({field.name, field.value}).indexed, 0) << field.name;
  }
  (void)encoder.encode(list);
  for (const HeaderField& field : list) {
    const SentField sent = encoder.encoder.recall({field.name, field.value});
    EXPECT_EQ(sent.name, resolve_field_name(field.name));
    const std::string block = encoder.encode({field});
    const bool indexed = kind_of(block) == Kind::kIndexed;
    EXPECT_EQ(sent.indexed, indexed ? static_cast<uint8_t>(block.at(0)) : 0) << field.name;
  }
  EXPECT_NE(encoder.encoder.recall({"server", "headrace"}).indexed, 0);
  EXPECT_EQ(encoder.encoder.recall({"server", "headrace", true}).indexed, 0);
  EXPECT_EQ(encoder.encoder.recall({"server", "headracE"}).indexed, 0);
  EXPECT_EQ(encoder.encoder.recall({"serveR", "headrace"}).indexed, 0);
  EXPECT_EQ(encoder.encoder.recall({"", ""}).indexed, 0);
  // What is evicted is gone.
  encoder.encoder.set_peer_max_table_size(0);
  (void)encoder.encode({});
  EXPECT_EQ(encoder.encoder.recall({"server", "headrace"}).indexed, 0);
}

// Whatever is sent in whatever order: an index of one octet, or none, and it is the field's.
TEST(EncoderRecall, IsRightAmongManyFields) {
  TestEncoder encoder;
  reference::HpackDecoder decoder;
  size_t recalled = 0;
  uint32_t state = 1;
  const auto next = [&state](uint32_t bound) {
    state = state * 1664525 + 1013904223;
    return (state >> 16) % bound;
  };
  for (int round = 0; round < 5000; ++round) {
    // Of few lengths, so that slots are shared; the table holds about a hundred of them.
    const HeaderField field{"x-" + std::string(next(4), 'n') + std::to_string(next(8)),
                            std::to_string(next(40))};
    const SentField sent = encoder.encoder.recall({field.name, field.value});
    const std::string block = encoder.encode({field});
    ASSERT_EQ(decoder.decode(block), std::vector<HeaderField>{field});
    if (sent.indexed == 0) continue;
    ++recalled;
    ASSERT_EQ(block, std::string(1, static_cast<char>(sent.indexed)));
  }
  EXPECT_GT(recalled, 10u);
}

TEST(EncoderPolicy, StringsAreCodedWhenThatIsShorter) {
  EXPECT_EQ(TestEncoder().encode({{":path", "aaaaa"}}), from_hex("04 84 18c6 31ff"));  // 25 bits
  EXPECT_EQ(TestEncoder().encode({{":path", "a"}}), from_hex("04 01 61"));
  EXPECT_EQ(TestEncoder().encode({{":path", "{}{}"}}), from_hex("04 04 7b7d7b7d"));
}

TEST(EncoderSizeUpdate, NoneUnlessTheTableChanges) {
  TestEncoder encoder;
  EXPECT_EQ(encoder.encode({}), "");
  encoder.encoder.set_peer_max_table_size(4096);
  EXPECT_EQ(encoder.encode({}), "");
  encoder.encoder.set_peer_max_table_size(65536);  // more than preferred
  EXPECT_EQ(encoder.encode({}), "");
  EXPECT_EQ(encoder.encoder.table().max_size(), 4096u);
}

TEST(EncoderSizeUpdate, ASmallerTableOnce) {
  TestEncoder encoder;
  encoder.encoder.set_peer_max_table_size(100);
  EXPECT_EQ(encoder.encode({{":method", "GET"}}), from_hex("3f45 82"));
  EXPECT_EQ(encoder.encode({{":method", "GET"}}), from_hex("82"));
}

TEST(EncoderSizeUpdate, TheLowestAndThenTheLast) {
  TestEncoder encoder;
  for (uint32_t size : {3000, 100, 200}) encoder.encoder.set_peer_max_table_size(size);
  EXPECT_EQ(encoder.encode({}), from_hex("3f45 3fa901"));  // 100, 200
  encoder.encoder.set_peer_max_table_size(0);
  encoder.encoder.set_peer_max_table_size(200);
  EXPECT_EQ(encoder.encode({}), from_hex("20 3fa901"));  // 0, 200
  encoder.encoder.set_peer_max_table_size(300);
  encoder.encoder.set_peer_max_table_size(250);
  EXPECT_EQ(encoder.encode({}), from_hex("3fdb01"));  // 250: it did not have to shrink before
}

TEST(EncoderSizeUpdate, EvictsWhatTheyEvict) {
  TestEncoder encoder;
  (void)encoder.encode({{"x", "y"}});
  encoder.encoder.set_peer_max_table_size(0);
  encoder.encoder.set_peer_max_table_size(4096);
  EXPECT_EQ(kind_of(encoder.encode({{"x", "y"}}).substr(4)), Kind::kIncremental);
}

TEST(EncoderSizeUpdate, APreferenceBelowTheDefaultIsSaidAtOnce) {
  TestEncoder none(0);
  EXPECT_EQ(none.encode({{":method", "GET"}, {"x", "y"}}), from_hex("20 82 00 0178 0179"));
  EXPECT_EQ(none.ledger.live(), 0u);
}

TEST(EncoderSizeUpdate, APreferenceAboveTheDefaultWaitsForThePeer) {
  TestEncoder large(10000);
  EXPECT_EQ(large.encode({{":method", "GET"}}), from_hex("82"));
  large.encoder.set_peer_max_table_size(8192);
  EXPECT_EQ(large.encode({{":method", "GET"}}), from_hex("3fe13f 82"));
}

TEST(EncoderStateless, NeitherReadsNorChangesTheTable) {
  auto encode = [](const Field& field) {
    std::vector<uint8_t> out(Encoder::max_field_size(field));
    return std::string(out.data(), Encoder::add_stateless(field, out.data()));
  };
  EXPECT_EQ(encode({":status", "200"}), from_hex("88"));
  EXPECT_EQ(kind_of(encode({"x", "y"})), Kind::kWithoutIndexing);
  EXPECT_EQ(kind_of(encode({"server", "headrace"})), Kind::kWithoutIndexing);
  EXPECT_EQ(kind_of(encode({"x", "y", true})), Kind::kNeverIndexed);
  EXPECT_EQ(kind_of(encode({"authorization", "Basic Zm9v"})), Kind::kNeverIndexed);
}

TEST(EncoderMemory, IsRefundedInTheEnd) {
  Ledger ledger(1 << 20);
  {
    Encoder encoder(&ledger);
    EXPECT_EQ(ledger.live(), 0u);
    std::vector<uint8_t> out(100);
    (void)encoder.add({"x", "y"}, encoder.begin_block(out.data()));
    EXPECT_GT(ledger.live(), 0u);
  }
  EXPECT_EQ(ledger.live(), 0u);
}

TEST(EncoderMemory, NothingIsReservedInTheSteadyState) {
  TestEncoder encoder;
  uint64_t warm = 0;
  for (int i = 0; i < 2000; ++i) {
    (void)encoder.encode({{":status", "200"},
                          {"server", "headrace"},
                          {"x-request-id", "id-" + std::to_string(i)},
                          {"x-trace", std::string(static_cast<size_t>(i % 90), 't')}});
    if (i == 1000) warm = encoder.ledger.reservations();
  }
  EXPECT_EQ(encoder.ledger.reservations(), warm);
}

TEST(EncoderMemory, TrimForgetsNothing) {
  TestEncoder encoder;
  const HeaderField field{"x-name", "value"};
  for (int i = 0; i < 40; ++i) {
    (void)encoder.encode({{"name-" + std::to_string(i), "value"}, field});
  }
  encoder.encoder.set_peer_max_table_size(600);  // most of them go
  (void)encoder.encode({{"one-more", "value"}});
  const size_t before = encoder.ledger.live();
  encoder.encoder.trim();
  EXPECT_LT(encoder.ledger.live(), before / 2);
  EXPECT_EQ(kind_of(encoder.encode({{"name-39", "value"}})), Kind::kIndexed);
  EXPECT_EQ(kind_of(encoder.encode({{"name-0", "value"}})), Kind::kIncremental);
  EXPECT_EQ(kind_of(encoder.encode({{"name-0", "value"}})), Kind::kIndexed);

  encoder.encoder.set_peer_max_table_size(0);
  (void)encoder.encode({});
  encoder.encoder.trim();
  EXPECT_EQ(encoder.ledger.live(), 0u);
}

TEST(EncoderMemory, WhenItIsRefusedFieldsAreJustNotIndexed) {
  std::vector<std::vector<HeaderField>> lists;
  for (int i = 0; i < 30; ++i) {
    std::vector<HeaderField> list;
    for (int j = 0; j < 10; ++j) {
      list.push_back({"name-" + std::to_string((i + j) % 25),
                      std::string(static_cast<size_t>((i * 31 + j * 7) % 150), 'v')});
    }
    lists.push_back(list);
  }
  for (uint64_t refused = 1;; ++refused) {
    TestEncoder encoder;
    encoder.ledger.refuse_reservation(refused);
    reference::HpackDecoder decoder;
    for (const auto& list : lists) {
      ASSERT_EQ(decoder.decode(encoder.encode(list)), list) << refused;
      ASSERT_EQ(to_list(encoder.encoder.table()), to_list(decoder.table()));
    }
    if (encoder.ledger.reservations() < refused) break;
  }
  // And with no memory at all.
  TestEncoder poor(4096, 0);
  reference::HpackDecoder decoder;
  for (const auto& list : lists) EXPECT_EQ(decoder.decode(poor.encode(list)), list);
  EXPECT_EQ(poor.encoder.table().count(), 0u);
}

}  // namespace
}  // namespace headrace::hpack
