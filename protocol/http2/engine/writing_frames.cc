#include "headrace/protocol/http2/engine/writing_frames.h"

#include <algorithm>
#include <cstring>

#include "headrace/memory/contract.h"
#include "headrace/protocol/frame/frame_parser.h"
#include "headrace/protocol/frame/frame_writer.h"
#include "headrace/protocol/interface/padding_policy.h"

namespace headrace {
HEADRACE_ABI_BEGIN

void WritingFrames::queue_frames(const uint8_t* begin, const uint8_t* end) const {
  outbox().commit(end);
  while (begin < end) {
    const FrameHeader header = headrace::parse_frame_header(begin);
    reports().sent(header.type, begin);
    begin += FrameHeader::kSize + header.length;
  }
}

void WritingFrames::write_rst_stream(StreamId id, ErrorCode code) const {
  ++reports().counts().streams_reset_by_us;
  uint8_t* room = outbox().reserve(kRstStreamSize);
  queue(FrameType::kRstStream, room, headrace::write_rst_stream(id, code, room));
}

void WritingFrames::write_goaway(StreamId last_stream_id, ErrorCode code,
                                 std::string_view debug_data) const {
  const size_t size = std::min<size_t>(debug_data.size(), kMinMaxFrameSize - 8);
  uint8_t* room = outbox().reserve(FrameHeader::kSize + 8 + size);
  const auto* octets = reinterpret_cast<const uint8_t*>(debug_data.data());
  queue(FrameType::kGoaway, room,
        headrace::write_goaway(last_stream_id, code, {octets, size}, room));
}

void WritingFrames::send_ping(uint64_t opaque, PingPurpose purpose) const {
  write_ping(opaque, /*ack=*/false);
  pings().asked(opaque, purpose, outbox().end_offset(), now());
}

// RFC 9113 §6.1: the padding that the application's policy adds to a frame, at most `room` octets.
size_t WritingFrames::padding_for(const FrameHeader& frame, size_t room) const {
  if (options().padding == nullptr || room == 0) return 0;
  room = std::min(room, kMaxPadding);
  const size_t padding = options().padding->padding(frame, room);
  HEADRACE_EXPECTS(padding <= room, "PaddingPolicy::padding()", "no more than its room",
                   {"padding", padding}, {"room", room});
  return padding;
}

void WritingFrames::write_field_block(StreamId id, const OutgoingHead& head,
                                      bool end_stream) const {
  size_t bound = field_writer().max_size(head);
  if (bound <= kMinMaxFrameSize && options().padding == nullptr) {
    // It fits into one frame whatever the peer's maximum, so it is encoded in the output's memory.
    uint8_t* frame = outbox().reserve(FrameHeader::kSize + bound);
    uint8_t* block = frame + FrameHeader::kSize;
    uint8_t* end = field_writer().encode(head, block);
    FrameHeader header;
    header.length = static_cast<uint32_t>(end - block);
    header.type = FrameType::kHeaders;
    header.flags = flags::kEndHeaders | (end_stream ? flags::kEndStream : 0);
    header.stream_id = id;
    write_frame_header(header, frame);
    queue(FrameType::kHeaders, frame, end);
    return check_backlog();
  }
  write_headers_frames(id, field_writer().encode(head), end_stream);
}

void WritingFrames::write_promise(StreamId id, StreamId promised_id, FieldsView fields) const {
  // The promised stream identifier, and the block behind it.
  constexpr size_t kIdSize = 4;
  uint8_t* const content = field_writer().scratch(kIdSize + field_writer().max_size(fields));
  for (size_t i = 0; i < kIdSize; ++i) {
    content[i] = static_cast<uint8_t>(promised_id >> (24 - 8 * i));
  }
  uint8_t* const begin = content + kIdSize;
  uint8_t* const end = field_writer().encode(fields, begin);
  const gsl::span<const uint8_t> block(begin, end);
  const uint32_t max_frame_size = settings().peer().max_frame_size;
  if (options().padding != nullptr &&
      write_padded_block(FrameType::kPushPromise, 0, id, {content, end})) {
    return;
  }
  uint8_t* room = outbox().reserve(field_block_frames_size(block.size() + 4, max_frame_size));
  queue_frames(room, write_push_promise(id, promised_id, block, max_frame_size, room));
  check_backlog();
}

// RFC 9113 §6.2, §6.6: HEADERS or PUSH_PROMISE that fit into one frame, with padding. False: there
// is none to add.
bool WritingFrames::write_padded_block(FrameType type, uint8_t flags, StreamId id,
                                       gsl::span<const uint8_t> content) const {
  const size_t max_frame_size = settings().peer().max_frame_size;
  if (content.size() >= max_frame_size) return false;
  flags |= flags::kEndHeaders;
  const FrameHeader plain{static_cast<uint32_t>(content.size()), type, flags, id};
  const size_t padding = padding_for(plain, max_frame_size - content.size());
  if (padding == 0) return false;
  FrameHeader header = plain;
  header.length += static_cast<uint32_t>(padding);
  header.flags |= flags::kPadded;
  uint8_t* frame = outbox().reserve(FrameHeader::kSize + header.length);
  uint8_t* at = write_frame_header(header, frame);
  *at++ = static_cast<uint8_t>(padding - 1);
  std::memcpy(at, content.data(), content.size());
  queue(type, frame, std::fill_n(at + content.size(), padding - 1, uint8_t{0}));
  check_backlog();
  return true;
}

void WritingFrames::write_trailers(Stream* stream) const {
  const BlockPool::BlockPtr trailers = stream->outgoing->body.take_trailers();
  write_headers_frames(stream->id, field_writer().finish_trailers(*trailers), /*end_stream=*/true);
}

void WritingFrames::write_headers_frames(StreamId id, gsl::span<const uint8_t> block,
                                         bool end_stream) const {
  uint8_t flags = end_stream ? flags::kEndStream : 0;
  if (options().padding != nullptr && write_padded_block(FrameType::kHeaders, flags, id, block)) {
    return;
  }
  FrameType type = FrameType::kHeaders;
  do {
    const size_t size = std::min<size_t>(block.size(), settings().peer().max_frame_size);
    if (size == block.size()) flags |= flags::kEndHeaders;
    uint8_t* frame = outbox().reserve(FrameHeader::kSize + size);
    queue(type, frame, write_frame(type, flags, id, block.first(size), frame));
    block = block.subspan(size);
    type = FrameType::kContinuation;
    flags = 0;
  } while (!block.empty());
  check_backlog();
}

HEADRACE_ABI_END
}  // namespace headrace
