#include "headrace/protocol/http2/engine/engine.h"

#include <algorithm>
#include <utility>

#include "headrace/memory/contract.h"
#include "headrace/protocol/frame/client_preface.h"
#include "headrace/protocol/interface/common_rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN

Engine::Engine(Role role, std::shared_ptr<const Options> options, TimePoint now)
    : parts_(role, std::move(options), now) {
  const Rule* const broken = parts_.options.check(role);
  HEADRACE_EXPECTS(broken == nullptr, "Connection::Connection()",
                   "the options are legal (Options::check())", {"rule", broken->text});
  write_preface();
  if (role == Role::kClient)
    parts_.deadlines.ask(Deadline::kPreface, parts_.outbox.end_offset(), now);
  // Only a WINDOW_UPDATE changes the connection's window (§6.9.2).
  if (uint32_t increment = parts_.credit.take_initial_increment()) {
    WritingFrames(parts()).write_window_update(0, increment);
  }
}

// RFC 9113 §3.4: a SETTINGS frame, in the client role behind the 24 octets.
void Engine::write_preface() {
  const bool client = parts_.role == Role::kClient;
  if (client) {
    uint8_t* out = parts_.outbox.reserve(kClientPreface.size());
    parts_.outbox.commit(std::copy(kClientPreface.begin(), kClientPreface.end(), out));
  }
  if (!parts_.options.settings.empty())
    return connection_commands().send_settings(parts_.options.settings);
  const SettingValues initial;
  Setting settings[8];
  size_t count = 0;
  auto announce = [&](SettingId id, uint32_t value, bool differs) {
    if (differs) settings[count++] = {id, value};
  };
  announce(SettingId::kHeaderTableSize, parts_.options.header_table_size,
           parts_.options.header_table_size != initial.header_table_size);
  announce(SettingId::kEnablePush, parts_.options.enable_push ? 1 : 0, client);
  announce(SettingId::kMaxConcurrentStreams, parts_.options.limits.concurrent_streams,
           !client || parts_.options.enable_push);
  announce(SettingId::kInitialWindowSize, parts_.options.initial_window_size,
           parts_.options.initial_window_size != initial.initial_window_size);
  announce(SettingId::kMaxFrameSize, parts_.options.max_frame_size,
           parts_.options.max_frame_size != initial.max_frame_size);
  announce(SettingId::kMaxHeaderListSize, parts_.options.limits.field_list_size,
           parts_.options.announce_field_list_size);
  announce(SettingId::kEnableConnectProtocol, 1, !client && parts_.options.enable_connect_protocol);
  announce(SettingId::kNoRfc7540Priorities, 1, parts_.options.no_rfc7540_priorities);
  connection_commands().send_settings({settings, count});
}

// An event that the application still holds gets its own copy of the bytes.
Engine::~Engine() { parts_.recycler.detach_held(); }

void Engine::receive(gsl::span<const uint8_t> bytes, TimePoint now) {
  parts_.deadlines.told(now);
  parts_.reports.received_octets(bytes.size(), parts_.outbox.sent_offset());
  if (!bytes.empty() || checking_deadlines().reads_kept_input())
    checking_deadlines().note_input(now);
  begin(bytes, now);
}

void Engine::advance(TimePoint now) {
  parts_.now = now;
  parts_.deadlines.told(now);
  // The peer is not late while input of it has not been read.
  if (checking_deadlines().reads_kept_input()) {
    checking_deadlines().note_input(now);
  } else {
    checking_deadlines().check_deadlines();
  }
  if (owes_output()) parts_.life.check_output(now);
  begin({}, now);
}

void Engine::end_of_input(TimePoint now) {
  parts_.deadlines.told(now);
  parts_.life.end_input();
  begin({}, now);
}

const Event* Engine::step() {
  parts_.recycler.detach_held();
  if (has_more_than_input()) return step_beyond_input();
  const Event* event = nullptr;
  const bool parsed = receiving().parse(&event);
  if (event != nullptr) return event;
  if (!parsed && !parts_.life.input_ended() && keep_input()) return nullptr;
  return step_beyond_input();
}

