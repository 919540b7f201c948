#include "headrace/protocol/http1/engine/engine.h"

#include <utility>

#include "headrace/memory/contract.h"
#include "headrace/protocol/http1/rules.h"
#include "headrace/protocol/interface/common_rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

Engine::Engine(Role role, std::shared_ptr<const Options> options, TimePoint now)
    : parts_(role, std::move(options), now) {
  const Rule* const broken = parts_.options.check(role);
  HEADRACE_EXPECTS(broken == nullptr, "Connection::Connection()",
                   "the options are legal (Options::check())", {"rule", broken->text});
}

// An event that the application still holds gets its own copy of the bytes.
Engine::~Engine() { parts_.recycler.detach_held(); }

void Engine::receive(gsl::span<const uint8_t> bytes, TimePoint now) {
  parts_.reports.received_octets(bytes.size(), parts_.output.sent_offset());
  timing().told(now);
  if (reads_kept_input()) timing().note_kept_input();
  if (!bytes.empty()) parts_.deadlines.stop(Deadline::kAnswer);
  begin(bytes, now);
}

void Engine::advance(TimePoint now) {
  parts_.now = now;
  timing().told(now);
  if (reads_kept_input()) {
    timing().note_kept_input();
  } else {
    timing().check();
  }
  if (owes_output()) parts_.life.check_output(now);
  begin({}, now);
}

void Engine::end_of_input(TimePoint now) {
  timing().told(now);
  parts_.life.end_input();
  begin({}, now);
}

void Engine::lose_transport(TimePoint now) {
  parts_.lost = true;
  parts_.life.give_up_output();
  end_of_input(now);
}

void Engine::begin(gsl::span<const uint8_t> bytes, TimePoint now) {
  parts_.now = now;
  parts_.input.give(bytes);
}

const Event* Engine::step() {
  parts_.recycler.detach_held();
  for (;;) {
    if (parts_.exchanges.has_notices()) {
      if (const Event* event = next_notification()) return event;
      continue;
    }
    if (!parts_.life.is_open()) return next_closing_event();
    if (owes_exhaustion()) {
      parts_.exhaustion_told = true;
      return parts_.recycler.make(StreamIdsExhausted{});
    }
    if (ending().is_finished()) {
      parts_.life.end(parts_.end_reason, parts_.end_by);
      continue;
    }
    const Event* event = nullptr;
    if (receiving().parse(&event)) {
      if (event != nullptr) return event;
    } else if (parts_.life.input_ended()) {
      if (receiving().lift_window()) continue;
      if (const Event* end = receiving().end_with_transport()) return end;
      ending().end_with_transport();
    } else if (keep_input()) {
      return nullptr;
    }
  }
}

void Engine::end_of_range() {
  parts_.recycler.detach_held();
  if (!parts_.life.is_open()) {
    parts_.input.discard();
  } else if (keep_input()) {
    timing().update();
  }
}

// False: the memory budget refused, and the connection has failed.
bool Engine::keep_input() {
  if (receiving().keep() && parts_.input.keep_rest()) return true;
  ErrorDetail error;
  error.code = ErrorCode::kEnhanceYourCalm;
  error.rule = &kKeptInput;
  error.bound = Limit::kConnectionMemory;
  error.observed = parts_.ledger.refused();
  error.limit = parts_.ledger.budget();
  parts_.reports.hit({Limit::kConnectionMemory, error.limit, error.observed});
  ending().fail(error);
  return false;
}

