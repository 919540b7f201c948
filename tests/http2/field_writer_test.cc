#include "headrace/protocol/http2/field_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/reference/hpack.h"

namespace headrace {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

class FieldWriterTest : public testing::Test {
 protected:
  Fields decode(gsl::span<const uint8_t> block) {
    const auto decoded = decoder_.decode(
        std::string_view(reinterpret_cast<const char*>(block.data()), block.size()));
    EXPECT_TRUE(decoded.has_value()) << decoder_.error();
    Fields fields;
    if (!decoded) return fields;
    for (const auto& field : *decoded) fields.emplace_back(field.name, field.value);
    return fields;
  }
  static FieldsView view(const std::vector<Field>& fields) {
    return gsl::span<const Field>(fields.data(), fields.size());
  }

  Ledger ledger_{100'000};
  FieldWriter writer_{&ledger_, /*split_cookies=*/false};
  BlockPool pool_;
  reference::HpackDecoder decoder_;
};

TEST_F(FieldWriterTest, WritesWhereItIsToldAndWithinItsBound) {
  const std::vector<Field> fields = {{":status", "200"}, {"server", "headrace"}};
  const OutgoingHead head(view(fields));
  std::vector<uint8_t> memory(writer_.max_size(head) + 1, 0xee);
  const uint8_t* end = writer_.encode(head, memory.data());
  ASSERT_LT(end, memory.data() + memory.size());
  EXPECT_EQ(memory.back(), 0xee);
  EXPECT_EQ(decode({memory.data(), end}), (Fields{{":status", "200"}, {"server", "headrace"}}));
}

TEST_F(FieldWriterTest, KeepsTheTableFromBlockToBlock) {
  const std::vector<Field> fields = {{":status", "200"}, {"server", "headrace"}};
  const OutgoingHead head(view(fields));
  const size_t first = writer_.encode(head).size();
  const gsl::span<const uint8_t> again = writer_.encode(head);
  EXPECT_LT(again.size(), first);
  EXPECT_EQ(again.size(), 2u);  // two indexes
}

// What is found before a block is begun may move, or go, before its turn comes.
TEST_F(FieldWriterTest, FieldsThatWereSentBeforeAreRightWhateverTheBlockDoesToTheTable) {
  const Fields old = {{":status", "200"}, {"server", "headrace"}, {"x-old", "value"}};
  const auto send = [this](const Fields& list) {
    std::vector<Field> fields;
    for (const auto& [name, value] : list) fields.push_back({name, value});
    const NamedFields named = writer_.look_up(view(fields));
    EXPECT_EQ(decode(writer_.encode(OutgoingHead(named))), list);
    return named;
  };
  send(old);
  const NamedFields again = send(old);
  for (size_t i = 0; i < again.size(); ++i) EXPECT_NE(again.sent(i).indexed, 0) << i;
  // A new field in front shifts the others' indexes (RFC 7541 §2.3.3).
  send({{":status", "200"}, {"x-new", "1"}, {"server", "headrace"}, {"x-old", "value"}});
  // The table shrinks first, and evicts all but the newest (RFC 7541 §4.2).
  writer_.set_peer_max_table_size(80);
  send(old);
  // Each field evicts the one behind it.
  for (int i = 0; i < 3; ++i) send({{"x-a", std::string(20, 'a')}, {"x-b", std::string(20, 'b')}});
  writer_.set_peer_max_table_size(0);
  send(old);
}

TEST_F(FieldWriterTest, SplitsCookiesWhenAsked) {
  const std::vector<Field> fields = {{"cookie", "a=1; b=2"}};
  EXPECT_EQ(decode(writer_.encode(OutgoingHead(view(fields)))), (Fields{{"cookie", "a=1; b=2"}}));
  FieldWriter splitting(&ledger_, /*split_cookies=*/true);
  reference::HpackDecoder fresh;
  std::swap(decoder_, fresh);
  EXPECT_EQ(decode(splitting.encode(OutgoingHead(view(fields)))),
            (Fields{{"cookie", "a=1"}, {"cookie", "b=2"}}));
}

// Blocks that go out between the two steps change the table, and size updates come in front.
TEST_F(FieldWriterTest, TakesTrailersBeforeTheirPlaceIsKnown) {
  const std::vector<Field> trailers = {{"checksum", "abc"}, {"checksum", "abc"}};
  const BlockPool::BlockPtr taken = FieldWriter::encode_trailers(view(trailers), &pool_);
  const std::vector<Field> fields = {{"checksum", "abc"}, {"x", "y"}};
  EXPECT_EQ(decode(writer_.encode(OutgoingHead(view(fields)))),
            (Fields{{"checksum", "abc"}, {"x", "y"}}));
  writer_.set_peer_max_table_size(0);
  writer_.set_peer_max_table_size(4096);
  const gsl::span<const uint8_t> block = writer_.finish_trailers(*taken);
  // RFC 7541 §4.2: the smallest size since the last block, then the last.
  ASSERT_GT(block.size(), 4u);
  EXPECT_EQ(std::string(block.begin(), block.begin() + 4), "\x20\x3f\xe1\x1f");
  EXPECT_EQ(decode(block), (Fields{{"checksum", "abc"}, {"checksum", "abc"}}));
}

TEST_F(FieldWriterTest, GivesItsMemoryBack) {
  const std::vector<Field> fields = {{"server", "headrace"}};
  (void)writer_.encode(OutgoingHead(view(fields)));
  writer_.set_peer_max_table_size(0);
  (void)writer_.encode(OutgoingHead(view(fields)));
  writer_.trim();
  EXPECT_EQ(ledger_.live(), 0u);
}

}  // namespace
}  // namespace headrace
