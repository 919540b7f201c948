#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_ENDING_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_ENDING_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/parts.h"
#include "headrace/protocol/http2/engine/writing_frames.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Whether a RST_STREAM counts as provoked by the peer (Limits::queued_replies).
enum class Counted : bool { kNo, kAsReply };

// How streams and the connection end (RFC 9113 §5.4, §6.8): the only class that resets streams and
// that sends GOAWAY.
class Ending
    : private Uses<Budgets, ConnectionLife, Credit, Deadlines, FieldReader, GoingAway, Inbound,
                   Ledger, Notices, Outbox, Reports, Sender, SettingsSync, Streams, WaitingHeads> {
 public:
  using Uses::Uses;

  // --- Errors.

  // The cause of errors that the frame that is handled has made.
  Cause cause() const { return {inbound().header().type, inbound().header().stream_id}; }
  StreamError frame_error(ErrorCode code, const Rule& rule, uint64_t observed = 0,
                          uint64_t limit = 0) const;
  // A limit was reached, which is counted and reported. Without `cause`, the frame that is handled
  // is it.
  StreamError limit_error(const Cause& cause, ErrorCode code, const Rule& rule,
                          const LimitHit& reached) const;
  StreamError limit_error(ErrorCode code, const Rule& rule, const LimitHit& reached) const {
    return limit_error(cause(), code, rule, reached);
  }
  LimitHit memory_refused() const {
    return {Limit::kConnectionMemory, ledger().budget(), ledger().refused()};
  }

  // --- The connection. Each has no effect if it has ended already.

  // §5.4.1: GOAWAY, then the end. `error` without a rule: the application ends it.
  void fail(ErrorCode code, const Rule& rule, uint64_t observed = 0, uint64_t limit = 0) const;
  void fail(const ErrorDetail& error) const;
  void fail(const ErrorDetail& error, std::string_view debug_data) const;
  // The error has no frame, because the input is none.
  void fail_without_frame(ErrorCode code, const Rule& rule) const;
  // Without a GOAWAY.
  void end_connection(const ErrorDetail& error, ClosedBy closed_by) const;
  // The input has ended and was read to its end.
  void end_with_transport() const;
  // §6.8: a graceful shutdown, in two steps. The first GOAWAY refuses nothing, so no request in
  // flight is lost. When a PING has made its round trip, the client has seen it, and the final
  // GOAWAY names the last stream.
  void begin_shutdown(std::string_view debug_data) const;
  void finish_shutdown() const;

  // --- Streams.

  // Applies what the frame that is handled does to its stream (null: there is no record). False:
  // the table refused it, and the consequences have been drawn.
  bool receive_on(Stream* stream, StreamInput input) const {
    const StreamId id = inbound().header().stream_id;
    const StreamState before = streams().state_of(id, stream);
    const Transition transition = streams().receive(id, stream, input);
    return transition.accepted() || refuse_frame(transition, before);
  }
  // §5.4.2: RST_STREAM; the connection goes on. An error on an idle stream ends the connection,
  // because RST_STREAM must not be sent on one (§6.4). `field_name`: see FrameObserver.
  void fail_stream(const StreamError& error, std::string_view field_name = {}) const;
  // Ends a live stream with RST_STREAM.
  void reset_and_close(Stream* stream, const StreamError& reason, Counted counted) const;
  // The peer's END_STREAM was accepted.
  void end_of_message(Stream* stream) const;
  // The last frame of our message was queued. The stream changes its state when it is shown.
  void finish_sending(Stream* stream) const;
  // The one place where a stream closes.
  void close_stream(Stream* stream, const StreamEnd& end) const;

  // --- Records, which stay until nobody needs them.

  void notify(Stream* stream, Notice notice) const {
    if (notices().add(stream, notice)) streams().pin(stream);
  }
  // A body's octets are the application's again when all have been written and the output refers to
  // none.
  void note_release(Stream* stream) const {
    const SendBody& body = stream->outgoing->body;
    if (body.owes_release() && !body.held() && body.ready().empty())
      notify(stream, Notice::kBodyReleased);
  }
  // The last use of a record may be over.
  void unpin(Stream* stream) const {
    if (streams().unpin(stream)) deadlines().used(now());
  }

  // --- Budgets.

  // A frame without use was received. False: it was one too many, and the connection has failed.
  bool spend_useless_frame() const;
  // A request was reset for nothing. One too many ends the connection.
  void spend_reset(const Cause& cause) const;

 private:
  WritingFrames writing_frames() const { return WritingFrames(parts()); }

  bool refuse_frame(const Transition& transition, StreamState state) const;
  bool is_cut_off() const;
  void mark_end(Stream* stream) const;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_ENDING_H_