// step() for events that do not come from the input alone.
const Event* Engine::step_beyond_input() {
  for (;;) {
    if (!parts_.notices.empty()) {
      if (const Event* event = next_notification()) return event;
    }
    if (parts_.notices.take_ids_exhausted()) return parts_.recycler.make(StreamIdsExhausted{});
    if (!parts_.life.is_open()) return next_closing_event();
    // Even if input is left, so that the result does not depend on how the input is cut.
    if (is_finished()) {
      ending().end_connection({}, ClosedBy::kLocal);
      continue;
    }
    const Event* event = nullptr;
    if (receiving().parse(&event)) {
      if (event != nullptr) return event;
    } else if (parts_.life.input_ended()) {
      ending().end_with_transport();
    } else if (keep_input()) {
      return nullptr;
    }
  }
}

void Engine::end_of_range() {
  parts_.recycler.detach_held();
  if (!parts_.life.is_open()) {
    parts_.inbound.discard();
  } else {
    keep_input();
  }
}

// The memory budget has refused to keep input.
void Engine::fail_input() {
  ending().fail(ending().limit_error(Cause::none(), ErrorCode::kEnhanceYourCalm, kKeptInput,
                                     ending().memory_refused()));
}

// Events of streams, made from their records when they are told.
const Event* Engine::next_notification() {
  while (Stream* stream = parts_.notices.next()) {
    const Notices::Due due = parts_.notices.take(stream);
    const Event* event = due.notice == Notice::kStreamClosed
                             ? make_closed(stream, due.body_released)
                             : make_event(stream, due.notice);
    if (parts_.notices.drop(stream)) ending().unpin(stream);
    if (event != nullptr) return event;
  }
  return nullptr;
}

const Event* Engine::make_closed(Stream* stream, bool body_released) {
  if (body_released) stream->outgoing->body.release_told();
  const LifeState& life = stream->life;
  const StreamError& reason = stream->end.reason();
  return parts_.recycler.make(StreamClosed{stream->id, stream->user_data, reason.code,
                                           life.closed_by(), life.retry_safe(), reason,
                                           body_released});
}

// Null: the notice is no longer true, or the application is not told of it (kContinue).
const Event* Engine::make_event(Stream* stream, Notice notice) {
  const StreamId id = stream->id;
  const uintptr_t user_data = stream->user_data;
  if (notice == Notice::kContinue) {
    SendingHeads(parts()).send_continue(stream);
    return nullptr;
  }
  if (notice == Notice::kBodyReleased) {
    stream->outgoing->body.release_told();
    return parts_.recycler.make(BodyReleased{id, user_data});
  }
  if (notice == Notice::kResponseSent) return parts_.recycler.make(ResponseSent{id, user_data});
  // Meanwhile the body may have been finished or the buffer filled again.
  const SendBody& body = stream->outgoing->body;
  if (!body.accepts_data() || body.wrote_short()) return nullptr;
  return parts_.recycler.make(StreamWritable{id, user_data});
}

// The connection ends: first every stream, in the order they were opened, then the connection
// itself.
const Event* Engine::next_closing_event() {
  if (parts_.life.is_gone()) return nullptr;
  StreamError reason{parts_.life.error()};
  if (reason.code == ErrorCode::kNoError) reason.code = ErrorCode::kCancel;
  for (Stream *stream = parts_.streams.oldest(), *next; stream != nullptr; stream = next) {
    next = Streams::next(stream);  // the record may go
    if (stream->life.closed()) continue;
    // (Output that waits may still leave, unless the transport is lost.)
    const bool lost = parts_.role == Role::kClient && parts_.life.has_given_up_output();
    const bool never_sent =
        stream->waits_to_open() || (lost && parts_.streams.is_own(stream->id) &&
                                    !stream->exchange.head_shown(parts_.outbox.shown_offset()));
    ending().close_stream(
        stream, {StreamState::kClosedResetSent, parts_.life.closed_by(), reason, never_sent});
  }
  if (const Event* event = next_notification()) return event;
  parts_.life.note_told(parts_.now);
  return parts_.recycler.make(ConnectionClosed{parts_.life.error(), parts_.life.closed_by()});
}

