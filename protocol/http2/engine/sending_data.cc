#include "headrace/protocol/http2/engine/sending_data.h"

#include <algorithm>
#include <cstring>

#include "headrace/memory/contract.h"
#include "headrace/protocol/frame/frame_writer.h"
#include "headrace/protocol/interface/common_rules.h"
#include "headrace/protocol/interface/padding_policy.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// Bodies up to this size are copied behind their frame header; larger ones are referred to. At this
// size a copy costs about as much as another entry of writev().
constexpr size_t kCopiedBody = 512;
// Less room than this is not used for a frame if other output is waiting.
constexpr size_t kSmallestCut = 1024;
// A block with less room than this is not filled up.
constexpr size_t kWorthFilling = 1024;

// The room for data in a frame that may be padded.
size_t room_beside_padding(size_t room) { return room - std::min(room / 2, kMaxPadding); }

FrameHeader data_header(StreamId id, size_t size, bool end_stream) {
  const uint8_t flags = end_stream ? flags::kEndStream : 0;
  return {static_cast<uint32_t>(size), FrameType::kData, flags, id};
}

}  // namespace

// Schedules the rest of the stream's body, or sends its end.
void SendingData::send_end_or_schedule(Stream* stream) const {
  if (!stream->exchange.head_sent()) return;  // it still waits
  if (!stream->outgoing->body.drained()) return schedule(stream);
  // The trailers or the bare end need no window.
  sender().remove(stream);
  if (stream->outgoing->body.has_trailers()) {
    writing_frames().write_trailers(stream);
  } else {
    uint8_t* room = outbox().reserve(FrameHeader::kSize);
    writing_frames().queue(FrameType::kData, room,
                           write_data_header(stream->id, 0, /*end_stream=*/true, room));
  }
  ending().finish_sending(stream);
}

void SendingData::schedule(Stream* stream) const {
  if (!stream->exchange.head_sent() || !stream->outgoing->body.has_something()) return;
  sender().add(stream, now());
}

// Writes one DATA frame of at most `room` octets, header included. False if it cannot now.
bool SendingData::cut_data(Stream* stream, size_t room) const {
  const int64_t allowed = sender().allowed(stream);
  HEADRACE_EXPECTS(allowed > 0, "SendingData::cut_data()", "a ready stream has a window",
                   {"stream_id", stream->id}, {"window", allowed});
  // A tiny frame only when nothing else is on its way.
  if (room < FrameHeader::kSize + kSmallestCut && outbox().unsent() > 0) return false;
  room = room > FrameHeader::kSize ? room - FrameHeader::kSize : 1;
  room = std::min({room, static_cast<size_t>(allowed), size_t{settings().peer().max_frame_size}});

  SendBody& body = stream->outgoing->body;
  bool failed = false;
  size_t size = body.at_source() ? cut_source(stream, room, &failed) : cut_ready(stream, room);
  if (failed) return true;
  sender().sent(stream, static_cast<uint32_t>(size), now());
  outbox().data_cut();
  if (stream->exchange.sending_ended()) {
    sender().remove(stream);
  } else if (body.drained()) {
    send_end_or_schedule(stream);  // trailers
  } else if (!body.has_something()) {
    sender().remove(stream);
  } else if (sender().block_if_used_up(stream)) {
    outbox().mark(Mark::kData, stream->id);
  }
  ending().note_release(stream);
  if (body.take_writable()) ending().notify(stream, Notice::kStreamWritable);
  return true;
}

// A frame without padding whose octets stay where they are. Returns their number.
[[gnu::always_inline]] inline size_t SendingData::cut_reference(
    Stream* stream, gsl::span<const uint8_t> payload) const {
  SendBody& body = stream->outgoing->body;
  body.stable() ? body.consume(payload.size()) : body.lend_buffer(payload.size());
  const bool end = body.drained() && !body.has_trailers();
  uint8_t* const frame = outbox().reserve(FrameHeader::kSize);
  writing_frames().queue(
      FrameType::kData, frame,
      write_data_header(stream->id, static_cast<uint32_t>(payload.size()), end, frame));
  if (!body.held()) streams().pin(stream);
  body.hold(payload.size());
  outbox().append_reference(payload, stream->id);
  reports().counts().data_sent += payload.size();
  if (end) ending().finish_sending(stream);
  return payload.size();
}

