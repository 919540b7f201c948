#include "headrace/protocol/http2/engine/sending_output.h"

namespace headrace {
HEADRACE_ABI_BEGIN

gsl::span<const ConstBuffer> SendingOutput::pending_output(size_t max_bytes) const {
  if (!output_waits()) return {};
  for (;;) {
    sending_credit().write_due_credit();
    sending_heads().open_waiting(max_bytes);
    while (outbox().unsent() < max_bytes) {
      if (!sending_data().can_cut()) break;
      if (!sending_data().cut_data(sender().next(), max_bytes - outbox().unsent())) break;
    }
    gsl::span<const ConstBuffer> shown = outbox().show(max_bytes);
    // A message that has just been shown to its end may cause more output: a RST_STREAM (§8.1), or
    // a request that waited for its turn.
    uint64_t before = outbox().end_offset();
    while (const auto mark = outbox().next_shown()) {
      on_end_shown(streams().find(mark->stream_id));
    }
    const bool opens = sending_heads().can_open_waiting() && outbox().unsent() < max_bytes;
    if (outbox().end_offset() == before && !opens && !sending_credit().can_write_credit())
      return shown;
  }
}

void SendingOutput::note_sent(size_t size, bool exact) const {
  const bool data_left = outbox().sent(size);
  if (size > 0) {
    if (data_left) sender().data_left(now());
    while (const auto mark = outbox().next_departed()) on_departed(*mark);
    pings().sent(outbox().sent_offset(), now());
    deadlines().sent(outbox().sent_offset(), output_waits(), now(), exact);
  }
  if (!options().explicit_release) release_output(size);
}

// The transport has taken the end of a response whose request is still open, or the last DATA that
// a stream's window allowed.
void SendingOutput::on_departed(const PlacedMark& mark) const {
  Stream* stream = streams().find(mark.stream_id);
  if (stream == nullptr || stream->life.closed()) return;
  if (mark.mark == Mark::kEnd) {
    ending().notify(stream, Notice::kResponseSent);
  } else {
    sender().departed(stream, now());
  }
}

void SendingOutput::release_output(size_t size) const {
  outbox().released(size, [this](StreamId id, size_t released) {
    Stream* stream = streams().find(id);
    if (stream->outgoing->body.release(released)) return;
    ending().note_release(stream);
    ending().unpin(stream);
  });
  if (outbox().unsent() == 0 && !sending_data().can_cut()) outbox().rest();
}

void SendingOutput::on_end_shown(Stream* stream) const {
  if (stream->life.closed()) {
    streams().uncount(stream);
    return ending().unpin(stream);
  }
  ending().unpin(stream);  // (it stays, as it is not closed)
  const Transition end = streams().send(stream, StreamInput::kEndStream);
  if (is_closed(end.next)) {
    ending().close_stream(stream, {end.next, ClosedBy::kEnd, StreamError{}});
  } else if (role() == Role::kServer && life().is_open()) {
    // (A tunnel's two directions end by themselves, §8.5.)
    if (stream->exchange.is_tunnel() || !options().reset_after_early_response)
      return outbox().await_departure();
    // RFC 9113 §8.1: the response is complete before its request; the rest of it is not wanted.
    StreamError reason;
    reason.stream_id = stream->id;
    ending().reset_and_close(stream, reason, Counted::kNo);
  }
}

bool SendingOutput::output_waits() const {
  return outbox().unsent() > 0 || sending_data().can_cut() || sending_heads().can_open_waiting() ||
         sending_credit().credit_is_due();
}

Blocked SendingOutput::why_blocked(StreamId stream_id) const {
  const Stream* stream = streams().find(stream_id);
  if (stream == nullptr || stream->life.closed()) return Blocked::kNothing;
  if (stream->waits()) {
    return sending_heads().can_open_waiting() ? Blocked::kOutput : Blocked::kPeerConcurrency;
  }
  if (!stream->exchange.head_sent()) {
    // A client sends nothing on a pushed stream.
    return role() == Role::kClient ? Blocked::kNothing : Blocked::kApplication;
  }
  if (stream->exchange.sending_ended()) {
    return outbox().holds_end(stream_id) ? Blocked::kOutput : Blocked::kNothing;
  }
  const SendBody& body = stream->outgoing->body;
  if (!body.has_something()) {
    return body.source() != nullptr ? Blocked::kBodySource : Blocked::kApplication;
  }
  if (stream->send.window_blocked()) return Blocked::kStreamWindow;
  if (sender().window() <= 0) return Blocked::kConnectionWindow;
  return sender().next() == stream ? Blocked::kOutput : Blocked::kScheduler;
}

HEADRACE_ABI_END
}  // namespace headrace
