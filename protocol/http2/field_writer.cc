#include "headrace/protocol/http2/field_writer.h"

#include <algorithm>

#include "headrace/protocol/message/cookies.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// Calls `each(const Field&)` for every line that goes out.
template <typename Each>
void each_line(const OutgoingHead& head, bool split_cookies, Each each) {
  if (!split_cookies) return head.each_field(each);
  head.each_field([&](const Field& field) {
    for_each_line(gsl::span<const Field>(&field, 1), /*split_cookies=*/true, each);
  });
}

}  // namespace

size_t FieldWriter::max_size(const OutgoingHead& head) const {
  size_t size = hpack::Encoder::kMaxBeginSize;
  each_line(head, split_cookies_,
            [&](const Field& line) { size += hpack::Encoder::max_field_size(line); });
  return size;
}

uint8_t* FieldWriter::encode(const OutgoingHead& head, uint8_t* out) {
  out = encoder_.begin_block(out);
  each_line(head, split_cookies_, [&](const Field& line) { out = encoder_.add(line, out); });
  return out;
}

gsl::span<const uint8_t> FieldWriter::encode(const OutgoingHead& head) {
  uint8_t* const block = scratch(max_size(head));
  return {block, encode(head, block)};
}

BlockPool::BlockPtr FieldWriter::encode_trailers(FieldsView fields, BlockPool* pool) {
  size_t size = 0;
  for (const Field& field : fields) size += hpack::Encoder::max_field_size(field);
  BlockPool::BlockPtr block = pool->take(size);
  uint8_t* end = block->octets();
  for (const Field& field : fields) end = hpack::Encoder::add_stateless(field, end);
  block->size = static_cast<uint32_t>(end - block->octets());
  return block;
}

gsl::span<const uint8_t> FieldWriter::finish_trailers(const BlockPool::Block& trailers) {
  uint8_t* const block = scratch(hpack::Encoder::kMaxBeginSize + trailers.size);
  uint8_t* end = encoder_.begin_block(block);
  end = std::copy_n(trailers.octets(), trailers.size, end);
  return {block, end};
}

HEADRACE_ABI_END
}  // namespace headrace
