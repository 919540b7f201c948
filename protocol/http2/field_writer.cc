#include "headrace/protocol/http2/field_writer.h"

#include <algorithm>

#include "headrace/protocol/message/cookies.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// `each(const Field&, SentField)` for a field, as one that is called for each of its lines.
template <typename Each>
auto by_line(bool split_cookies, Each each) {
  return [split_cookies, each](const Field& field, SentField sent) {
    if (!split_cookies || sent.name != FieldName::kCookie) return each(field, sent);
    for_each_line(gsl::span<const Field>(&field, 1), /*split_cookies=*/true,
                  [&](const Field& line) {
                    each(line, SentField{sent.name, 0});
                  });
  };
}

}  // namespace

size_t FieldWriter::max_size(const OutgoingHead& head) const {
  size_t lines = head.fields().size();
  size_t octets = head.fields().octets();
  if (head.has_extra()) {
    lines += ExtraFields::kMost;
    octets += head.extra().max_octets();
  }
  if (split_cookies_) {
    head.each_between(0, head.fields().size(),
                      by_line(true, [&](const Field& line, SentField sent) {
                        if (sent.name != FieldName::kCookie) return;
                        ++lines;
                        octets += line.name.size() + line.value.size();
                      }));
  }
  return hpack::Encoder::kMaxBeginSize + hpack::Encoder::max_size(lines, octets);
}

uint8_t* FieldWriter::encode(const OutgoingHead& head, uint8_t* out) {
  out = encoder_.begin_block(out);
  const auto add = by_line(split_cookies_, [&](const Field& line, SentField sent) {
    if (encoder_.version() != head.fields().version()) {
      out = encoder_.add(line, sent.name, out);
    } else if (sent.indexed != 0) {
      *out++ = sent.indexed;
    } else {
      out = encoder_.add_new(line, sent.name, out);
    }
  });
  const auto add_extra = [&](const Field& field, SentField sent) {
    out = encoder_.add(field, sent.name, out);
  };
  const PreparedPart prepared = head.prepared();
  if (prepared.head == nullptr) {
    head.each_between(0, head.fields().size(), add);
    head.each_extra(add_extra);
    return out;
  }
  const size_t end = prepared.begin + prepared.head->fields().size();
  head.each_between(0, prepared.begin, add);
  const uint64_t version = encoder_.version();
  const gsl::span<const uint8_t> octets = prepared_blocks_.find(*prepared.head, version);
  if (!octets.empty()) {
    out = std::copy(octets.data(), octets.data() + octets.size(), out);
  } else {
    const uint8_t* const begin = out;
    head.each_between(prepared.begin, end, add);
    // Only a block that did not change the table can be written again.
    if (encoder_.version() == version) {
      prepared_blocks_.store(*prepared.head, version, {begin, static_cast<size_t>(out - begin)});
    }
  }
  head.each_between(end, head.fields().size(), add);
  head.each_extra(add_extra);
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
