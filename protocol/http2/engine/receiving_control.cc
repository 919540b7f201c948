#include "headrace/protocol/http2/engine/receiving_control.h"

#include <optional>
#include <utility>

#include "headrace/protocol/frame/frame_parser.h"
#include "headrace/protocol/frame/frame_writer.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// §6.4
void ReceivingControl::on_rst_stream(gsl::span<const uint8_t> payload) const {
  Stream* stream = streams().find(inbound().header().stream_id);
  // Both sides have reset it, so it need not count until our RST_STREAM is shown.
  if (stream != nullptr && stream->life.closed()) streams().uncount(stream);
  if (!ending().receive_on(stream, StreamInput::kRstStream)) return;
  StreamError reason;
  reason.code = static_cast<ErrorCode>(load_u32(payload.data()));
  reason.frame = FrameType::kRstStream;
  reason.stream_id = stream->id;
  const bool wasted = !stream->exchange.head_shown(outbox().shown_offset());
  const bool queued =
      role() == Role::kServer && stream->exchange.head_sent() && outbox().unsent() > 0;
  ++reports().counts().streams_reset_by_peer;
  ending().close_stream(stream, {stream->life.state(), ClosedBy::kPeer, reason,
                                 reason.code == ErrorCode::kRefusedStream});
  // The queued part of its response stays, but the stream no longer counts. It counts as a reply,
  // or a peer that does not read could cause any number of them. (A client's requests are caused by
  // its own application.)
  if (queued) writing_frames().count_reply();
  if (wasted) ending().spend_reset(ending().cause());
}

// Returns whether anything has changed.
[[gnu::always_inline]] inline bool ReceivingControl::take_setting(Setting entry) const {
  if (!settings().receive(entry)) return false;
  if (entry.id == SettingId::kHeaderTableSize) {
    field_writer().set_peer_max_table_size(entry.value);
  } else if (entry.id == SettingId::kInitialWindowSize &&
             !sender().set_base(entry.value, streams().oldest())) {
    ending().fail(ErrorCode::kFlowControlError, kWindowsInBounds, entry.value, kMaxWindow);
  }
  return true;
}

// §6.5: applied in order, then acknowledged.
const Event* ReceivingControl::on_settings(gsl::span<const uint8_t> payload) const {
  static constexpr Rule kEntries = {"limits.h settings_per_frame",
                                    "a SETTINGS frame has a bounded number of entries"};
  const size_t most = options().limits.settings_per_frame;
  if (payload.size() > most * kSettingSize) {
    ending().fail(
        ending().limit_error(ErrorCode::kEnhanceYourCalm, kEntries,
                             {Limit::kSettingsPerFrame, most, payload.size() / kSettingSize}));
    return nullptr;
  }
  const bool first = !settings().peer_known();
  bool changed = first;
  const uint32_t window_before = settings().peer().initial_window_size;
  for (const Setting entry : SettingsEntries(payload)) {
    const SettingsSync::Verdict verdict = settings().check_received(entry);
    if (verdict.rule != nullptr) {
      ending().fail(verdict.code, *verdict.rule, entry.value, verdict.limit);
      return nullptr;
    }
    changed = take_setting(entry) || changed;
    if (!life().is_open()) return nullptr;
  }
  if (settings().peer().initial_window_size != window_before) {
    // A change that moves the windows of waiting streams is expensive, so it is charged as a
    // useless frame.
    if (sender().base_moved(streams().oldest())) changed = false;
  }
  if (first) {
    settings().received_whole();
    deadlines().stop(Deadline::kPreface);
  }
  uint8_t* room = outbox().reserve(kSettingsAckSize);
  writing_frames().queue(FrameType::kSettings, room, write_settings_ack(room));
  writing_frames().count_reply();
  if (!changed && !ending().spend_useless_frame()) return nullptr;
  return recycler().make(SettingsReceived{SettingsEntries(payload)});
}

