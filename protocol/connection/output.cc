#include <algorithm>
#include <cstring>
#include <gsl/span>

#include "headrace/memory/contract.h"
#include "headrace/protocol/connection/engine.h"
#include "headrace/protocol/frame/frame_writer.h"

// What goes out, and when. DATA is cut when output is asked for, so replies go first and flow
// control decides late (RFC 9113 §5.2, §6.9).

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// Bodies up to this size are copied beside their frame header; larger ones are sent from where they
// are. A copy costs about what a further entry of writev() does at this size, and memory besides.
constexpr size_t kCopiedBody = 512;
// The room that is left is not worth a frame below this.
constexpr size_t kSmallestCut = 1024;
// A block with less room than this is left for the next one.
constexpr size_t kWorthFilling = 1024;

// What is left for the data of a frame that may be padded.
size_t room_beside_padding(size_t room) { return room - std::min(room / 2, kMaxPadding); }

FrameHeader data_header(StreamId id, size_t size, bool end_stream) {
  const uint8_t flags = end_stream ? flags::kEndStream : 0;
  return {static_cast<uint32_t>(size), FrameType::kData, flags, id};
}

}  // namespace

gsl::span<const ConstBuffer> Engine::pending_output(size_t max_bytes) {
  for (;;) {
    write_due_credit();
    open_waiting(max_bytes);
    while (outbox_.unsent() < max_bytes) {
      if (!can_cut_data()) break;
      if (!cut_data(sender_.next(), max_bytes - outbox_.unsent())) break;
    }
    gsl::span<const ConstBuffer> shown = outbox_.show(max_bytes);
    // What has just been shown to its end may make more output (§8.1: a RST_STREAM; a request that
    // waited for its turn).
    uint64_t before = outbox_.end_offset();
    while (const auto mark = outbox_.next_shown()) on_shown(*mark);
    const bool opens = can_open_waiting() && outbox_.unsent() < max_bytes;
    if (outbox_.end_offset() == before && !opens && !can_write_credit()) return shown;
  }
}

void Engine::sent(size_t size, TimePoint now) {
  now_ = now;
  note_sent(size, /*exact=*/true);
}

void Engine::sent(size_t size) { note_sent(size, /*exact=*/false); }

void Engine::note_sent(size_t size, bool exact) {
  const bool data_left = outbox_.sent(size);
  if (size > 0) {
    if (data_left) sender_.data_left(now_);
    while (const auto mark = outbox_.next_departed()) on_departed(*mark);
    pings_.sent(outbox_.sent_offset(), now_);
    deadlines_.sent(outbox_.sent_offset(), output_waits(), now_, exact);
  }
  if (!options_.explicit_release) release_output(size);
}

// The transport has taken a response whole whose request is still open, or the last DATA that a
// stream's window let through.
void Engine::on_departed(const PlacedMark& mark) {
  Stream* stream = streams_.find(mark.stream_id);
  if (stream == nullptr || stream->life.closed()) return;
  if (mark.mark == Mark::kEnd) {
    notify(stream, Notice::kResponseSent);
  } else {
    sender_.departed(stream, now_);
  }
}

void Engine::released(size_t size) {
  HEADRACE_EXPECTS(options_.explicit_release, "Connection::released()",
                   "only with Options::explicit_release", {"size", size});
  release_output(size);
}

void Engine::release_output(size_t size) {
  outbox_.released(size, [this](StreamId id, size_t released) {
    Stream* stream = streams_.find(id);
    if (stream->body.release(released)) return;
    note_release(stream);
    unpin(stream);
  });
  if (outbox_.unsent() == 0 && !can_cut_data()) outbox_.rest();
}

// A body's bytes are the application's again when all are cut and none is held by the output.
void Engine::note_release(Stream* stream) {
  if (!stream->body.owes_release() || stream->body.held() || !stream->body.ready().empty()) return;
  notify(stream, Notice::kBodyReleased);
}

bool Engine::wants_output() const { return output_waits(); }

bool Engine::output_waits() const {
  return outbox_.unsent() > 0 || can_cut_data() || can_open_waiting() || credit_is_due();
}

bool Engine::can_cut_data() const { return phase_ == Phase::kOpen && sender_.can_send(); }

Blocked Engine::why_blocked(StreamId stream_id) const {
  const Stream* stream = streams_.find(stream_id);
  if (stream == nullptr || stream->life.closed()) return Blocked::kNothing;
  if (stream->waiting.waits()) {
    return can_open_waiting() ? Blocked::kOutput : Blocked::kPeerConcurrency;
  }
  if (!stream->exchange.head_sent()) {
    // What is pushed to a client has nothing going the other way.
    return role_ == Role::kClient ? Blocked::kNothing : Blocked::kApplication;
  }
  if (stream->exchange.sending_ended()) {
    return outbox_.holds_end(stream_id) ? Blocked::kOutput : Blocked::kNothing;
  }
  if (!stream->body.has_something()) {
    return stream->body.source() != nullptr ? Blocked::kBodySource : Blocked::kApplication;
  }
  if (stream->send.window_blocked()) return Blocked::kStreamWindow;
  if (sender_.window() <= 0) return Blocked::kConnectionWindow;
  return sender_.next() == stream ? Blocked::kOutput : Blocked::kScheduler;
}

