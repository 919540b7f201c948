#include "headrace/protocol/http2/engine/ending.h"

#include <optional>
#include <string>

#include "headrace/protocol/frame/foreign_protocol.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// The rule of §5.1 that a frame breaks if on_receive() refuses it in this state.
const Rule& broken_rule(StreamState state) {
  static constexpr Rule kIdle = {"RFC 9113 §5.1",
                                 "on an idle stream only HEADERS and PRIORITY may come"};
  static constexpr Rule kReserved = {
      "RFC 9113 §5.1", "on a reserved stream only RST_STREAM, PRIORITY and WINDOW_UPDATE may come"};
  static constexpr Rule kHalfClosed = {
      "RFC 9113 §5.1", "after END_STREAM only WINDOW_UPDATE, PRIORITY and RST_STREAM may come"};
  static constexpr Rule kEnded = {"RFC 9113 §5.1",
                                  "after END_STREAM of both sides no HEADERS and no DATA may come"};
  static constexpr Rule kReset = {"RFC 9113 §5.1", "after RST_STREAM only PRIORITY may come"};
  static constexpr Rule kSkipped = {"RFC 9113 §5.1.1", "the ids of new streams increase"};
  switch (state) {
    case StreamState::kReservedLocal:
    case StreamState::kReservedRemote:
      return kReserved;
    case StreamState::kOpen:
    case StreamState::kHalfClosedLocal:
    case StreamState::kHalfClosedRemote:
      return kHalfClosed;
    case StreamState::kClosedEnded:
      return kEnded;
    case StreamState::kClosedResetSent:
    case StreamState::kClosedResetReceived:
      return kReset;
    case StreamState::kClosedUnused:
      return kSkipped;
    default:
      return kIdle;
  }
}

}  // namespace

bool Ending::refuse_frame(const Transition& transition, StreamState state) const {
  switch (transition.kind) {
    case Transition::Kind::kAccept:
      return true;
    case Transition::Kind::kDiscard:
      break;
    case Transition::Kind::kStreamError:
      fail_stream(frame_error(transition.error, broken_rule(state)));
      break;
    case Transition::Kind::kConnectionError:
      fail(transition.error, broken_rule(state));
      break;
  }
  return false;
}

StreamError Ending::frame_error(ErrorCode code, const Rule& rule, uint64_t observed,
                                uint64_t limit) const {
  return StreamError{
      {code, &rule, inbound().header().type, {}, inbound().header().stream_id, observed, limit}};
}

StreamError Ending::limit_error(const Cause& cause, ErrorCode code, const Rule& rule,
                                const LimitHit& reached) const {
  reports().hit(reached);
  return StreamError{
      {code, &rule, cause.frame, reached.limit, cause.stream_id, reached.observed, reached.bound}};
}

// RFC 9113 §5.4.1: GOAWAY, then the end.
void Ending::fail(ErrorCode code, const Rule& rule, uint64_t observed, uint64_t limit) const {
  fail(frame_error(code, rule, observed, limit));
}

// The debug data name the broken rule, for the people who run the peer.
void Ending::fail(const ErrorDetail& error) const {
  if (error.rule == nullptr) return fail(error, {});
  std::string debug_data;
  debug_data.append(error.rule->section).append(": ").append(error.rule->text);
  fail(error, debug_data);
}

void Ending::fail(const ErrorDetail& error, std::string_view debug_data) const {
  if (!life().is_open()) return;
  if (error.rule != nullptr) reports().refused(error);  // else the application ends it
  writing_frames().write_goaway(going_away().stop(streams().last_peer()), error.code, debug_data);
  end_connection(error, ClosedBy::kLocal);
}

void Ending::fail_without_frame(ErrorCode code, const Rule& rule) const {
  ErrorDetail error;
  error.code = code;
  error.rule = &rule;
  fail(error);
}

// The input has ended in a frame, a field block or an open stream.
bool Ending::is_cut_off() const {
  if (!inbound().between_frames() || field_reader().is_open()) return true;
  for (Stream* stream = streams().oldest(); stream != nullptr; stream = Streams::next(stream)) {
    if (!stream->life.closed()) return true;
  }
  return false;
}

void Ending::end_with_transport() const {
  static constexpr Rule kLost = {"RFC 9113 §5.4.3",
                                 "the transport ends between frames, with no stream open"};
  if (!is_cut_off()) return end_connection({}, ClosedBy::kPeer);
  // The alert of a TLS server, which is shorter than a frame's header.
  const bool first = role() == Role::kClient && !settings().peer_known();
  const Rule* foreign = first ? foreign_server(inbound().partial_header()) : nullptr;
  if (foreign != nullptr) return fail_without_frame(ErrorCode::kProtocolError, *foreign);
  ErrorDetail error;
  const ErrorCode told = going_away().peer_code().value_or(ErrorCode::kNoError);
  if (told != ErrorCode::kNoError) {  // the peer has said why
    error.code = told;
    error.frame = FrameType::kGoaway;
    return end_connection(error, ClosedBy::kPeer);
  }
  error.code = ErrorCode::kCancel;
  error.rule = &kLost;
  end_connection(error, ClosedBy::kTransport);
}

void Ending::end_connection(const ErrorDetail& error, ClosedBy closed_by) const {
  life().end(error, closed_by);
}