// Null: it is no longer true.
const Event* Engine::next_notification() {
  Notice notice;
  Record* const record = parts_.exchanges.next_notice(&notice);
  const StreamId id = record->id;
  const uintptr_t user_data = record->user_data;
  parts_.exchanges.take_notice(record, notice);
  switch (notice) {
    case Notice::kWritable:
      // Meanwhile the body may have been finished, or the buffer filled again.
      if (!record->body.accepts_data() || record->body.wrote_short()) return nullptr;
      return parts_.recycler.make(StreamWritable{id, user_data});
    case Notice::kResponseSent:
      return parts_.recycler.make(ResponseSent{id, user_data});
    case Notice::kBodyReleased:
      record->body.release_told();
      parts_.exchanges.erase_if_done(record);
      return parts_.recycler.make(BodyReleased{id, user_data});
    case Notice::kClosed:
      break;
  }
  StreamClosed closed{
      id, user_data, record->error, record->closed_by, record->retry_safe, record->reason};
  closed.retry_idempotent = record->retry_idempotent;
  closed.body_released = record->has(Notice::kBodyReleased);
  if (closed.body_released) {
    parts_.exchanges.take_notice(record, Notice::kBodyReleased);
    record->body.release_told();
  }
  parts_.exchanges.erase_if_done(record);
  return parts_.recycler.make(StreamClosed(closed));
}

// The connection ends: first every exchange, in their order, then the connection itself.
const Event* Engine::next_closing_event() {
  if (parts_.life.is_gone()) return nullptr;
  StreamError reason{parts_.life.error()};
  if (reason.code == ErrorCode::kNoError) reason.code = ErrorCode::kCancel;
  for (Record *record = parts_.exchanges.front(), *next; record != nullptr; record = next) {
    next = record->next;
    if (record->closed) continue;
    ending().drop_message(record);
    ending().close(record, reason, parts_.life.closed_by());
  }
  while (parts_.exchanges.has_notices()) {
    if (const Event* event = next_notification()) return event;
  }
  parts_.life.note_told(parts_.now);
  return parts_.recycler.make(ConnectionClosed{parts_.life.error(), parts_.life.closed_by()});
}

bool Engine::owes_exhaustion() const {
  return parts_.is_client() && parts_.exchanges.ids_exhausted() && !parts_.exhaustion_told;
}

bool Engine::has_events() const {
  if (parts_.exchanges.has_notices() || parts_.life.is_closing()) return true;
  if (parts_.life.is_gone()) return false;
  if (parts_.life.input_ended() || ending().is_finished()) return true;
  if (receiving().owes_continue() || owes_exhaustion()) return true;
  return reads_kept_input();
}

bool Engine::reads_kept_input() const {
  return parts_.input.has_kept() && !receiving().is_blocked();
}

bool Engine::wants_input() const {
  return parts_.life.is_open() && !parts_.life.input_ended() && !receiving().is_blocked() &&
         !parts_.input.has_kept();
}

TimePoint Engine::next_deadline() const {
  if (has_events()) return parts_.now;
  if (!parts_.life.is_open()) {
    return owes_output() ? parts_.life.output_ends() : TimePoint::max();
  }
  return timing().wants_time() ? parts_.now : parts_.deadlines.next();
}

bool Engine::is_drained() const {
  return (parts_.shutting_down || parts_.incoming.is_stopped()) &&
         parts_.exchanges.open_count() == 0;
}

bool Engine::accepts_requests() const { return commands().may_request() == SubmitError::kNone; }

// Requests that have not been written.
uint32_t Engine::waiting_requests() const {
  if (!parts_.is_client()) return 0;
  uint32_t waiting = 0;
  for (const Record* record = parts_.exchanges.front(); record != nullptr; record = record->next) {
    waiting += record->closed || record->exchange.head_sent() ? 0 : 1;
  }
  return waiting;
}

uint32_t Engine::open_streams() const { return parts_.exchanges.open_count() - waiting_requests(); }

const Statistics& Engine::statistics() const {
  Statistics& counts = parts_.reports.sums();
  counts.implicit_keeps = parts_.recycler.implicit_keeps();
  counts.bytes_sent = parts_.output.sent_offset();
  counts.allocations = parts_.recycler.allocations() + parts_.output.allocations() +
                       parts_.ledger.reservations() + parts_.line_memory.reservations();
  counts.memory_live = parts_.ledger.live() + parts_.line_memory.live();
  counts.memory_peak = parts_.ledger.peak() + parts_.line_memory.peak();
  return counts;
}

