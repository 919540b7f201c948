#include "headrace/protocol/http1/content_writer.h"

#include <gtest/gtest.h>

#include <string>

namespace headrace::http1 {
namespace {

std::string chunk_line(size_t size) {
  std::string text(chunk_line_size(size), '?');
  auto* const out = reinterpret_cast<uint8_t*>(text.data());
  EXPECT_EQ(write_chunk_line(size, out), out + text.size());
  return text;
}

TEST(ContentWriter, WritesTheSizesOfChunks) {
  EXPECT_EQ(chunk_line(1), "1\r\n");
  EXPECT_EQ(chunk_line(15), "f\r\n");
  EXPECT_EQ(chunk_line(16), "10\r\n");
  EXPECT_EQ(chunk_line(0x1a2b), "1a2b\r\n");
  EXPECT_EQ(chunk_line(0xffff'ffff), "ffffffff\r\n");
}

// What was not checked cannot break the message.
TEST(ContentWriter, WritesTrailersThatStayInTheirLines) {
  BlockPool pool;
  const Field fields[] = {{"a", "1"}, {"b c", "2"}, {"d", "x\r\ny"}};
  const BlockPool::BlockPtr block = encode_trailers(FieldsView(fields, 3), &pool);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(block->octets()), block->size),
            "a: 1\r\nd: x  y\r\n");
  for (const char broken : {'\r', '\n', '\0'}) {
    const char value[] = {'x', broken, 'y'};
    const Field field = {"a", {value, sizeof(value)}};
    const BlockPool::BlockPtr one = encode_trailers(FieldsView(&field, 1), &pool);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(one->octets()), one->size), "a: x y\r\n");
  }
}

}  // namespace
}  // namespace headrace::http1
