#include <algorithm>
#include <cstring>
#include <gsl/span>

#include "headrace/protocol/connection/engine.h"
#include "headrace/protocol/frame/frame_writer.h"

// Messages' heads and trailers -> HEADERS, PUSH_PROMISE and CONTINUATION (RFC 9113 §4.3). Blocks
// are encoded in the order in which they go out, as the HPACK table wants it.

namespace headrace {
HEADRACE_ABI_BEGIN

// A field block in HEADERS, and CONTINUATION when it does not fit into one frame.
void Engine::write_field_block(StreamId id, const OutgoingHead& head, bool end_stream) {
  size_t bound = field_writer_.max_size(head);
  if (bound <= kMinMaxFrameSize && options_.padding == nullptr) {
    // One frame for sure, whatever the peer's maximum: encoded where it is sent from.
    uint8_t* frame = outbox_.reserve(FrameHeader::kSize + bound);
    uint8_t* block = frame + FrameHeader::kSize;
    uint8_t* end = field_writer_.encode(head, block);
    FrameHeader header;
    header.length = static_cast<uint32_t>(end - block);
    header.type = FrameType::kHeaders;
    header.flags = flags::kEndHeaders | (end_stream ? flags::kEndStream : 0);
    header.stream_id = id;
    write_frame_header(header, frame);
    queue(frame, end);
    return check_backlog();
  }
  write_headers_frames(id, field_writer_.encode(head), end_stream);
}

void Engine::write_promise(StreamId id, StreamId promised_id, FieldsView fields) {
  // The block, and in front of it the field that a padded frame has between its padding and that.
  constexpr size_t kIdSize = 4;
  uint8_t* const content = field_writer_.scratch(kIdSize + field_writer_.max_size(fields));
  for (size_t i = 0; i < kIdSize; ++i) {
    content[i] = static_cast<uint8_t>(promised_id >> (24 - 8 * i));
  }
  uint8_t* const begin = content + kIdSize;
  uint8_t* const end = field_writer_.encode(fields, begin);
  const gsl::span<const uint8_t> block(begin, end);
  const uint32_t max_frame_size = settings_.peer().max_frame_size;
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
  const size_t max_frame_size = settings_.peer().max_frame_size;
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

void Engine::write_trailers(Stream* stream) {
  const BlockPool::BlockPtr trailers = stream->body.take_trailers();
  write_headers_frames(stream->id, field_writer_.finish_trailers(*trailers), /*end_stream=*/true);
}

void Engine::write_headers_frames(StreamId id, gsl::span<const uint8_t> block, bool end_stream) {
  uint8_t flags = end_stream ? flags::kEndStream : 0;
  if (options_.padding != nullptr && write_padded_block(FrameType::kHeaders, flags, id, block)) {
    return;
  }
  FrameType type = FrameType::kHeaders;
  do {
    const size_t size = std::min<size_t>(block.size(), settings_.peer().max_frame_size);
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
