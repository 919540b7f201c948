#include "headrace/protocol/http2/engine/receiving.h"

#include "headrace/protocol/frame/foreign_protocol.h"
#include "headrace/protocol/frame/frame_parser.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A frame was received. Everything here depends on its header only.
[[gnu::always_inline]] inline void Receiving::note(const FrameHeader& header) const {
  reports().count_received(header.type);
  // Whether the answer to a PING is a use of the connection depends on the PING's purpose.
  if (header.type != FrameType::kPing || !header.has(flags::kAck)) deadlines().used(now());
}

// False, and nothing was done, if its header is not sound or its payload not whole in the input.
[[gnu::always_inline]] inline bool Receiving::take(const FrameHeader& header) const {
  if (!is_header_sound(header, settings().own().max_frame_size) || !inbound().take_frame(header))
    return false;
  note(header);
  reports().received(header, inbound().payload());
  return true;
}

// Goes from the header of a frame at once to its class: each case knows its type, and so its row of
// kHeaderBounds. on_header() takes unusual frames.
bool Receiving::parse(const Event** event) const {
  for (;;) {
    // While too much output waits, the rest of the input is kept. Not when the input has ended,
    // because then only the kept input is left, and nobody may take the output any more.
    if (outbox().holds_input() && !life().input_ended()) return false;
    const uint8_t* const octets = inbound().peek_header();
    if (octets == nullptr) {
      if (inbound().is_used_up()) return false;
      const Inbound::Item item = inbound().next();
      if (item == Inbound::Item::kNothing) return false;
      return item == Inbound::Item::kHeader ? on_header(event) : on_item(item, event);
    }
    const FrameHeader header = parse_frame_header(octets);
    if (settings().peer_known() && !field_reader().is_open()) [[likely]] {
      switch (header.type) {
        case FrameType::kHeaders:
          if (!take(header)) break;
          *event = messages().on_headers(inbound().payload());
          return true;
        case FrameType::kWindowUpdate:
          if (!take(header)) break;
          // Usually it has no consequences, so the next frame may follow.
          if (!control().on_window_update(header.stream_id, inbound().payload())) return true;
          continue;
        case FrameType::kSettings:
          if (!take(header)) break;
          *event = on_settings(inbound().payload());
          return true;
        case FrameType::kPing:
          if (!take(header)) break;
          *event = control().on_ping(inbound().payload());
          return true;
        case FrameType::kData:
          if (!is_header_sound(header, settings().own().max_frame_size)) break;
          inbound().take_header(header);
          note(header);
          return on_data_header(event);
        default:
          break;
      }
    }
    inbound().take_header(header);
    return on_header(event);
  }
}

// Judges a frame by its header, before any payload is waited for.
bool Receiving::on_header(const Event** event) const {
  const FrameHeader& header = inbound().header();
  note(header);
  if (!check_frame_order() || !check_header()) {
    if (life().is_open()) inbound().decide(FrameFate::kSkip);
    return true;
  }
  if (header.type == FrameType::kData) return on_data_header(event);
  if (!inbound().take_whole()) return await_payload(event);
  *event = on_frame(inbound().payload());
  return true;
}

bool Receiving::on_data_header(const Event** event) const {
  return data().on_header(event) || on_item(inbound().next(), event);
}

// The rest of the frame is missing.
bool Receiving::await_payload(const Event** event) const {
  const FrameType type = inbound().header().type;
  if (type == FrameType::kHeaders || type == FrameType::kPushPromise) {
    deadlines().start(Deadline::kFieldBlock, now());
  }
  inbound().decide(FrameFate::kTake);
  return on_item(inbound().next(), event);
}

bool Receiving::on_item(Inbound::Item item, const Event** event) const {
  switch (item) {
    case Inbound::Item::kNothing:
      return false;
    case Inbound::Item::kHeader:  // (parse())
      return true;
    case Inbound::Item::kFrame:
      *event = on_frame(inbound().payload());
      return true;
    case Inbound::Item::kPadLength:
      on_pad_length();
      return true;
    case Inbound::Item::kPiece:
      *event = data().on_piece(inbound().payload());
      return true;
    case Inbound::Item::kPadding:
      data().on_padding();
      return true;
    case Inbound::Item::kForeign:
      on_foreign_client();
      return true;
  }
  return false;
}

// False: it has been refused, with all that follows.
bool Receiving::check_header() const {
  const FrameHeader& header = inbound().header();
  ErrorDetail error;
  const FrameFault fault = check_frame_header(header, settings().own().max_frame_size, &error);
  if (fault == FrameFault::kNone) return true;
  reports().received(header, {});
  if (fault == FrameFault::kStream) {
    ending().fail_stream(StreamError{error});
  } else {
    ending().fail(error);
  }
  return false;
}