// §6.5.3
const Event* ReceivingControl::on_settings_ack() const {
  static constexpr Rule kSolicited = {"RFC 9113 §6.5.3",
                                      "a SETTINGS acknowledgement answers a SETTINGS frame"};
  if (settings().frames_in_flight() == 0) {
    ending().fail(ErrorCode::kProtocolError, kSolicited);
    return nullptr;
  }
  const uint32_t window_before = settings().own().initial_window_size;
  settings().acknowledge([this](const Setting& entry) {
    if (entry.id == SettingId::kHeaderTableSize) field_reader().set_max_table_size(entry.value);
  });
  if (settings().frames_in_flight() == 0) deadlines().stop(Deadline::kSettingsAck);
  if (settings().own().initial_window_size != window_before) sending_credit().rebase();
  connection_commands().ask_what_waits();
  return recycler().make(SettingsAcknowledged{});
}

// §6.7
const Event* ReceivingControl::on_ping(gsl::span<const uint8_t> payload) const {
  uint64_t opaque = load_u64(payload.data());
  if (!inbound().header().has(flags::kAck)) {
    writing_frames().write_ping(opaque, /*ack=*/true);
    writing_frames().count_reply();
    return recycler().make(PingReceived{opaque});
  }
  const std::optional<Pings::Answer> answer = pings().answered(opaque, now());
  if (!answer) {
    ending().spend_useless_frame();
    return nullptr;
  }
  connection_commands().ask_what_waits();
  reports().counts().round_trip = answer->round_trip;
  // Our own keepalive PING is no use of the connection.
  if (answer->purpose != PingPurpose::kKeepalive) deadlines().used(now());
  switch (answer->purpose) {
    case PingPurpose::kApplication:
      return recycler().make(PingAcknowledged{opaque, answer->round_trip});
    case PingPurpose::kShutdown:
      if (going_away().is_announced()) ending().finish_shutdown();
      break;
    case PingPurpose::kKeepalive:  // any input was answer enough
      break;
    case PingPurpose::kWindow:
      credit().measured(settings().own().initial_window_size);
      break;
  }
  return nullptr;
}

// §6.8: our requests on streams above the last one that the peer processes can be sent again
// elsewhere. So can requests that waited, because no streams are opened after a GOAWAY.
const Event* ReceivingControl::on_goaway(gsl::span<const uint8_t> payload) const {
  static constexpr Rule kNotHigher = {"RFC 9113 §6.8",
                                      "a later GOAWAY does not raise the last stream identifier"};
  const StreamId last = load_u31(payload.data());
  const auto code = static_cast<ErrorCode>(load_u32(payload.data() + 4));
  const bool is_first = !going_away().peer_code();
  if (!going_away().receive(last, code)) {
    ending().fail(ErrorCode::kProtocolError, kNotHigher, last, going_away().peer_last_stream());
    return nullptr;
  }
  // Peers send one or two, and each is compared with every stream.
  if (!is_first && !ending().spend_useless_frame()) return nullptr;
  // An error is the reason why these streams were not processed. After HTTP_1_1_REQUIRED, for
  // example, it would be of no use to send the same request again (§7).
  StreamError reason;
  reason.code = code == ErrorCode::kNoError ? ErrorCode::kRefusedStream : code;
  reason.frame = FrameType::kGoaway;
  for (Stream *stream = streams().oldest(), *next; stream != nullptr; stream = next) {
    next = Streams::next(stream);
    if (!streams().is_own(stream->id) || stream->life.closed()) continue;
    const bool waits = stream->waits_to_open();
    if (stream->id <= last && !waits) continue;
    ending().close_stream(stream,
                          {waits ? StreamState::kClosedUnused : StreamState::kClosedResetReceived,
                           ClosedBy::kPeer, reason, /*retry_safe=*/true});
  }
  return recycler().make(GoawayReceived{last, code, Bytes(payload.subspan(8))});
}

// §6.9
bool ReceivingControl::on_window_update(StreamId id, gsl::span<const uint8_t> payload) const {
  Stream* const stream = id == 0 ? nullptr : streams().find(id);
  if (id != 0 && !ending().receive_on(stream, StreamInput::kWindowUpdate)) return false;
  if (!give(stream, load_u31(payload.data()))) [[unlikely]] {
    refuse_window_update(payload);
    return false;
  }
  take_window_updates();
  return true;
}

