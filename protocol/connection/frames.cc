#include <algorithm>
#include <gsl/span>
#include <utility>

#include "headrace/protocol/connection/engine.h"
#include "headrace/protocol/frame/foreign_protocol.h"
#include "headrace/protocol/frame/frame_writer.h"

// What a frame does to the connection (RFC 9113 §6). Field blocks go on in messages.cc.

namespace headrace {
HEADRACE_ABI_BEGIN

// What may come next, whatever stream it is on.
bool Engine::check_frame_order() {
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

  bool continuation = inbound_.header().type == FrameType::kContinuation;
  if (!settings_.peer_known()) {
    if (inbound_.header().type == FrameType::kSettings && !inbound_.header().has(flags::kAck))
      return true;
    const Rule* foreign = role_ == Role::kClient ? foreign_server(inbound_.header()) : nullptr;
    if (foreign != nullptr) {
      fail_without_frame(ErrorCode::kProtocolError, *foreign);
    } else {
      fail(ErrorCode::kProtocolError, kSettingsFirst);
    }
  } else if (field_reader_.is_open() &&
             (!continuation || inbound_.header().stream_id != field_reader_.block().stream_id)) {
    fail(ErrorCode::kProtocolError, kBlockWhole);
  } else if (!field_reader_.is_open() && continuation) {
    fail(ErrorCode::kProtocolError, kContinuesSomething);
  } else if (inbound_.header().type == FrameType::kPushPromise && role_ == Role::kServer) {
    fail(ErrorCode::kProtocolError, kClientPushes);
  } else if (inbound_.header().type == FrameType::kPushPromise &&
             settings_.own().enable_push == 0) {
    fail(ErrorCode::kProtocolError, kPushDisabled);
  } else if (inbound_.header().type == FrameType::kPriorityUpdate && role_ == Role::kClient) {
    fail(ErrorCode::kProtocolError, kServerPrioritizes);
  } else {
    return true;
  }
  return false;
}

EventPtr Engine::on_frame(gsl::span<const uint8_t> payload) {
  observe_received(payload);
  switch (inbound_.header().type) {
    case FrameType::kHeaders:
      return on_headers(payload);
    case FrameType::kPushPromise:
      return on_push_promise(payload);
    case FrameType::kContinuation:
      return on_fragment(payload);
    case FrameType::kPriority:
      on_priority(payload);
      return nullptr;
    case FrameType::kRstStream:
      on_rst_stream(payload);
      return nullptr;
    case FrameType::kSettings:
      return inbound_.header().has(flags::kAck) ? on_settings_ack() : on_settings(payload);
    case FrameType::kPing:
      return on_ping(payload);
    case FrameType::kGoaway:
      return on_goaway(payload);
    case FrameType::kWindowUpdate:
      on_window_update(payload);
      return nullptr;
    case FrameType::kPriorityUpdate:
      return on_priority_update(payload);
    default:
      return on_extension(payload);
  }
}

// §6.3: deprecated. It is read, so that a malformed one is an error, and ignored.
void Engine::on_priority(gsl::span<const uint8_t> payload) {
  PriorityFields priority;
  ErrorDetail error;
  if (parse_priority(inbound_.header(), payload, &priority, &error) != FrameFault::kNone) {
    fail_stream(StreamError{error});
  } else {
    spend_priority();
  }
}

// §6.4
void Engine::on_rst_stream(gsl::span<const uint8_t> payload) {
  Stream* stream = streams_.find(inbound_.header().stream_id);
  // Both have reset it: it does not have to wait for ours to be shown.
  if (stream != nullptr && stream->life.closed()) streams_.uncount(stream);
  if (!receive_on(stream, StreamInput::kRstStream)) return;
  StreamError reason;
  reason.code = static_cast<ErrorCode>(load_u32(payload.data()));
  reason.frame = FrameType::kRstStream;
  reason.stream_id = stream->id;
  const bool wasted = !stream->exchange.head_shown();
  const bool queued =
      role_ == Role::kServer && stream->exchange.head_sent() && outbox_.unsent() > 0;
  ++statistics_.streams_reset_by_peer;
  close_stream(stream, {stream->life.state(), ClosedBy::kPeer, reason,
                        reason.code == ErrorCode::kRefusedStream});
  // The stream no longer counts, and what was queued of its response stays: like a reply, or a peer
  // that does not read could have responses queued without bound. (A client's requests are its
  // application's own affair.)
  if (queued) count_reply();
  if (wasted) spend_reset(cause());
}

// §6.5: applied in order, then acknowledged.
EventPtr Engine::on_settings(gsl::span<const uint8_t> payload) {
  static constexpr Rule kEntries = {"limits.h settings_per_frame",
                                    "a SETTINGS frame has a bounded number of entries"};
  SettingsEntries entries(payload);
  if (entries.size() > options_.limits.settings_per_frame) {
    fail(limit_error(
        ErrorCode::kEnhanceYourCalm, kEntries,
        {Limit::kSettingsPerFrame, options_.limits.settings_per_frame, entries.size()}));
    return nullptr;
  }
  bool changed = !settings_.peer_known();
  const uint32_t window_before = settings_.peer().initial_window_size;
  for (const Setting entry : entries) {
    const SettingsSync::Verdict verdict = settings_.check_received(entry);
    if (verdict.rule != nullptr) {
      fail(verdict.code, *verdict.rule, entry.value, verdict.limit);
      return nullptr;
    }
    changed = take_setting(entry) || changed;
    if (phase_ != Phase::kOpen) return nullptr;
  }
  if (settings_.peer().initial_window_size != window_before) {
    // A change that moves the windows of waiting streams is expensive, so it is charged as a
    // useless frame.
    if (sender_.base_moved(streams_.oldest())) changed = false;
  }
  settings_.received_whole();
  deadlines_.stop(Deadline::kPreface);
  uint8_t* room = outbox_.reserve(kSettingsAckSize);
  queue(room, write_settings_ack(room));
  count_reply();
  if (!changed && !spend_useless_frame()) return nullptr;
  return recycler_.lend(SettingsReceived{std::move(entries)});
}

// Returns whether anything has changed.
bool Engine::take_setting(const Setting& entry) {
  if (!settings_.receive(entry)) return false;
  if (entry.id == SettingId::kHeaderTableSize) {
    field_writer_.set_peer_max_table_size(entry.value);
  } else if (entry.id == SettingId::kInitialWindowSize &&
             !sender_.set_base(entry.value, streams_.oldest())) {
    fail(ErrorCode::kFlowControlError, kWindowsInBounds, entry.value, kMaxWindow);
  }
  return true;
}

// §6.5.3
EventPtr Engine::on_settings_ack() {
  static constexpr Rule kSolicited = {"RFC 9113 §6.5.3",
                                      "a SETTINGS acknowledgement answers a SETTINGS frame"};
  if (settings_.frames_in_flight() == 0) {
    fail(ErrorCode::kProtocolError, kSolicited);
    return nullptr;
  }
  const uint32_t window_before = settings_.own().initial_window_size;
  settings_.acknowledge([this](const Setting& entry) {
    if (entry.id == SettingId::kHeaderTableSize) field_reader_.set_max_table_size(entry.value);
  });
  if (settings_.frames_in_flight() == 0) deadlines_.stop(Deadline::kSettingsAck);
  if (settings_.own().initial_window_size != window_before) look_for_due_credit();
  ask_what_waits();
  return recycler_.lend(SettingsAcknowledged{});
}

// §6.7
EventPtr Engine::on_ping(gsl::span<const uint8_t> payload) {
  uint64_t opaque = load_u64(payload.data());
  if (!inbound_.header().has(flags::kAck)) {
    write_ping(opaque, /*ack=*/true);
    count_reply();
    return recycler_.lend(PingReceived{opaque});
  }
  const std::optional<Pings::Answer> answer = pings_.answered(opaque, now_);
  if (!answer) {
    spend_useless_frame();
    return nullptr;
  }
  ask_what_waits();
  statistics_.round_trip = answer->round_trip;
  // That we have asked whether the peer is there is no use of the connection.
  if (answer->purpose != PingPurpose::kKeepalive) deadlines_.used(now_);
  switch (answer->purpose) {
    case PingPurpose::kApplication:
      return recycler_.lend(PingAcknowledged{opaque, answer->round_trip});
    case PingPurpose::kShutdown:
      if (going_away_.is_announced()) finish_shutdown();
      break;
    case PingPurpose::kKeepalive:  // any input was answer enough
      break;
    case PingPurpose::kWindow:
      credit_.measured(settings_.own().initial_window_size);
      break;
  }
  return nullptr;
}

// §6.8: our streams above the last one that the peer looks at can be tried again elsewhere. So can
// requests that waited, whatever their ids: after a GOAWAY no more streams are opened.
EventPtr Engine::on_goaway(gsl::span<const uint8_t> payload) {
  static constexpr Rule kNotHigher = {"RFC 9113 §6.8",
                                      "a later GOAWAY does not raise the last stream identifier"};
  const StreamId last = load_u31(payload.data());
  const auto code = static_cast<ErrorCode>(load_u32(payload.data() + 4));
  const bool is_first = !going_away_.peer_code();
  if (!going_away_.receive(last, code)) {
    fail(ErrorCode::kProtocolError, kNotHigher, last, going_away_.peer_last_stream());
    return nullptr;
  }
  // It is said once or twice, and each is looked at by every stream.
  if (!is_first && !spend_useless_frame()) return nullptr;
  // An error is why these streams were not looked at: HTTP_1_1_REQUIRED is no invitation to ask the
  // same once more (§7).
  StreamError reason;
  reason.code = code == ErrorCode::kNoError ? ErrorCode::kRefusedStream : code;
  reason.frame = FrameType::kGoaway;
  for (Stream *stream = streams_.oldest(), *next; stream != nullptr; stream = next) {
    next = Streams::next(stream);
    if (!streams_.is_own(stream->id) || stream->life.closed()) continue;
    const bool waits = stream->waits_to_open();
    if (stream->id <= last && !waits) continue;
    close_stream(stream, {waits ? StreamState::kClosedUnused : StreamState::kClosedResetReceived,
                          ClosedBy::kPeer, reason, /*retry_safe=*/true});
  }
  return recycler_.lend(GoawayReceived{last, code, Bytes(payload.subspan(8))});
}

// §6.9
void Engine::on_window_update(gsl::span<const uint8_t> payload) {
  static constexpr Rule kWindowsInBounds = {"RFC 9113 §6.9.1",
                                            "a flow-control window is at most 2^31-1 octets"};
  uint32_t increment;
  ErrorDetail error;
  FrameFault fault = parse_window_update(inbound_.header(), payload, &increment, &error);
  if (fault == FrameFault::kConnection) return fail(error);
  if (inbound_.header().stream_id == 0) {
    if (!sender_.give(increment)) {
      fail(ErrorCode::kFlowControlError, kWindowsInBounds, increment, kMaxWindow);
    }
    return;
  }
  Stream* stream = streams_.find(inbound_.header().stream_id);
  if (!receive_on(stream, StreamInput::kWindowUpdate)) return;
  if (fault == FrameFault::kStream) return fail_stream(StreamError{error});
  if (!sender_.give(stream, increment)) {
    return fail_stream(
        frame_error(ErrorCode::kFlowControlError, kWindowsInBounds, increment, kMaxWindow));
  }
}

// A DATA frame is judged whole, before its first octet is delivered: the connection's window, the
// stream's state and window, the announced content-length (§6.1, §6.9.1, §8.1.1).
// `padding` counts the Pad Length field, which has been read.
void Engine::begin_data(uint32_t padding) {
  static constexpr Rule kConnectionWindow = {"RFC 9113 §6.9.1",
                                             "DATA stays within the connection's window"};
  static constexpr Rule kHeadFirst = {"RFC 9113 §8.1", "a message begins with its head"};
  static constexpr Rule kStreamWindow = {"RFC 9113 §6.9.1",
                                         "DATA stays within the stream's window"};

  const uint32_t size = inbound_.header().length - padding;  // of the data
  bool end_stream = inbound_.header().has(flags::kEndStream);
  if (!credit_.receive(inbound_.header().length)) {
    return fail(ErrorCode::kFlowControlError, kConnectionWindow, inbound_.header().length,
                static_cast<uint64_t>(credit_.window()));
  }
  if (size == 0 && !end_stream && !spend_useless_frame()) return;

  Stream* stream = streams_.find(inbound_.header().stream_id);
  if (!receive_on(stream, StreamInput::kData)) return;
  int64_t base = settings_.own().initial_window_size;
  if (!credit_.receive(&stream->credit, base, inbound_.header().length)) {
    const int64_t window = std::max<int64_t>(stream->credit.window(base), 0);
    return fail_stream(frame_error(ErrorCode::kFlowControlError, kStreamWindow,
                                   inbound_.header().length, static_cast<uint64_t>(window)));
  }
  if (!stream->exchange.head_received()) {
    return fail_stream(frame_error(ErrorCode::kProtocolError, kHeadFirst));
  }
  const ContentLength& content = stream->exchange.received();
  if (!content.allows(size, end_stream)) {
    return fail_stream(
        frame_error(ErrorCode::kProtocolError, kContentLengthKept, content.counted() + size,
                    static_cast<uint64_t>(content.announced())),
        "content-length");
  }
  if (credit_.measure(inbound_.header().length)) send_ping(kWindowPing, PingPurpose::kWindow);
  if (end_stream) credit_.stop(&stream->credit);
  stream->exchange.receive_content(size);
  credit_.deliver(end_stream);
}

// A piece of the open DATA frame. Null: the application has closed the stream meanwhile.
EventPtr Engine::deliver_data(gsl::span<const uint8_t> bytes) {
  Stream* stream = streams_.find(inbound_.header().stream_id);
  if (stream == nullptr || stream->life.closed()) {
    credit_.skip_rest();
    return nullptr;
  }
  bool last = credit_.ends_stream() && inbound_.left() == 0;
  if (!stream->notice.announced()) {  // the rest of a request that was answered 431
    if (last) end_of_message(stream);
    return nullptr;
  }
  auto size = static_cast<uint32_t>(bytes.size());
  statistics_.data_received += size;
  if (!stream->credit.automatic()) {
    credit_.hold(&stream->credit, size);
  }
  uintptr_t user_data = stream->user_data;
  if (last) end_of_message(stream);
  return recycler_.lend(DataReceived{inbound_.header().stream_id, user_data, last, Bytes(bytes)});
}

// The frame has come in whole: what the application will not give back is given back here.
void Engine::end_data() {
  const uint32_t consumed = credit_.end_frame();
  if (!credit_.delivers()) return;
  Stream* stream = streams_.find(inbound_.header().stream_id);
  if (stream != nullptr) use_window(stream, consumed);
}

HEADRACE_ABI_END
}  // namespace headrace
