#include <algorithm>
#include <cstring>
#include <gsl/span>

#include "headrace/protocol/connection/engine.h"
#include "headrace/protocol/frame/frame_writer.h"
#include "headrace/protocol/message/cookies.h"

// Messages' heads and trailers -> HEADERS, PUSH_PROMISE and CONTINUATION (RFC 9113 §4.3). Blocks
// are encoded in the order in which they go out, as the HPACK table wants it.

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

// Octets that `head` can come to as a field block.
size_t max_block_size(const OutgoingHead& head, bool split_cookies) {
  size_t size = hpack::Encoder::kMaxBeginSize;
  each_line(head, split_cookies,
            [&](const Field& line) { size += hpack::Encoder::max_field_size(line); });
  return size;
}

}  // namespace

// A field block in HEADERS, and CONTINUATION when it does not fit into one frame.
void Engine::write_field_block(StreamId id, const OutgoingHead& head, bool end_stream) {
  size_t bound = max_block_size(head, options_.split_cookies);
  if (bound <= kMinMaxFrameSize && options_.padding == nullptr) {
    // One frame for sure, whatever the peer's maximum: encoded where it is sent from.
    uint8_t* frame = outbox_.reserve(FrameHeader::kSize + bound);
    uint8_t* block = frame + FrameHeader::kSize;
    uint8_t* end = encode(head, block);
    FrameHeader header;
    header.length = static_cast<uint32_t>(end - block);
    header.type = FrameType::kHeaders;
    header.flags = flags::kEndHeaders | (end_stream ? flags::kEndStream : 0);
    header.stream_id = id;
    write_frame_header(header, frame);
    queue(frame, end);
    return check_backlog();
  }
  write_headers_frames(id, encode_block(head), end_stream);
}

void Engine::write_promise(StreamId id, StreamId promised_id, FieldsView fields) {
  // The block, and in front of it the field that a padded frame has between its padding and that.
  constexpr size_t kIdSize = 4;
  uint8_t* const content = scratch(kIdSize + max_block_size(fields, options_.split_cookies));
  for (size_t i = 0; i < kIdSize; ++i) {
    content[i] = static_cast<uint8_t>(promised_id >> (24 - 8 * i));
  }
  uint8_t* const begin = content + kIdSize;
  uint8_t* const end = encode(fields, begin);
  const gsl::span<const uint8_t> block(begin, end);
  const uint32_t max_frame_size = peer_settings_.max_frame_size;
  if (options_.padding != nullptr &&
      write_padded_block(FrameType::kPushPromise, 0, id, {content, end})) {
    return;
  }
  uint8_t* room = outbox_.reserve(field_block_frames_size(block.size() + 4, max_frame_size));
  queue(room, write_push_promise(id, promised_id, block, max_frame_size, room));
  check_backlog();
}

// RFC 9113 §6.2, §6.6: HEADERS or PUSH_PROMISE that fit into one frame, with padding. False: there
// is none to add.
bool Engine::write_padded_block(FrameType type, uint8_t flags, StreamId id,
                                gsl::span<const uint8_t> content) {
  const size_t max_frame_size = peer_settings_.max_frame_size;
  if (content.size() >= max_frame_size) return false;
  flags |= flags::kEndHeaders;
  const FrameHeader plain{static_cast<uint32_t>(content.size()), type, flags, id};
  const size_t padding = padding_for(plain, max_frame_size - content.size());
  if (padding == 0) return false;
  FrameHeader header = plain;
  header.length += static_cast<uint32_t>(padding);
  header.flags |= flags::kPadded;
  uint8_t* frame = outbox_.reserve(FrameHeader::kSize + header.length);
  uint8_t* at = write_frame_header(header, frame);
  *at++ = static_cast<uint8_t>(padding - 1);
  std::memcpy(at, content.data(), content.size());
  queue(frame, std::fill_n(at + content.size(), padding - 1, uint8_t{0}));
  check_backlog();
  return true;
}

uint8_t* Engine::encode(const OutgoingHead& head, uint8_t* out) {
  out = encoder_.begin_block(out);
  each_line(head, options_.split_cookies,
            [&](const Field& line) { out = encoder_.add(line, out); });
  return out;
}

// Memory to write a field block to: valid until the next call.
uint8_t* Engine::scratch(size_t size) {
  if (scratch_.size() < size) scratch_.resize(size);
  return scratch_.data();
}

// In scratch().
gsl::span<const uint8_t> Engine::encode_block(const OutgoingHead& head) {
  uint8_t* block = scratch(max_block_size(head, options_.split_cookies));
  return {block, encode(head, block)};
}

// Taken now, sent when the body is out: written without the table, so that what is written in
// between does not matter.
void Engine::set_trailers(Stream* stream, FieldsView fields) {
  BlockPool::BlockPtr block = blocks_.take(max_block_size(fields, /*split_cookies=*/false));
  uint8_t* end = block->octets();
  for (const Field& field : fields) end = hpack::Encoder::add_stateless(field, end);
  block->size = static_cast<uint32_t>(end - block->octets());
  stream->body.set_trailers(std::move(block));
}

// Only table size updates may come before them.
void Engine::write_trailers(Stream* stream) {
  const BlockPool::BlockPtr trailers = stream->body.take_trailers();
  uint8_t* const block = scratch(hpack::Encoder::kMaxBeginSize + trailers->size);
  uint8_t* end = encoder_.begin_block(block);
  end = std::copy_n(trailers->octets(), trailers->size, end);
  write_headers_frames(stream->id, {block, end}, /*end_stream=*/true);
}

void Engine::write_headers_frames(StreamId id, gsl::span<const uint8_t> block, bool end_stream) {
  uint8_t flags = end_stream ? flags::kEndStream : 0;
  if (options_.padding != nullptr && write_padded_block(FrameType::kHeaders, flags, id, block)) {
    return;
  }
  FrameType type = FrameType::kHeaders;
  do {
    const size_t size = std::min<size_t>(block.size(), peer_settings_.max_frame_size);
    if (size == block.size()) flags |= flags::kEndHeaders;
    uint8_t* frame = outbox_.reserve(FrameHeader::kSize + size);
    queue(frame, write_frame(type, flags, id, block.first(size), frame));
    block = block.subspan(size);
    type = FrameType::kContinuation;
    flags = 0;
  } while (!block.empty());
  check_backlog();
}

HEADRACE_ABI_END
}  // namespace headrace