// Null: to the connection. False: nothing has changed.
bool ReceivingControl::give(Stream* stream, uint32_t increment) const {
  if (increment == 0) return false;
  return stream == nullptr ? sender().give(increment) : sender().give(stream, increment);
}

// Peers send many of them in a row. A frame that is not taken here is handled as any other.
void ReceivingControl::take_window_updates() const {
  constexpr uint32_t kLengthAndType = 4 << 8 | static_cast<uint32_t>(FrameType::kWindowUpdate);
  const gsl::span<const uint8_t> run = inbound().run();
  const uint8_t* const end = run.data() + run.size();
  const uint8_t* frame = run.data();
  for (; end - frame >= ptrdiff_t{kWindowUpdateSize} && load_u32(frame) == kLengthAndType;
       frame += kWindowUpdateSize) {
    const StreamId id = load_u31(frame + 5);
    Stream* const stream = id == 0 ? nullptr : streams().find(id);
    if (id != 0 && stream == nullptr) break;
    if (id != 0 && !streams().receive(id, stream, StreamInput::kWindowUpdate).accepted()) break;
    if (!give(stream, load_u31(frame + FrameHeader::kSize))) break;
    reports().received(parse_frame_header(frame), {frame + FrameHeader::kSize, 4});
  }
  const auto taken = static_cast<size_t>(frame - run.data());
  inbound().skip(taken);
  reports().count_received(FrameType::kWindowUpdate, taken / kWindowUpdateSize);
}

void ReceivingControl::refuse_window_update(gsl::span<const uint8_t> payload) const {
  static constexpr Rule kWindowsInBounds = {"RFC 9113 §6.9.1",
                                            "a flow-control window is at most 2^31-1 octets"};
  uint32_t increment;
  ErrorDetail error;
  switch (parse_window_update(inbound().header(), payload, &increment, &error)) {
    case FrameFault::kConnection:
      return ending().fail(error);
    case FrameFault::kStream:
      return ending().fail_stream(StreamError{error});
    case FrameFault::kNone:
      break;
  }
  if (inbound().header().stream_id == 0) {
    return ending().fail(ErrorCode::kFlowControlError, kWindowsInBounds, increment, kMaxWindow);
  }
  ending().fail_stream(
      ending().frame_error(ErrorCode::kFlowControlError, kWindowsInBounds, increment, kMaxWindow));
}

const Event* ReceivingControl::on_extension(gsl::span<const uint8_t> payload) const {
  if (!ending().spend_useless_frame()) return nullptr;
  // ALTSVC and ORIGIN are for clients; to a server they are unknown types.
  const bool client = role() == Role::kClient;
  if (inbound().header().type == FrameType::kAltSvc && client && options().receive_altsvc) {
    return on_altsvc(payload);
  }
  if (inbound().header().type == FrameType::kOrigin && client && options().receive_origin) {
    return on_origin(payload);
  }
  return recycler().make(UnknownFrameReceived{inbound().header().stream_id,
                                              static_cast<uint8_t>(inbound().header().type),
                                              inbound().header().flags, Bytes(payload)});
}

// RFC 7838 §4. A malformed frame is no error; one on a stream that does not exist is ignored.
const Event* ReceivingControl::on_altsvc(gsl::span<const uint8_t> payload) const {
  AltSvc altsvc;
  if (!parse_altsvc(inbound().header(), payload, &altsvc)) return nullptr;
  uintptr_t user_data = 0;
  if (inbound().header().stream_id != 0) {
    const Stream* stream = streams().find(inbound().header().stream_id);
    if (stream == nullptr || !stream->notice.announced() || stream->life.closed()) return nullptr;
    user_data = stream->user_data;
  }
  return recycler().make(AltSvcReceived{inbound().header().stream_id, user_data,
                                        Bytes(altsvc.origin), Bytes(altsvc.value)});
}

// RFC 8336 §2.2: it must be ignored without TLS, where nothing vouches for the origins.
const Event* ReceivingControl::on_origin(gsl::span<const uint8_t> payload) const {
  if (!options().secure_transport) return nullptr;
  if (!is_origin_frame_sound(inbound().header(), payload)) return nullptr;
  return recycler().make(OriginReceived{OriginEntries(payload)});
}

HEADRACE_ABI_END
}  // namespace headrace
