#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "headrace/hpack/huffman.h"
#include "headrace/hpack/integer.h"
#include "headrace/hpack/representation.h"
#include "tests/hpack/codec.h"

// RFC 7541 Appendix C, each example in both directions, byte for byte.
namespace headrace::hpack {
namespace {

using List = std::vector<reference::HeaderField>;

// How the example represents one field.
struct Representation {
  enum Kind { kIndexed, kIncremental, kWithout, kNever } kind;
  uint32_t index;          // of the field, or of its name; 0: the name is a string
  std::string_view name;   // when index is 0
  std::string_view value;  // of a literal
};
using enum Representation::Kind;

// One field block: what it looks like, what it says, and the dynamic table after it.
struct Block {
  const char* section;
  const char* hex;
  std::vector<Representation> representations;
  List fields;
  List table;
  uint32_t table_size;
};

// Blocks that follow one another on a connection.
struct Conversation {
  bool huffman;
  uint32_t max_table_size;
  std::vector<Block> blocks;
};

const reference::HeaderField kGet{":method", "GET"};
const reference::HeaderField kHttp{":scheme", "http"};
const reference::HeaderField kHttps{":scheme", "https"};
const reference::HeaderField kRoot{":path", "/"};
const reference::HeaderField kIndexHtml{":path", "/index.html"};
const reference::HeaderField kAuthority{":authority", "www.example.com"};
const reference::HeaderField kNoCache{"cache-control", "no-cache"};
const reference::HeaderField kCustom{"custom-key", "custom-value"};
const reference::HeaderField k302{":status", "302"};
const reference::HeaderField k307{":status", "307"};
const reference::HeaderField k200{":status", "200"};
const reference::HeaderField kPrivate{"cache-control", "private"};
const reference::HeaderField kDate21{"date", "Mon, 21 Oct 2013 20:13:21 GMT"};
const reference::HeaderField kDate22{"date", "Mon, 21 Oct 2013 20:13:22 GMT"};
const reference::HeaderField kLocation{"location", "https://www.example.com"};
const reference::HeaderField kGzip{"content-encoding", "gzip"};
const reference::HeaderField kSetCookie{"set-cookie",
                                        "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"};

// C.3 and C.4, and C.5 and C.6, say the same in plain strings and in Huffman-coded ones.
Conversation requests(bool huffman) {
  return {huffman,
          4096,
          {{huffman ? "C.4.1" : "C.3.1",
            huffman ? "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff"
                    : "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
            {{kIndexed, 2, {}, {}},
             {kIndexed, 6, {}, {}},
             {kIndexed, 4, {}, {}},
             {kIncremental, 1, {}, "www.example.com"}},
            {kGet, kHttp, kRoot, kAuthority},
            {kAuthority},
            57},
           {huffman ? "C.4.2" : "C.3.2",
            huffman ? "8286 84be 5886 a8eb 1064 9cbf" : "8286 84be 5808 6e6f 2d63 6163 6865",
            {{kIndexed, 2, {}, {}},
             {kIndexed, 6, {}, {}},
             {kIndexed, 4, {}, {}},
             {kIndexed, 62, {}, {}},
             {kIncremental, 24, {}, "no-cache"}},
            {kGet, kHttp, kRoot, kAuthority, kNoCache},
            {kNoCache, kAuthority},
            110},
           {huffman ? "C.4.3" : "C.3.3",
            huffman ? "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf"
                    : "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
            {{kIndexed, 2, {}, {}},
             {kIndexed, 7, {}, {}},
             {kIndexed, 5, {}, {}},
             {kIndexed, 63, {}, {}},
             {kIncremental, 0, "custom-key", "custom-value"}},
            {kGet, kHttps, kIndexHtml, kAuthority, kCustom},
            {kCustom, kNoCache, kAuthority},
            164}}};
}

Conversation responses(bool huffman) {
  return {
      huffman,
      256,
      {{huffman ? "C.6.1" : "C.5.1",
        huffman ? "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6"
                  "2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3"
                : "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133"
                  "2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70"
                  "6c65 2e63 6f6d",
        {{kIncremental, 8, {}, "302"},
         {kIncremental, 24, {}, "private"},
         {kIncremental, 33, {}, kDate21.value},
         {kIncremental, 46, {}, kLocation.value}},
        {k302, kPrivate, kDate21, kLocation},
        {kLocation, kDate21, kPrivate, k302},
        222},
       {huffman ? "C.6.2" : "C.5.2",
        huffman ? "4883 640e ffc1 c0bf" : "4803 3330 37c1 c0bf",
        {{kIncremental, 8, {}, "307"},
         {kIndexed, 65, {}, {}},
         {kIndexed, 64, {}, {}},
         {kIndexed, 63, {}, {}}},
        {k307, kPrivate, kDate21, kLocation},
        {k307, kLocation, kDate21, kPrivate},
        222},
       {huffman ? "C.6.3" : "C.5.3",
        huffman ? "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab"
                  "77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f"
                  "9587 3160 65c0 03ed 4ee5 b106 3d50 07"
                : "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d"
                  "54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049"
                  "5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e"
                  "3d31",
        {{kIndexed, 8, {}, {}},
         {kIndexed, 65, {}, {}},
         {kIncremental, 33, {}, kDate22.value},
         {kIndexed, 64, {}, {}},
         {kIncremental, 26, {}, "gzip"},
         {kIncremental, 55, {}, kSetCookie.value}},
        {k200, kPrivate, kDate22, kLocation, kGzip, kSetCookie},
        {kSetCookie, kGzip, kDate22},
        215}}};
}

// C.2: four representations, each on a connection of its own.
std::vector<Conversation> single_representations() {
  return {{false,
           4096,
           {{"C.2.1",
             "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
             {{kIncremental, 0, "custom-key", "custom-header"}},
             {{"custom-key", "custom-header"}},
             {{"custom-key", "custom-header"}},
             55}}},
          {false,
           4096,
           {{"C.2.2",
             "040c 2f73 616d 706c 652f 7061 7468",
             {{kWithout, 4, {}, "/sample/path"}},
             {{":path", "/sample/path"}},
             {},
             0}}},
          {false,
           4096,
           {{"C.2.3",
             "1008 7061 7373 776f 7264 0673 6563 7265 74",
             {{kNever, 0, "password", "secret"}},
             {{"password", "secret", true}},
             {},
             0}}},
          {false, 4096, {{"C.2.4", "82", {{kIndexed, 2, {}, {}}}, {kGet}, {}, 0}}}};
}

std::vector<Conversation> examples() {
  std::vector<Conversation> all = single_representations();
  for (bool huffman : {false, true}) {
    all.push_back(requests(huffman));
    all.push_back(responses(huffman));
  }
  return all;
}

// In the example's coding, be it the shorter one or not.
uint8_t* write_example_string(uint8_t* out, std::string_view text, bool huffman) {
  if (!huffman) return write_plain_string(out, text);
  out = write_integer(out, static_cast<uint32_t>(huffman_encoded_size(text)), 7, 0x80);
  return huffman_encode(text, out, out + huffman_encoded_size(text));
}

std::string write(const std::vector<Representation>& representations, bool huffman) {
  std::vector<uint8_t> buffer(1000);
  uint8_t* out = buffer.data();
  for (const Representation& representation : representations) {
    if (representation.kind == kIndexed) {
      out = write_indexed(out, representation.index);
      continue;
    }
    Literal literal = representation.kind == kIncremental ? Literal::kIncrementalIndexing
                      : representation.kind == kWithout   ? Literal::kWithoutIndexing
                                                          : Literal::kNeverIndexed;
    out = write_literal(out, literal, representation.index);
    if (representation.index == 0) out = write_example_string(out, representation.name, huffman);
    out = write_example_string(out, representation.value, huffman);
  }
  return std::string(buffer.data(), out);
}

TEST(AppendixC, IntegersOfC1) {
  struct Example {
    uint32_t value;
    int prefix_bits;
    std::string octets;
  };
  for (const Example& example : {Example{10, 5, "0a"}, Example{1337, 5, "1f 9a 0a"}}) {
    std::string octets = from_hex(example.octets);
    uint8_t out[kMaxIntegerSize];
    uint8_t* end = write_integer(out, example.value, example.prefix_bits, 0);
    EXPECT_EQ(std::string(out, end), octets);

    uint32_t value = 0;
    const Rule* rule = nullptr;
    auto span = as_span(octets);
    EXPECT_EQ(
        read_integer(span.data(), span.data() + span.size(), example.prefix_bits, &value, &rule),
        span.data() + span.size());
    EXPECT_EQ(value, example.value);
  }
}

TEST(AppendixC, IntegerOfC13StartsAtAnOctetBoundary) {
  uint8_t out[kMaxIntegerSize];
  EXPECT_EQ(write_integer(out, 42, 8, 0), out + 1);
  EXPECT_EQ(out[0], 0x2a);
  uint32_t value = 0;
  const Rule* rule = nullptr;
  EXPECT_EQ(read_integer(out, out + 1, 8, &value, &rule), out + 1);
  EXPECT_EQ(value, 42u);
}

TEST(AppendixC, DecodesEveryExample) {
  for (const Conversation& conversation : examples()) {
    TestDecoder decoder;
    if (conversation.max_table_size != 4096) {
      // "SETTINGS_HEADER_TABLE_SIZE ... set to the value of 256 octets, causing some evictions".
      decoder.decoder.set_max_table_size(conversation.max_table_size);
      uint8_t update[kMaxIntegerSize];
      uint8_t* end = write_size_update(update, conversation.max_table_size);
      ASSERT_EQ(decoder.decode(std::string(update, end)).status, DecodeResult::Status::kDone);
    }
    for (const Block& block : conversation.blocks) {
      SCOPED_TRACE(block.section);
      std::string octets = from_hex(block.hex);
      ASSERT_EQ(decoder.decode(octets).status, DecodeResult::Status::kDone);
      EXPECT_EQ(decoder.list(), block.fields);
      EXPECT_EQ(to_list(decoder.decoder.table()), block.table);
      EXPECT_EQ(decoder.decoder.table_size(), block.table_size);
    }
  }
}

TEST(AppendixC, WritesEveryExample) {
  for (const Conversation& conversation : examples()) {
    for (const Block& block : conversation.blocks) {
      EXPECT_EQ(write(block.representations, conversation.huffman), from_hex(block.hex))
          << block.section;
    }
  }
}

// The choices of C.4 are ours as well.
TEST(AppendixC, TheEncoderWritesC4AndKeepsItsTable) {
  TestEncoder encoder;
  for (const Block& block : requests(true).blocks) {
    SCOPED_TRACE(block.section);
    EXPECT_EQ(encoder.encode(block.fields), from_hex(block.hex));
    EXPECT_EQ(to_list(encoder.encoder.table()), block.table);
    EXPECT_EQ(encoder.encoder.table().size(), block.table_size);
  }
}

}  // namespace
}  // namespace headrace::hpack