bool Engine::should_close() const { return phase_ == Phase::kGone && outbox_.unsent() == 0; }

void Engine::count_reply() {
  if (const auto full = outbox_.count_reply()) hit(*full);
}

void Engine::check_backlog() {
  if (const auto full = outbox_.count_backlog()) hit(*full);
}

// Everything that goes out passes here: whole frames; the last, DATA, may go on by reference.
void Engine::queue(const uint8_t* begin, uint8_t* end) {
  outbox_.commit(end);
  while (begin < end) {
    const FrameHeader header = headrace::parse_frame_header(begin);
    ++statistics_.frames_sent;
    statistics_.sent_by_type.add(header.type);
    begin += FrameHeader::kSize;
    if (options_.observer != nullptr) {
      const bool data = header.type == FrameType::kData;
      options_.observer->on_frame_sent(header, {begin, data ? 0 : header.length});
    }
    if (header.length >= static_cast<size_t>(end - begin)) return;
    begin += header.length;
  }
}

void Engine::write_ping(uint64_t opaque, bool ack) {
  uint8_t* room = outbox_.reserve(kPingSize);
  queue(room, headrace::write_ping(opaque, ack, room));
}

void Engine::write_window_update(StreamId stream_id, uint32_t increment) {
  uint8_t* room = outbox_.reserve(kWindowUpdateSize);
  queue(room, headrace::write_window_update(stream_id, increment, room));
}

// The stream has something to send, or its end.
void Engine::send_end_or_schedule(Stream* stream) {
  if (!stream->exchange.head_sent()) return;  // it still waits
  if (!stream->body.drained()) return schedule(stream);
  // Nothing is left that needs a window.
  sender_.remove(stream);
  if (stream->body.has_trailers()) {
    write_trailers(stream);
  } else {
    uint8_t* room = outbox_.reserve(FrameHeader::kSize);
    queue(room, write_data_header(stream->id, 0, /*end_stream=*/true, room));
  }
  finish_sending(stream);
}

void Engine::schedule(Stream* stream) {
  if (!stream->exchange.head_sent() || !stream->body.has_something()) return;
  sender_.add(stream, now_);
}

// One DATA frame of at most `room` octets, header included. False: not now.
bool Engine::cut_data(Stream* stream, size_t room) {
  const int64_t allowed = sender_.allowed(stream);
  HEADRACE_EXPECTS(allowed > 0, "Connection::cut_data()", "a ready stream has a window",
                   {"stream_id", stream->id}, {"window", allowed});
  // A tiny frame only when nothing else is on its way.
  if (room < FrameHeader::kSize + kSmallestCut && outbox_.unsent() > 0) return false;
  room = room > FrameHeader::kSize ? room - FrameHeader::kSize : 1;
  room = std::min({room, static_cast<size_t>(allowed), size_t{settings_.peer().max_frame_size}});

  bool failed = false;
  size_t size =
      stream->body.at_source() ? cut_source(stream, room, &failed) : cut_ready(stream, room);
  if (failed) return true;
  sender_.sent(stream, static_cast<uint32_t>(size), now_);
  outbox_.data_cut();
  if (stream->exchange.sending_ended()) {
    sender_.remove(stream);
  } else if (stream->body.drained()) {
    send_end_or_schedule(stream);  // trailers
  } else if (!stream->body.has_something()) {
    sender_.remove(stream);
  } else if (sender_.block_if_used_up(stream)) {
    outbox_.mark(Mark::kData, stream->id);
  }
  note_release(stream);
  if (stream->body.take_writable()) notify(stream, Notice::kStreamWritable);
  return true;
}

// RFC 9113 §6.1: what the application's policy adds to a frame, at most `room` octets.
size_t Engine::padding_for(const FrameHeader& frame, size_t room) const {
  if (options_.padding == nullptr || room == 0) return 0;
  room = std::min(room, kMaxPadding);
  const size_t padding = options_.padding->padding(frame, room);
  HEADRACE_EXPECTS(padding <= room, "PaddingPolicy::padding()", "no more than its room",
                   {"padding", padding}, {"room", room});
  return padding;
}

