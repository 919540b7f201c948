#include "headrace/protocol/connection/engine.h"
#include "headrace/protocol/frame/foreign_protocol.h"

// Bytes -> frames. DATA is judged by its header, before its first octet is delivered, and streams
// through.

namespace headrace {
HEADRACE_ABI_BEGIN

bool Engine::parse(EventPtr* event) {
  // Enough is waiting to be sent: the rest of the input is kept until half of it is out. When the
  // input has ended there is no more than what is kept, and nobody may take the output any more.
  if (holds_input() && !input_ended_) return false;
  Inbound::Item item = inbound_.next();
  if (item == Inbound::Item::kHeader) {
    const FrameFate fate = judge_frame();
    if (phase_ != Phase::kOpen) return true;
    inbound_.decide(fate);
    if (fate == FrameFate::kSkip) return true;
    // Continue with the payload of DATA, unless its header caused an event that must come first or
    // filled the reply queue.
    if (fate == FrameFate::kStream && (holds_input() || !notices_.empty())) return true;
    item = inbound_.next();
  }
  return on_item(item, event);
}

bool Engine::on_item(Inbound::Item item, EventPtr* event) {
  switch (item) {
    case Inbound::Item::kNothing:
      return false;
    case Inbound::Item::kHeader:  // (parse())
      return true;
    case Inbound::Item::kFrame:
      *event = on_frame(inbound_.payload());
      return true;
    case Inbound::Item::kPadLength:
      on_pad_length();
      return true;
    case Inbound::Item::kPiece:
      if (credit_.delivers() && (credit_.ends_stream() || !inbound_.payload().empty())) {
        *event = deliver_data(inbound_.payload());
      }
      break;
    case Inbound::Item::kPadding:
      break;
    case Inbound::Item::kForeign:
      on_foreign_client();
      return true;
  }
  if (inbound_.frame_ended()) end_data();
  return true;
}

// Everything that the 9 octets decide, before any payload is waited for. What is skipped has been
// refused; a connection that has failed needs no fate.
FrameFate Engine::judge_frame() {
  const FrameHeader& header = inbound_.header();
  ++statistics_.frames_received;
  // (What the answer to a PING is worth depends on who asked.)
  if (header.type != FrameType::kPing || !header.has(flags::kAck)) deadlines_.used(now_);
  statistics_.received_by_type.add(header.type);
  if (!check_frame_order()) return FrameFate::kSkip;
  ErrorDetail error;
  switch (check_frame_header(header, settings_.own().max_frame_size, &error)) {
    case FrameFault::kNone:
      break;
    case FrameFault::kStream:
      observe_received({});
      fail_stream(StreamError{error});
      return FrameFate::kSkip;
    case FrameFault::kConnection:
      observe_received({});
      fail(error);
      return FrameFate::kSkip;
  }
  if (header.type == FrameType::kData) {
    observe_received({});
    if (!header.has(flags::kPadded)) begin_data(0);
    return FrameFate::kStream;
  }
  if (header.type == FrameType::kHeaders || header.type == FrameType::kPushPromise) {
    deadlines_.start(Deadline::kFieldBlock, now_);
  }
  return FrameFate::kTake;
}

void Engine::on_pad_length() {
  const uint8_t padding = inbound_.pad_length();
  ErrorDetail error;
  if (check_data_padding(inbound_.header(), padding, &error) != FrameFault::kNone) {
    return fail(error);
  }
  inbound_.set_padding(padding);
  begin_data(uint32_t{padding} + 1);
}

void Engine::on_foreign_client() {
  static constexpr Rule kPreface = {"RFC 9113 §3.4",
                                    "a client begins with the 24 octets of the connection preface"};
  const Inbound::Mismatch mismatch = inbound_.mismatch();
  const Rule* foreign = foreign_client(mismatch.matched, mismatch.octet);
  fail_without_frame(ErrorCode::kProtocolError, foreign != nullptr ? *foreign : kPreface);
}

HEADRACE_ABI_END
}  // namespace headrace
