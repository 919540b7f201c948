#include <algorithm>
#include <string>
#include <utility>

#include "headrace/protocol/connection/engine.h"
#include "headrace/protocol/frame/foreign_protocol.h"
#include "headrace/protocol/frame/frame_writer.h"

// How streams and the connection end (RFC 9113 §5.4, §6.8). The one place that writes RST_STREAM
// and GOAWAY.

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// Why a frame may not come in a state: the sentence of §5.1 that on_receive() stands for.
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

bool Engine::refuse_frame(const Transition& transition, StreamState state) {
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

StreamError Engine::frame_error(ErrorCode code, const Rule& rule, uint64_t observed,
                                uint64_t limit) const {
  return StreamError{
      {code, &rule, inbound_.header().type, {}, inbound_.header().stream_id, observed, limit}};
}

// A bound was reached.
StreamError Engine::limit_error(const Cause& cause, ErrorCode code, const Rule& rule,
                                const LimitHit& reached) {
  hit(reached);
  return StreamError{
      {code, &rule, cause.frame, reached.limit, cause.stream_id, reached.observed, reached.bound}};
}

// RFC 9113 §5.4.1: GOAWAY, then the end.
void Engine::fail(ErrorCode code, const Rule& rule, uint64_t observed, uint64_t limit) {
  fail(frame_error(code, rule, observed, limit));
}

// The peer's people are told which rule it broke.
void Engine::fail(const ErrorDetail& error) {
  if (error.rule == nullptr) return fail(error, {});
  std::string debug_data;
  debug_data.append(error.rule->section).append(": ").append(error.rule->text);
  fail(error, debug_data);
}

void Engine::fail(const ErrorDetail& error, std::string_view debug_data) {
  if (phase_ != Phase::kOpen) return;
  if (error.rule != nullptr) observe_refused(error);  // else the application ends it
  write_goaway(going_away_.stop(streams_.last_peer()), error.code, debug_data);
  end_connection(error, ClosedBy::kLocal);
}

// No frame is to blame: what came in is none.
void Engine::fail_without_frame(ErrorCode code, const Rule& rule) {
  ErrorDetail error;
  error.code = code;
  error.rule = &rule;
  fail(error);
}

// The input has ended before something that had begun.
bool Engine::is_cut_off() const {
  if (!inbound_.between_frames() || field_reader_.is_open()) return true;
  for (Stream* stream = streams_.oldest(); stream != nullptr; stream = Streams::next(stream)) {
    if (!stream->life.closed()) return true;
  }
  return false;
}

// The input has ended and is read to its end.
void Engine::end_with_transport() {
  static constexpr Rule kLost = {
      "RFC 9113 §5.4.3", "a connection lasts until its streams and frames are at their end"};
  if (!is_cut_off()) return end_connection({}, ClosedBy::kPeer);
  // The alert of a TLS server, which is shorter than a frame's header.
  const bool first = role_ == Role::kClient && !settings_.peer_known();
  const Rule* foreign = first ? foreign_server(inbound_.partial_header()) : nullptr;
  if (foreign != nullptr) return fail_without_frame(ErrorCode::kProtocolError, *foreign);
  ErrorDetail error;
  const ErrorCode told = going_away_.peer_code().value_or(ErrorCode::kNoError);
  if (told != ErrorCode::kNoError) {  // the peer has said why
    error.code = told;
    error.frame = FrameType::kGoaway;
    return end_connection(error, ClosedBy::kPeer);
  }
  error.code = ErrorCode::kCancel;
  error.rule = &kLost;
  end_connection(error, ClosedBy::kTransport);
}

void Engine::end_connection(const ErrorDetail& error, ClosedBy closed_by) {
  phase_ = Phase::kClosing;
  close_error_ = ConnectionError{error};
  closed_by_ = closed_by;
}

// RFC 9113 §5.4.2: RST_STREAM; the connection goes on. A frame that costs an idle stream costs the
// connection, because RST_STREAM may not be sent on one (§6.4).
void Engine::fail_stream(const StreamError& error, std::string_view field_name) {
  Stream* stream = streams_.find(error.stream_id);
  StreamState state = streams_.state_of(error.stream_id, stream);
  if (state == StreamState::kIdle) return fail(error);
  observe_refused(error, field_name);
  const bool wasted = is_closed(state) || !stream->exchange.head_shown();
  if (!is_closed(state)) {
    reset_and_close(stream, error, Counted::kAsReply);
  } else if (state != StreamState::kClosedResetSent) {  // what was reset is not reset again
    reset(error.stream_id, error.code);
    count_reply();
    streams_.reset_again(error.stream_id, stream);
  }
  if (wasted) spend_reset(error.frame ? Cause{error.frame, error.stream_id} : Cause::none());
}

// A live stream ends with a RST_STREAM of ours. `counted`: the peer made us, so that it counts as a
// reply.
void Engine::reset_and_close(Stream* stream, const StreamError& reason, Counted counted) {
  if (stream->waits_to_open()) {  // the peer knows nothing of it
    return close_stream(stream, {StreamState::kClosedUnused, ClosedBy::kLocal, reason,
                                 /*retry_safe=*/true});
  }
  reset(stream->id, reason.code);
  if (counted == Counted::kAsReply) count_reply();
  close_stream(stream, {StreamState::kClosedResetSent, ClosedBy::kLocal, reason});
}

void Engine::reset(StreamId id, ErrorCode code) {
  ++statistics_.streams_reset_by_us;
  uint8_t* room = outbox_.reserve(kRstStreamSize);
  queue(room, write_rst_stream(id, code, room));
}

// The stream has come to its end, one way or another.
void Engine::close_stream(Stream* stream, const StreamEnd& end) {
  // Nothing of ours is left to end it, so the peer may, before it sees our RST_STREAM.
  const bool ours_ended = stream->life.state() == StreamState::kHalfClosedLocal ||
                          stream->life.state() == StreamState::kReservedRemote;
  streams_.close(stream, end);
  if (stream->waiting.waits()) {
    (void)waiting_heads_.take(stream);
  } else {
    sender_.remove(stream);
  }
  stream->body.cancel();
  if (end.state != StreamState::kClosedResetSent || phase_ != Phase::kOpen || ours_ended) {
    streams_.uncount(stream);  // the peer knows: it has reset it, or seen both ends
  } else if (!stream->exchange.sending_ended()) {
    mark_end(stream);  // it counts until our RST_STREAM is shown, or END_STREAM in front of it
  }
  credit_.close(&stream->credit);
  if (stream->notice.announced()) notify(stream, Notice::kStreamClosed);
  if (stream->body.owes_release() && !stream->body.held()) notify(stream, Notice::kBodyReleased);
  if (streams_.settle(stream)) deadlines_.used(now_);
}

void Engine::notify(Stream* stream, Notice notice) {
  if (notices_.add(stream, notice)) streams_.pin(stream);
}

// The last use of a record may be over.
void Engine::unpin(Stream* stream) {
  if (streams_.unpin(stream)) deadlines_.used(now_);
}

// A frame without use has come in. False: there were too many, and the connection has failed.
bool Engine::spend_useless_frame() {
  static constexpr Rule kUseless = {"RFC 9113 §10.5", "frames without use are few"};
  const std::optional<LimitHit> reached = budgets_.take_useless_frame(now_);
  if (!reached) return true;
  fail(limit_error(ErrorCode::kEnhanceYourCalm, kUseless, *reached));
  return false;
}

// A request has been reset for nothing.
void Engine::spend_reset(const Cause& cause) {
  static constexpr Rule kResets = {"RFC 9113 §10.5", "requests are seldom reset before an answer"};
  if (role_ == Role::kClient) return;
  const std::optional<LimitHit> reached = budgets_.take_reset(now_);
  if (reached) fail(limit_error(cause, ErrorCode::kEnhanceYourCalm, kResets, *reached));
}

void Engine::write_goaway(StreamId last_stream_id, ErrorCode code, std::string_view debug_data) {
  const size_t size = std::min<size_t>(debug_data.size(), kMinMaxFrameSize - 8);
  uint8_t* room = outbox_.reserve(FrameHeader::kSize + 8 + size);
  const auto* octets = reinterpret_cast<const uint8_t*>(debug_data.data());
  queue(room, headrace::write_goaway(last_stream_id, code, {octets, size}, room));
}

// RFC 9113 §6.8: first a GOAWAY that refuses nothing, so that requests in flight are not lost; when
// a PING has made its round trip the client has seen it, and the final one says where we stopped.
void Engine::begin_shutdown(std::string_view debug_data) {
  if (going_away_.shutting_down()) return;
  write_goaway(going_away_.announce(debug_data), ErrorCode::kNoError, debug_data);
  send_ping(kShutdownPing, PingPurpose::kShutdown);
  deadlines_.ask(Deadline::kShutdownPing, outbox_.end_offset(), now_);
}

void Engine::finish_shutdown() {
  deadlines_.stop(Deadline::kShutdownPing);
  write_goaway(going_away_.finish(streams_.last_peer()), ErrorCode::kNoError,
               going_away_.debug_data());
}

SubmitResult Engine::shutdown(std::string_view debug_data) {
  if (phase_ != Phase::kOpen) return {SubmitError::kConnectionGone};
  begin_shutdown(debug_data);
  return {};
}

SubmitResult Engine::terminate(ErrorCode code, std::string_view debug_data) {
  if (phase_ != Phase::kOpen) return {SubmitError::kConnectionGone};
  ErrorDetail error;
  error.code = code;
  fail(error, debug_data);
  return {};
}

HEADRACE_ABI_END
}  // namespace headrace