// RFC 9113 §5.4.2: RST_STREAM; the connection goes on. A frame that costs an idle stream costs the
// connection, because RST_STREAM may not be sent on one (§6.4).
void Ending::fail_stream(const StreamError& error, std::string_view field_name) const {
  Stream* stream = streams().find(error.stream_id);
  StreamState state = streams().state_of(error.stream_id, stream);
  if (state == StreamState::kIdle) return fail(error);
  reports().refused(error, field_name);
  const bool wasted = is_closed(state) || !stream->exchange.head_shown(outbox().shown_offset());
  if (!is_closed(state)) {
    reset_and_close(stream, error, Counted::kAsReply);
  } else if (state != StreamState::kClosedResetSent) {  // what was reset is not reset again
    writing_frames().write_rst_stream(error.stream_id, error.code);
    writing_frames().count_reply();
    streams().reset_again(error.stream_id, stream);
  }
  if (wasted) spend_reset(error.frame ? Cause{error.frame, error.stream_id} : Cause::none());
}

void Ending::reset_and_close(Stream* stream, const StreamError& reason, Counted counted) const {
  if (stream->waits_to_open()) {  // the peer knows nothing of it
    return close_stream(stream, {StreamState::kClosedUnused, ClosedBy::kLocal, reason,
                                 /*retry_safe=*/true});
  }
  writing_frames().write_rst_stream(stream->id, reason.code);
  if (counted == Counted::kAsReply) writing_frames().count_reply();
  close_stream(stream, {StreamState::kClosedResetSent, ClosedBy::kLocal, reason});
}

void Ending::end_of_message(Stream* stream) const {
  const Transition end = streams().receive(stream->id, stream, StreamInput::kEndStream);
  if (stream->incoming != nullptr) credit().stop(&stream->incoming->credit);
  if (is_closed(end.next)) close_stream(stream, {end.next, ClosedBy::kEnd, StreamError{}});
}

void Ending::close_stream(Stream* stream, const StreamEnd& end) const {
  // Our side has ended, so the peer may close the stream before it receives our RST_STREAM.
  const bool ours_ended = stream->life.state() == StreamState::kHalfClosedLocal ||
                          stream->life.state() == StreamState::kReservedRemote;
  streams().close(stream, end);
  OutgoingMessage* const outgoing = stream->outgoing;
  if (outgoing != nullptr && outgoing->waiting.waits()) {
    (void)waiting_heads().take(outgoing);
  } else {
    sender().remove(stream);
  }
  if (outgoing != nullptr) outgoing->body.cancel();
  if (end.state != StreamState::kClosedResetSent || !life().is_open() || ours_ended) {
    streams().uncount(stream);  // the peer has reset it, or has seen both ends
  } else if (!stream->exchange.sending_ended()) {
    mark_end(stream);  // it counts until our RST_STREAM is shown, or END_STREAM in front of it
  }
  if (stream->incoming != nullptr) credit().close(&stream->incoming->credit);
  if (stream->notice.announced()) notify(stream, Notice::kStreamClosed);
  if (outgoing != nullptr && outgoing->body.owes_release() && !outgoing->body.held())
    notify(stream, Notice::kBodyReleased);
  if (streams().settle(stream)) deadlines().used(now());
}

// Our last frame of the stream, END_STREAM or RST_STREAM, was queued. Until it is shown the stream
// counts, and its record stays.
void Ending::mark_end(Stream* stream) const {
  streams().pin(stream);
  outbox().mark(Mark::kEnd, stream->id);
}

void Ending::finish_sending(Stream* stream) const {
  stream->exchange.note_sending_ended();
  mark_end(stream);
}

bool Ending::spend_useless_frame() const {
  static constexpr Rule kUseless = {"RFC 9113 §10.5",
                                    "frames that change nothing are limited (useless_burst)"};
  const std::optional<LimitHit> reached = budgets().take_useless_frame(now());
  if (!reached) return true;
  fail(limit_error(ErrorCode::kEnhanceYourCalm, kUseless, *reached));
  return false;
}

void Ending::spend_reset(const Cause& cause) const {
  static constexpr Rule kResets = {"RFC 9113 §10.5",
                                   "resets before an answer are limited (reset_burst)"};
  if (role() == Role::kClient) return;
  const std::optional<LimitHit> reached = budgets().take_reset(now());
  if (reached) fail(limit_error(cause, ErrorCode::kEnhanceYourCalm, kResets, *reached));
}

// RFC 9113 §6.8: first a GOAWAY that refuses nothing, so that requests in flight are not lost; when
// a PING has made its round trip the client has seen it, and the final one says where we stopped.
void Ending::begin_shutdown(std::string_view debug_data) const {
  if (going_away().shutting_down()) return;
  writing_frames().write_goaway(going_away().announce(debug_data), ErrorCode::kNoError, debug_data);
  writing_frames().send_ping(kShutdownPing, PingPurpose::kShutdown);
  deadlines().ask(Deadline::kShutdownPing, outbox().end_offset(), now());
}

void Ending::finish_shutdown() const {
  deadlines().stop(Deadline::kShutdownPing);
  writing_frames().write_goaway(going_away().finish(streams().last_peer()), ErrorCode::kNoError,
                                going_away().debug_data());
}

HEADRACE_ABI_END
}  // namespace headrace