void Engine::trim() {
  parts_.recycler.detach_held();
  parts_.output.trim();
  parts_.blocks.trim();
  parts_.exchanges.trim();
  parts_.lines.trim();
  const bool in_section = parts_.requests.has_line() || parts_.responses.has_line() ||
                          parts_.incoming.step() == Incoming::Step::kTrailers;
  if (!in_section) parts_.section.trim();
}

gsl::span<const ConstBuffer> Engine::pending_output(size_t max_bytes) {
  return sending().pending_output(max_bytes);
}

void Engine::sent(size_t size, TimePoint now) {
  parts_.now = now;
  timing().told(now);
  sending().sent(size);
  if (size == 0) return;
  parts_.life.note_sent(now);
  timing().note_sent(/*exact=*/true);
}

void Engine::sent(size_t size) {
  sending().sent(size);
  if (size == 0) return;
  parts_.life.note_sent();
  timing().note_sent(/*exact=*/false);
}

void Engine::released(size_t size) {
  HEADRACE_EXPECTS(parts_.options.explicit_release, "Connection::released()",
                   "only with Options::explicit_release", {"size", size});
  sending().release(size);
}

bool Engine::wants_output() const { return sending().waits(); }

bool Engine::should_close() const {
  return parts_.life.is_gone() && (!owes_output() || parts_.life.has_given_up_output());
}

// Behind the end, what is written, and our response to a refused request.
bool Engine::owes_output() const { return sending().waits(); }

SubmitResult Engine::shutdown(std::string_view) {
  if (!parts_.life.is_open()) return {SubmitError::kConnectionGone};
  ending().shut_down();
  return {};
}

SubmitResult Engine::terminate(ErrorCode code, std::string_view) {
  if (!parts_.life.is_open()) return {SubmitError::kConnectionGone};
  ErrorDetail error;
  error.code = code;
  ending().fail(error);
  return {};
}

Blocked Engine::why_blocked(StreamId stream_id) const {
  return sending().why_blocked(parts_.exchanges.find(stream_id));
}

ReceiveCredit Engine::receive_credit(StreamId stream_id) const {
  return commands().receive_credit(stream_id);
}

void Engine::set_time_of_day(std::chrono::system_clock::time_point now) { parts_.date.set(now); }

// --- Handed on.

RequestResult Engine::submit_request(FieldsView fields, Body&& body, uintptr_t user_data) {
  return commands().submit_request(fields, std::move(body), user_data);
}

SubmitResult Engine::submit_response(StreamId stream_id, FieldsView fields, Body&& body) {
  return commands().submit_response(stream_id, fields, std::move(body));
}

SubmitResult Engine::submit_informational(StreamId stream_id, FieldsView fields) {
  return commands().submit_informational(stream_id, fields);
}

SendResult Engine::send_data(StreamId stream_id, gsl::span<const uint8_t> bytes, bool end_stream) {
  return commands().send_data(stream_id, bytes, end_stream);
}

SubmitResult Engine::send_trailers(StreamId stream_id, FieldsView fields) {
  return commands().send_trailers(stream_id, fields);
}

SubmitResult Engine::resume(StreamId stream_id) { return commands().resume(stream_id); }

SubmitResult Engine::reset_stream(StreamId stream_id, ErrorCode code) {
  return commands().reset_stream(stream_id, code);
}

SubmitResult Engine::set_user_data(StreamId stream_id, uintptr_t user_data) {
  return commands().set_user_data(stream_id, user_data);
}

SubmitResult Engine::credit(StreamId stream_id, uint32_t size) {
  return commands().credit(stream_id, size);
}

SubmitResult Engine::set_automatic_credit(StreamId stream_id, bool automatic) {
  return commands().set_automatic_credit(stream_id, automatic);
}

SubmitResult Engine::set_receive_window(StreamId stream_id, uint32_t size) {
  return commands().set_receive_window(stream_id, size);
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
