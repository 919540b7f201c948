#include "headrace/protocol/http1/engine/ending.h"

#include "headrace/protocol/http1/rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

StreamError Ending::error(const Refusal& refusal, StreamId id) const {
  StreamError error;
  error.code = refusal.hit ? ErrorCode::kEnhanceYourCalm : ErrorCode::kProtocolError;
  error.rule = refusal.rule;
  error.stream_id = id;
  error.status = refusal.status;
  if (refusal.hit) {
    error.bound = refusal.hit->limit;
    error.observed = refusal.hit->observed;
    error.limit = refusal.hit->bound;
  }
  return error;
}

void Ending::stop(const Record* last) const {
  p_.incoming.stop();
  if (last != nullptr) cancel_behind(last);
}

void Ending::cancel_behind(const Record* last) const {
  StreamError reason;
  reason.code = ErrorCode::kCancel;
  for (Record *record = last->next, *next; record != nullptr; record = next) {
    next = record->next;
    drop_message(record);
    close(record, reason, ClosedBy::kLocal);
  }
}

void Ending::drop_message(Record* record) const {
  record->body.cancel();
  record->held = {};
  record->interim.reset();
  record->exchange.note_sending_ended();
  record->end_offset = p_.output.end_offset();
  p_.exchanges.end_shown(record);
}

void Ending::close(Record* record, const StreamError& reason, ClosedBy closed_by) const {
  if (!record->closed) {
    if (p_.incoming.record() == record) p_.incoming.discard_rest();
    if (p_.is_client() && !record->received) note_retry(record, closed_by);
    p_.exchanges.close(record, reason, closed_by);
  }
  note_release(record);
  p_.exchanges.erase_if_done(record);
  if (p_.shutting_down && is_idle()) p_.incoming.stop();
}

// RFC 9110 §9.2.2. A request of which no octet leaves can be sent again, whatever its method. After
// an end of our own, written octets still leave; if the transport was lost, only those that it may
// have taken have left. An idempotent request can be sent again if the server may have closed a
// kept connection before it received the request (RFC 9112 §9.3.1).
void Ending::note_retry(Record* record, ClosedBy closed_by) const {
  const bool lost = closed_by == ClosedBy::kTransport;
  const bool left =
      lost ? record->has_left(p_.output.shown_offset()) : record->exchange.head_sent();
  record->retry_safe |= !left;
  record->retry_idempotent = left && lost && record->idempotent && !record->response_began &&
                             p_.reports.has_received_responses();
}

void Ending::refuse_chunked() const {
  StreamError reason;
  reason.code = ErrorCode::kHttp11Required;
  reason.rule = &kChunkedToHttp10;
  for (Record *record = p_.exchanges.front(), *next; record != nullptr; record = next) {
    next = record->next;
    const bool known = record->body.size_left() && !record->trailers_expected;
    if (record->closed || record->exchange.head_sent() || known) continue;
    if (record->held.view().has("content-length")) continue;
    reason.stream_id = record->id;
    drop_message(record);
    close(record, reason, ClosedBy::kLocal);
  }
}

void Ending::refuse_behind(const Record* record) const {
  StreamError reason;
  reason.code = ErrorCode::kRefusedStream;
  for (Record *behind = record->next, *next; behind != nullptr; behind = next) {
    next = behind->next;
    if (behind->closed) continue;
    behind->retry_safe = true;
    drop_message(behind);
    close(behind, reason, ClosedBy::kPeer);
  }
}

void Ending::note_release(Record* record) const {
  if (!record->body.owes_release() || record->body.held() || !record->body.ready().empty()) return;
  p_.exchanges.notify(record, Notice::kBodyReleased);
}

void Ending::refuse(const Refusal& refusal) const {
  if (refusal.hit) p_.reports.hit(*refusal.hit);
  p_.is_client() ? refuse_response(refusal) : refuse_request(refusal);
}

void Ending::refuse_response(const Refusal& refusal) const {
  const Record* const record = p_.exchanges.receiving();
  StreamError reason = error(refusal, record == nullptr ? 0 : record->id);
  reason.status = 0;
  p_.reports.refused(reason, refusal.field);
  fail_reported(reason, ClosedBy::kLocal);
}