// The order of frames, whatever their streams.
bool Receiving::check_frame_order() const {
  static constexpr Rule kSettingsFirst = {"RFC 9113 §3.4", "the peer's first frame is SETTINGS"};
  static constexpr Rule kBlockWhole = {
      "RFC 9113 §6.10",
      "nothing but CONTINUATION on the same stream comes between HEADERS or PUSH_PROMISE without "
      "END_HEADERS and the end of the field block"};
  static constexpr Rule kContinuesSomething = {
      "RFC 9113 §6.10", "CONTINUATION follows a frame of a field block without END_HEADERS"};
  static constexpr Rule kClientPushes = {"RFC 9113 §8.4", "a client does not push"};
  static constexpr Rule kPushDisabled = {
      "RFC 9113 §6.6", "a server does not push when the client has set ENABLE_PUSH to 0"};

  static constexpr Rule kServerPrioritizes = {"RFC 9218 §7.1",
                                              "a server does not send PRIORITY_UPDATE"};

  bool continuation = inbound().header().type == FrameType::kContinuation;
  if (!settings().peer_known()) {
    if (inbound().header().type == FrameType::kSettings && !inbound().header().has(flags::kAck))
      return true;
    const Rule* foreign = role() == Role::kClient ? foreign_server(inbound().header()) : nullptr;
    if (foreign != nullptr) {
      ending().fail_without_frame(ErrorCode::kProtocolError, *foreign);
    } else {
      ending().fail(ErrorCode::kProtocolError, kSettingsFirst);
    }
  } else if (field_reader().is_open() &&
             (!continuation || inbound().header().stream_id != field_reader().block().stream_id)) {
    ending().fail(ErrorCode::kProtocolError, kBlockWhole);
  } else if (!field_reader().is_open() && continuation) {
    ending().fail(ErrorCode::kProtocolError, kContinuesSomething);
  } else if (inbound().header().type == FrameType::kPushPromise && role() == Role::kServer) {
    ending().fail(ErrorCode::kProtocolError, kClientPushes);
  } else if (inbound().header().type == FrameType::kPushPromise &&
             settings().own().enable_push == 0) {
    ending().fail(ErrorCode::kProtocolError, kPushDisabled);
  } else if (inbound().header().type == FrameType::kPriorityUpdate && role() == Role::kClient) {
    ending().fail(ErrorCode::kProtocolError, kServerPrioritizes);
  } else {
    return true;
  }
  return false;
}

const Event* Receiving::on_frame(gsl::span<const uint8_t> payload) const {
  reports().received(inbound().header(), payload);
  switch (inbound().header().type) {
    case FrameType::kHeaders:
      return messages().on_headers(payload);
    case FrameType::kPushPromise:
      return messages().on_push_promise(payload);
    case FrameType::kContinuation:
      return messages().on_fragment(payload);
    case FrameType::kPriority:
      prioritizing().on_priority(payload);
      return nullptr;
    case FrameType::kRstStream:
      control().on_rst_stream(payload);
      return nullptr;
    case FrameType::kSettings:
      return on_settings(payload);
    case FrameType::kPing:
      return control().on_ping(payload);
    case FrameType::kGoaway:
      return control().on_goaway(payload);
    case FrameType::kWindowUpdate:
      (void)control().on_window_update(inbound().header().stream_id, payload);
      return nullptr;
    case FrameType::kPriorityUpdate:
      return prioritizing().on_priority_update(payload);
    default:
      return control().on_extension(payload);
  }
}

const Event* Receiving::on_settings(gsl::span<const uint8_t> payload) const {
  return inbound().header().has(flags::kAck) ? control().on_settings_ack()
                                             : control().on_settings(payload);
}

void Receiving::on_pad_length() const {
  const uint8_t padding = inbound().pad_length();
  ErrorDetail error;
  if (check_data_padding(inbound().header(), padding, &error) != FrameFault::kNone) {
    return ending().fail(error);
  }
  inbound().set_padding(padding);
  data().on_pad_length(uint32_t{padding} + 1);
}

void Receiving::on_foreign_client() const {
  static constexpr Rule kPreface = {"RFC 9113 §3.4",
                                    "a client begins with the 24 octets of the connection preface"};
  const Inbound::Mismatch mismatch = inbound().mismatch();
  const Rule* foreign = foreign_client(mismatch.matched, mismatch.octet);
  ending().fail_without_frame(ErrorCode::kProtocolError, foreign != nullptr ? *foreign : kPreface);
}

HEADRACE_ABI_END
}  // namespace headrace