// A frame of buffered or referred octets. Returns its payload's size with padding.
size_t SendingData::cut_ready(Stream* stream, size_t room) const {
  SendBody& body = stream->outgoing->body;
  gsl::span<const uint8_t> ready = body.ready();
  size_t size =
      std::min(options().padding == nullptr ? room : room_beside_padding(room), ready.size());
  const bool by_reference = body.stable() && size > kCopiedBody;
  if (!by_reference) size = std::min(size, size_t{kMinMaxFrameSize});
  if (options().padding == nullptr && size > kCopiedBody &&
      (by_reference || body.can_lend_buffer(size))) {
    return cut_reference(stream, ready.first(size));
  }
  gsl::span<const uint8_t> payload = ready.first(size);
  body.consume(size);
  bool end = body.drained() && !body.has_trailers();
  const size_t padding =
      writing_frames().padding_for(data_header(stream->id, size, end), room - size);
  if (padding > 0) {
    uint8_t* frame = outbox().reserve(FrameHeader::kSize + size + padding);
    writing_frames().queue(
        FrameType::kData, frame,
        write_padded_data(stream->id, payload, static_cast<uint32_t>(padding), end, frame));
  } else {
    uint8_t* frame = outbox().reserve(FrameHeader::kSize + (by_reference ? 0 : size));
    uint8_t* at = write_data_header(stream->id, static_cast<uint32_t>(size), end, frame);
    if (!by_reference && size > 0) {
      std::memcpy(at, payload.data(), size);
      at += size;
    }
    writing_frames().queue(FrameType::kData, frame, at);
    if (by_reference) {
      if (!body.held()) streams().pin(stream);
      body.hold(size);
      outbox().append_reference(payload, stream->id);
    }
  }
  body.rest();
  reports().counts().data_sent += size;
  if (end) ending().finish_sending(stream);
  return size + padding;
}

// A frame of a source's octets. The source fills it in the output's memory, unless a full frame
// would need another block while the present one has room. Then the frame is filled elsewhere and
// copied, because many sources with few octets each would otherwise need a block each. Returns its
// payload's size with padding.
size_t SendingData::cut_source(Stream* stream, size_t room, bool* failed) const {
  SendBody& body = stream->outgoing->body;
  ContentLength& content = stream->outgoing->content;
  room = std::min(room, size_t{kMinMaxFrameSize});
  const bool staged =
      outbox().room() < FrameHeader::kSize + room && outbox().room() >= kWorthFilling;
  uint8_t* frame = staged ? field_writer().scratch(FrameHeader::kSize + room)
                          : outbox().reserve(FrameHeader::kSize + room);
  const BodySource::Filled filled =
      body.fill({frame + FrameHeader::kSize,
                 options().padding == nullptr ? room : room_beside_padding(room)});
  if (filled.failed) {
    *failed = true;
    fail_source(stream);
    return 0;
  }
  if (!content.allows(filled.size, filled.end)) {
    *failed = true;
    fail_content(stream, filled.size);
    return 0;
  }
  content.count(filled.size);
  if (filled.end) body.source_ended();
  body.set_source_waiting(filled.size == 0);
  bool end = filled.end && body.drained() && !body.has_trailers();
  if (filled.size == 0 && !end) return 0;
  const size_t padding =
      writing_frames().padding_for(data_header(stream->id, filled.size, end), room - filled.size);
  if (staged) {
    uint8_t* const place = outbox().reserve(FrameHeader::kSize + filled.size + padding);
    std::memcpy(place + FrameHeader::kSize, frame + FrameHeader::kSize, filled.size);
    frame = place;
  }
  uint8_t* data = frame + FrameHeader::kSize;
  if (padding > 0) {
    FrameHeader header = data_header(stream->id, filled.size + padding, end);
    header.flags |= flags::kPadded;
    write_frame_header(header, frame);
    std::memmove(data + 1, data, filled.size);
    data[0] = static_cast<uint8_t>(padding - 1);
    writing_frames().queue(FrameType::kData, frame,
                           std::fill_n(data + 1 + filled.size, padding - 1, uint8_t{0}));
  } else {
    write_data_header(stream->id, static_cast<uint32_t>(filled.size), end, frame);
    writing_frames().queue(FrameType::kData, frame, data + filled.size);
  }
  reports().counts().data_sent += filled.size;
  if (end) ending().finish_sending(stream);
  return filled.size + padding;
}

void SendingData::fail_source(Stream* stream) const {
  const StreamError reason{
      {ErrorCode::kInternalError, &kSourceFailed, FrameType::kData, {}, stream->id}};
  ending().reset_and_close(stream, reason, Counted::kNo);
}

// The application has given the last octet of a Body::stream(). False: they were too few, and the
// stream has been reset.
bool SendingData::end_content(Stream* stream) const {
  if (!stream->outgoing->content.allows(0, /*end=*/true)) {
    fail_content(stream, 0);
    return false;
  }
  stream->outgoing->body.finish();
  return true;
}

// RFC 9113 §8.1.1: with `more` octets, which are not sent, or without any further, the message
// would not have the content-length that its head announced. A peer that trusts END_STREAM alone
// would take it for whole, so the stream does not end with one.
void SendingData::fail_content(Stream* stream, uint64_t more) const {
  const ContentLength& content = stream->outgoing->content;
  const StreamError reason{{ErrorCode::kInternalError,
                            &kContentLengthKept,
                            FrameType::kData,
                            {},
                            stream->id,
                            content.counted() + more,
                            static_cast<uint64_t>(content.announced())}};
  ending().reset_and_close(stream, reason, Counted::kNo);
}

HEADRACE_ABI_END
}  // namespace headrace