void Ending::refuse_request(const Refusal& refusal) const {
  Record* const record = p_.incoming.record();
  StreamError reason = error(refusal, record == nullptr ? 0 : record->id);
  // A request that was answered early gets no second response.
  const bool answered = record == nullptr ? p_.incoming.step() != Incoming::Step::kHead
                                          : record->exchange.head_sent();
  if (answered) reason.status = 0;
  if (refusal.status == kFieldsTooLarge) ++p_.reports.counts().requests_too_large;
  p_.reports.refused(reason, refusal.field);
  p_.end_reason = ConnectionError{reason};
  p_.end_by = ClosedBy::kLocal;
  stop(nullptr);
  if (!answered) p_.answer_due = refusal.status;
  if (record == nullptr) return;
  if (answered && !record->end_shown) return cut(record, reason);
  if (!answered) drop_message(record);
  close(record, reason, ClosedBy::kLocal);
}

// Client: the last exchange before the record's whose response is still to come. Null: there is
// none.
Record* Ending::last_awaited_before(const Record* record) const {
  Record* last = nullptr;
  for (Record* before = p_.exchanges.front(); before != record; before = before->next) {
    if (!before->received && !before->closed) last = before;
  }
  return last;
}

void Ending::cut(Record* record, const StreamError& reason) const {
  if (p_.is_client() && !record->exchange.head_sent()) {  // a request that waits
    drop_message(record);
    return close(record, reason, ClosedBy::kLocal);
  }
  p_.gave_up_requests |= !p_.is_client() && !record->exchange.head_sent();
  drop_answer();
  cancel_behind(record);
  Record* const before = p_.is_client() ? last_awaited_before(record) : nullptr;
  if (before == nullptr) {
    p_.incoming.stop();
  } else {  // the connection ends behind its response
    before->closes = p_.is_last = true;
  }
  if (p_.end_reason.code == ErrorCode::kNoError) p_.end_reason = ConnectionError{reason};
  // If the end of the connection would end the message, only a reset shows that it is incomplete.
  const bool in_message = record->exchange.head_sent() && !record->sending_ended();
  p_.reset_due |= in_message &&
                  (record->framing == Framing::kUntilClose || record->framing == Framing::kTunnel);
  drop_message(record);
  close(record, reason, ClosedBy::kLocal);
}

// Our response to a refused request will not be sent.
void Ending::drop_answer() const {
  p_.answer_due.reset();
  p_.end_reason.status = 0;
}

void Ending::fail(const ErrorDetail& error, ClosedBy closed_by) const {
  if (!p_.life.is_open()) return;
  if (error.rule != nullptr && closed_by == ClosedBy::kLocal) p_.reports.refused(error);
  fail_reported(error, closed_by);
}

void Ending::fail_reported(const ErrorDetail& error, ClosedBy closed_by) const {
  const Record* const sending = p_.exchanges.sending();
  // Our response to a refused request is not sent in place of one that it waits for.
  if (sending != nullptr) drop_answer();
  p_.reset_due |=
      sending != nullptr && sending->exchange.head_sent() &&
      (sending->framing == Framing::kUntilClose || sending->framing == Framing::kTunnel);
  p_.incoming.stop();
  p_.life.end(error, closed_by);
}

// RFC 9110 §9.3.6: a tunnel ends both ways. A reset is no end of it.
bool Ending::end_of_tunnel() const {
  if (p_.incoming.step() != Incoming::Step::kTunnel || p_.lost) return false;
  Record* const tunnel = p_.incoming.record();
  if (tunnel != nullptr) {
    drop_message(tunnel);
    close(tunnel, {}, ClosedBy::kPeer);
  }
  fail({}, ClosedBy::kPeer);
  return true;
}

void Ending::end_with_transport() const {
  if (end_of_tunnel()) return;
  const bool in_message = p_.requests.has_line() || p_.lines.is_cut() || p_.incoming.in_content() ||
                          p_.incoming.step() == Incoming::Step::kTrailers;
  if (p_.exchanges.open_count() == 0 && (!in_message || p_.incoming.is_stopped())) {
    return fail(p_.end_reason, ClosedBy::kPeer);
  }
  ErrorDetail error;
  error.code = ErrorCode::kCancel;
  error.rule = &kCutOff;
  fail(error, ClosedBy::kTransport);
}

// Between two requests it ends at once, and behind a response that could not say close any more
// (RFC 9112 §9.6).
void Ending::shut_down() const {
  p_.shutting_down = true;
  if (is_idle()) stop(nullptr);
}

// Whether no exchange is open, and of a server's next request no octet has come.
bool Ending::is_idle() const {
  if (p_.exchanges.open_count() > 0) return false;
  return p_.is_client() || (p_.input.empty() && !p_.requests.has_line() && !p_.lines.is_cut() &&
                            p_.incoming.step() == Incoming::Step::kHead);
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