// A graceful shutdown has come to its end.
bool Engine::is_finished() const {
  return parts_.going_away.is_final() && parts_.streams.size() == 0;
}

bool Engine::has_events() const {
  if (!parts_.notices.empty() || parts_.notices.ids_exhausted() || parts_.life.is_closing())
    return true;
  if (parts_.life.is_gone()) return false;
  if (parts_.life.input_ended() || is_finished()) return true;
  return checking_deadlines().reads_kept_input();
}

bool Engine::wants_input() const {
  return parts_.life.is_open() && !parts_.life.input_ended() && !parts_.outbox.holds_input() &&
         !parts_.inbound.has_kept();
}

TimePoint Engine::next_deadline() const {
  if (has_events() || parts_.deadlines.wants_time()) return parts_.now;
  if (parts_.life.is_open()) return checking_deadlines().next_deadline();
  return owes_output() ? parts_.life.output_ends() : TimePoint::max();
}

uint32_t Engine::open_streams() const {
  return parts_.streams.peer_count() + parts_.streams.own_count();
}

uint32_t Engine::waiting_requests() const {
  return parts_.role == Role::kClient ? parts_.waiting_heads.size() : 0;
}

bool Engine::accepts_requests() const {
  return parts_.role == Role::kClient && parts_.life.is_open() && !parts_.going_away.under_way() &&
         !parts_.streams.own_ids_exhausted();
}

bool Engine::is_drained() const {
  return parts_.going_away.under_way() && parts_.streams.size() == 0;
}

const Statistics& Engine::statistics() const {
  Statistics& counts = parts_.reports.sums();
  counts.implicit_keeps = parts_.recycler.implicit_keeps();
  counts.bytes_sent = parts_.outbox.sent_offset();
  counts.allocations = parts_.recycler.allocations() + parts_.outbox.allocations() +
                       parts_.ledger.reservations() + parts_.own_memory.reservations() +
                       parts_.frame_memory.reservations();
  counts.memory_live = parts_.ledger.live() + parts_.frame_memory.live();
  counts.memory_peak = parts_.ledger.peak() + parts_.frame_memory.peak();
  return counts;
}

const SettingValues& Engine::peer_settings() const { return parts_.settings.peer(); }

void Engine::trim() {
  parts_.recycler.detach_held();
  parts_.outbox.trim();
  parts_.blocks.trim();
  parts_.streams.trim();
  parts_.sender.trim();
  parts_.priorities.trim();
  parts_.field_reader.trim();
  parts_.field_writer.trim();
  parts_.inbound.trim();
}

void Engine::sent(size_t size, TimePoint now) {
  parts_.now = now;
  if (size > 0) parts_.life.note_sent(now);
  sending_output().note_sent(size, /*exact=*/true);
}

void Engine::sent(size_t size) {
  if (size > 0) parts_.life.note_sent();
  sending_output().note_sent(size, /*exact=*/false);
}

void Engine::released(size_t size) {
  HEADRACE_EXPECTS(parts_.options.explicit_release, "Connection::released()",
                   "only with Options::explicit_release", {"size", size});
  sending_output().release_output(size);
}

bool Engine::wants_output() const { return sending_output().output_waits(); }

bool Engine::should_close() const {
  return parts_.life.is_gone() && (!owes_output() || parts_.life.has_given_up_output());
}

bool Engine::owes_output() const { return parts_.outbox.unsent() > 0; }

Priority Engine::priority(StreamId stream_id) const {
  const Stream* stream = parts_.streams.find(stream_id);
  return stream == nullptr ? Priority{} : stream->priority;
}