// From bytes that are at hand. Returns the payload's size, padding included.
size_t Engine::cut_ready(Stream* stream, size_t room) {
  gsl::span<const uint8_t> ready = stream->body.ready();
  size_t size =
      std::min(options_.padding == nullptr ? room : room_beside_padding(room), ready.size());
  bool by_reference = stream->body.stable() && size > kCopiedBody;
  if (!by_reference) size = std::min(size, size_t{kMinMaxFrameSize});
  gsl::span<const uint8_t> payload = ready.first(size);
  stream->body.consume(size);
  bool end = stream->body.drained() && !stream->body.has_trailers();
  const size_t padding = padding_for(data_header(stream->id, size, end), room - size);
  if (padding > 0) {
    uint8_t* frame = outbox_.reserve(FrameHeader::kSize + size + padding);
    queue(frame,
          write_padded_data(stream->id, payload, static_cast<uint32_t>(padding), end, frame));
  } else {
    uint8_t* frame = outbox_.reserve(FrameHeader::kSize + (by_reference ? 0 : size));
    uint8_t* at = write_data_header(stream->id, static_cast<uint32_t>(size), end, frame);
    if (!by_reference && size > 0) {
      std::memcpy(at, payload.data(), size);
      at += size;
    }
    queue(frame, at);
    if (by_reference) {
      if (!stream->body.held()) streams_.pin(stream);
      stream->body.hold(size);
      outbox_.append_reference(payload, stream->id);
    }
  }
  stream->body.rest();
  statistics_.data_sent += size;
  if (end) finish_sending(stream);
  return size + padding;
}

// From a source. It fills the frame where it is sent from, unless a whole one would need another
// block while the present one has room: a small frame is moved there, because many sources with a
// little each would otherwise take a block each. Returns the same.
size_t Engine::cut_source(Stream* stream, size_t room, bool* failed) {
  room = std::min(room, size_t{kMinMaxFrameSize});
  const bool staged = outbox_.room() < FrameHeader::kSize + room && outbox_.room() >= kWorthFilling;
  uint8_t* frame = staged ? field_writer_.scratch(FrameHeader::kSize + room)
                          : outbox_.reserve(FrameHeader::kSize + room);
  const BodySource::Filled filled = stream->body.fill(
      {frame + FrameHeader::kSize, options_.padding == nullptr ? room : room_beside_padding(room)});
  if (filled.failed) {
    *failed = true;
    fail_source(stream);
    return 0;
  }
  if (!stream->exchange.sent().allows(filled.size, filled.end)) {
    *failed = true;
    fail_content(stream, filled.size);
    return 0;
  }
  stream->exchange.send_content(filled.size);
  if (filled.end) stream->body.source_ended();
  stream->body.set_source_waiting(filled.size == 0);
  bool end = filled.end && stream->body.drained() && !stream->body.has_trailers();
  if (filled.size == 0 && !end) return 0;
  const size_t padding = padding_for(data_header(stream->id, filled.size, end), room - filled.size);
  if (staged) {
    uint8_t* const place = outbox_.reserve(FrameHeader::kSize + filled.size + padding);
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
    queue(frame, std::fill_n(data + 1 + filled.size, padding - 1, uint8_t{0}));
  } else {
    write_data_header(stream->id, static_cast<uint32_t>(filled.size), end, frame);
    queue(frame, data + filled.size);
  }
  statistics_.data_sent += filled.size;
  if (end) finish_sending(stream);
  return filled.size + padding;
}

void Engine::fail_source(Stream* stream) {
  static constexpr Rule kSource = {"BodySource", "the application's body source has failed"};
  const StreamError reason{{ErrorCode::kInternalError, &kSource, FrameType::kData, {}, stream->id}};
  reset_and_close(stream, reason, Counted::kNo);
}

// The last frame of the message has been queued. The stream changes its state when it is shown.
void Engine::finish_sending(Stream* stream) {
  stream->exchange.note_sending_ended();
  mark_end(stream);
}

// Our last frame of the stream, END_STREAM or RST_STREAM, is on its way: it counts, and its record
// stays, until that is shown.
void Engine::mark_end(Stream* stream) {
  streams_.pin(stream);
  outbox_.mark(Mark::kEnd, stream->id);
}

// The record of a stream whose head was shown may have gone meanwhile.
void Engine::on_shown(const PlacedMark& mark) {
  Stream* stream = streams_.find(mark.stream_id);
  if (mark.mark == Mark::kEnd) return on_end_shown(stream);
  if (stream != nullptr) stream->exchange.note_head_shown();
}

void Engine::on_end_shown(Stream* stream) {
  if (stream->life.closed()) {
    streams_.uncount(stream);
    return unpin(stream);
  }
  unpin(stream);  // (it stays, as it is not closed)
  const Transition end = streams_.send(stream, StreamInput::kEndStream);
  if (is_closed(end.next)) {
    close_stream(stream, {end.next, ClosedBy::kEnd, StreamError{}});
  } else if (role_ == Role::kServer && phase_ == Phase::kOpen) {
    // (A tunnel's two directions end by themselves, §8.5.)
    if (stream->exchange.is_tunnel() || !options_.reset_after_early_response)
      return outbox_.await_departure();
    // RFC 9113 §8.1: the response is complete before its request; the rest of it is not wanted.
    StreamError reason;
    reason.stream_id = stream->id;
    reset_and_close(stream, reason, Counted::kNo);
  }
}

HEADRACE_ABI_END
}  // namespace headrace