SubmitResult Engine::shutdown(std::string_view debug_data) {
  if (!parts_.life.is_open()) return {SubmitError::kConnectionGone};
  ending().begin_shutdown(debug_data);
  return {};
}

SubmitResult Engine::terminate(ErrorCode code, std::string_view debug_data) {
  if (!parts_.life.is_open()) return {SubmitError::kConnectionGone};
  ErrorDetail error;
  error.code = code;
  ending().fail(error, debug_data);
  return {};
}

// --- Handed on.

RequestResult Engine::submit_request(FieldsView fields, Body&& body, uintptr_t user_data) {
  return stream_commands().submit_request(fields, std::move(body), user_data);
}

RequestResult Engine::submit_push(StreamId stream_id, FieldsView fields, uintptr_t user_data) {
  return stream_commands().submit_push(stream_id, fields, user_data);
}

SubmitResult Engine::submit_response(StreamId stream_id, FieldsView fields, Body&& body) {
  return stream_commands().submit_response(stream_id, fields, std::move(body));
}

RequestResult Engine::submit_prepared_request(FieldsView fields, const PreparedPart& prepared,
                                              Body&& body, uintptr_t user_data) {
  return stream_commands().submit_request(fields, std::move(body), user_data, prepared);
}

SubmitResult Engine::submit_prepared_response(StreamId stream_id, FieldsView fields,
                                              const PreparedPart& prepared, Body&& body) {
  return stream_commands().submit_response(stream_id, fields, std::move(body), prepared);
}

SubmitResult Engine::submit_informational(StreamId stream_id, FieldsView fields) {
  return stream_commands().submit_informational(stream_id, fields);
}

SendResult Engine::send_data(StreamId stream_id, gsl::span<const uint8_t> bytes, bool end_stream) {
  return stream_commands().send_data(stream_id, bytes, end_stream);
}

SubmitResult Engine::send_trailers(StreamId stream_id, FieldsView fields) {
  return stream_commands().send_trailers(stream_id, fields);
}

SubmitResult Engine::resume(StreamId stream_id) { return stream_commands().resume(stream_id); }

SubmitResult Engine::reset_stream(StreamId stream_id, ErrorCode code) {
  return stream_commands().reset_stream(stream_id, code);
}

SubmitResult Engine::set_user_data(StreamId stream_id, uintptr_t user_data) {
  return stream_commands().set_user_data(stream_id, user_data);
}

void Engine::set_time_of_day(std::chrono::system_clock::time_point now) { parts_.date.set(now); }

SubmitResult Engine::credit(StreamId stream_id, uint32_t size) {
  return sending_credit().give_back(stream_id, size);
}

SubmitResult Engine::set_automatic_credit(StreamId stream_id, bool automatic) {
  return sending_credit().set_automatic_credit(stream_id, automatic);
}

SubmitResult Engine::set_receive_window(StreamId stream_id, uint32_t size) {
  return sending_credit().set_receive_window(stream_id, size);
}

ReceiveCredit Engine::receive_credit(StreamId stream_id) const {
  return sending_credit().receive_credit(stream_id);
}

SubmitResult Engine::update_priority(StreamId stream_id, const Priority& priority) {
  return prioritizing().update_priority(stream_id, priority);
}

SubmitResult Engine::submit_settings(gsl::span<const Setting> settings) {
  return connection_commands().submit_settings(settings);
}

SubmitResult Engine::ping(uint64_t opaque) { return connection_commands().ping(opaque); }

SubmitResult Engine::submit_frame(uint8_t type, uint8_t flags, StreamId stream_id,
                                  gsl::span<const uint8_t> payload) {
  return connection_commands().submit_frame(type, flags, stream_id, payload);
}

gsl::span<const ConstBuffer> Engine::pending_output(size_t max_bytes) {
  return sending_output().pending_output(max_bytes);
}

Blocked Engine::why_blocked(StreamId stream_id) const {
  return sending_output().why_blocked(stream_id);
}

HEADRACE_ABI_END
}  // namespace headrace
