#include "headrace/protocol/connection/engine.h"

#include <algorithm>
#include <bit>
#include <gsl/span>
#include <limits>
#include <utility>

#include "headrace/memory/contract.h"
#include "headrace/protocol/frame/client_preface.h"
#include "headrace/protocol/frame/frame_writer.h"

namespace headrace {
HEADRACE_ABI_BEGIN

namespace {

// That a stream of the peer's can have: odd of a client's, even of a server's (§5.1.1).
StreamId highest_peer_stream(Role role) {
  return role == Role::kServer ? kMaxStreamId : kMaxStreamId - 1;
}

StreamId first_own_stream(Role role, const Options& options) {
  if (options.first_stream_id != 0) return options.first_stream_id;
  return role == Role::kClient ? 1 : 2;
}

// In force from the first octet, acknowledged or not.
uint32_t first_field_list_size(const Options& options) {
  uint32_t size = options.limits.field_list_size;
  for (const Setting& setting : options.settings) {
    if (setting.id == SettingId::kMaxHeaderListSize) size = setting.value;
  }
  return size;
}

// Capacity kept between field sections: enough for a section with the maximum number of fields of
// ordinary length.
size_t kept_fields(Role role, const Limits& limits) {
  const uint32_t fields =
      role == Role::kServer ? limits.fields_per_request : limits.fields_per_response;
  return std::max(FieldStorage::kKeptFields, std::bit_ceil(size_t{fields}));
}
size_t kept_text(const Limits& limits) {
  return std::max(FieldStorage::kKeptArena, std::bit_ceil(size_t{limits.field_list_size}) / 4);
}

}  // namespace

Engine::Engine(Role role, const Options& options, TimePoint now)
    : role_(role),
      options_(options),
      now_(now),
      ledger_(options.limits.connection_memory),
      own_memory_(std::numeric_limits<size_t>::max()),
      // Apart from the budget, so that what is refused does not depend on how the input is cut.
      frame_memory_(std::numeric_limits<size_t>::max()),
      recycler_(options.allocation),
      inbound_(&ledger_, &frame_memory_, role == Role::kServer),
      // In the steady state nothing is allocated for a field section of the largest size.
      field_reader_(&ledger_, options_.limits, kept_fields(role, options.limits),
                    kept_text(options.limits)),
      field_writer_(&ledger_, options.split_cookies),
      settings_(role == Role::kClient,
                {options.limits.concurrent_streams, first_field_list_size(options)}),
      questions_(options.limits.queued_replies),
      // A client's streams are its application's affair.
      streams_({role == Role::kClient, first_own_stream(role, options),
                options.limits.remembered_streams},
               role == Role::kClient ? &own_memory_ : &ledger_, &ledger_),
      sender_(options.scheduler, options.custom_scheduler, now),
      priorities_(options_.limits, &ledger_),
      credit_({options.window_policy, options.connection_window_size, options.max_window_size,
               options.automatic_credit}),
      // What a client queues is its application's own affair.
      outbox_(options.limits.queued_replies, role == Role::kClient
                                                 ? std::numeric_limits<size_t>::max()
                                                 : options.limits.output_backlog),
      budgets_(options.limits, now),
      going_away_(highest_peer_stream(role)),
      deadlines_(options_.limits, options.seed, now) {
  const Rule* const broken = options.check(role);
  HEADRACE_EXPECTS(broken == nullptr, "Connection::Connection()",
                   "the options are legal (Options::check())", {"rule", broken->text});
  write_preface();
  if (role_ == Role::kClient) deadlines_.ask(Deadline::kPreface, outbox_.end_offset(), now);
  // Only a WINDOW_UPDATE changes the connection's window (§6.9.2).
  if (uint32_t increment = credit_.take_initial_increment()) write_window_update(0, increment);
}

// RFC 9113 §3.4: a SETTINGS frame, in the client role behind the 24 octets.
void Engine::write_preface() {
  const bool client = role_ == Role::kClient;
  if (client) {
    uint8_t* out = outbox_.reserve(kClientPreface.size());
    outbox_.commit(std::copy(kClientPreface.begin(), kClientPreface.end(), out));
  }
  if (!options_.settings.empty()) return send_settings(options_.settings);
  const SettingValues initial;
  Setting settings[8];
  size_t count = 0;
  auto announce = [&](SettingId id, uint32_t value, bool differs) {
    if (differs) settings[count++] = {id, value};
  };
  announce(SettingId::kHeaderTableSize, options_.header_table_size,
           options_.header_table_size != initial.header_table_size);
  announce(SettingId::kEnablePush, options_.enable_push ? 1 : 0, client);
  announce(SettingId::kMaxConcurrentStreams, options_.limits.concurrent_streams,
           !client || options_.enable_push);
  announce(SettingId::kInitialWindowSize, options_.initial_window_size,
           options_.initial_window_size != initial.initial_window_size);
  announce(SettingId::kMaxFrameSize, options_.max_frame_size,
           options_.max_frame_size != initial.max_frame_size);
  announce(SettingId::kMaxHeaderListSize, options_.limits.field_list_size,
           options_.announce_field_list_size);
  announce(SettingId::kEnableConnectProtocol, 1, !client && options_.enable_connect_protocol);
  announce(SettingId::kNoRfc7540Priorities, 1, options_.no_rfc7540_priorities);
  send_settings({settings, count});
}

// An event that is still held gets its bytes while they are there.
Engine::~Engine() { recycler_.detach_held(); }

void Engine::receive(gsl::span<const uint8_t> bytes, TimePoint now) {
  deadlines_.told(now);
  statistics_.bytes_received += bytes.size();
  if (!bytes.empty() || reads_kept_input()) note_input(now);
  begin(bytes, now);
}

void Engine::advance(TimePoint now) {
  now_ = now;
  deadlines_.told(now);
  // The peer is not late while we have not read what it sent.
  if (reads_kept_input()) {
    note_input(now);
  } else {
    check_deadlines();
  }
  begin({}, now);
}

void Engine::end_of_input(TimePoint now) {
  deadlines_.told(now);
  input_ended_ = true;
  begin({}, now);
}

void Engine::begin(gsl::span<const uint8_t> bytes, TimePoint now) {
  now_ = now;
  inbound_.give(bytes);
}

EventPtr Engine::step() {
  recycler_.detach_held();
  for (;;) {
    if (!notices_.empty()) {
      if (EventPtr event = next_notification()) return event;
    }
    if (notices_.take_ids_exhausted()) return recycler_.lend(StreamIdsExhausted{});
    if (phase_ != Phase::kOpen) return next_closing_event();
    // At once, whatever input there is: more of it could as well come later.
    if (going_away_.is_final() && streams_.size() == 0) {
      end_connection({}, ClosedBy::kLocal);
      continue;
    }
    EventPtr event;
    if (parse(&event)) {
      if (event != nullptr) return event;
    } else if (input_ended_) {
      end_with_transport();
    } else if (keep_input()) {
      return nullptr;
    }
  }
}

void Engine::end_of_range() {
  recycler_.detach_held();
  if (phase_ != Phase::kOpen) {
    inbound_.discard();
  } else {
    keep_input();
  }
}

// False: that has cost the connection.
bool Engine::keep_input() {
  static constexpr Rule kKeptInput = {"limits.h connection_memory",
                                      "input is kept only within the connection's memory budget"};
  if (inbound_.keep_rest()) return true;
  fail(limit_error(Cause::none(), ErrorCode::kEnhanceYourCalm, kKeptInput, memory_refused()));
  return false;
}

// Events of streams, made from their records when they are told.
EventPtr Engine::next_notification() {
  while (Stream* stream = notices_.next()) {
    EventPtr event = make_event(stream, notices_.take(stream));
    if (notices_.drop(stream)) unpin(stream);
    if (event != nullptr) return event;
  }
  return nullptr;
}

// Null: it is no longer true, or something else says the same.
EventPtr Engine::make_event(Stream* stream, Notice notice) {
  const StreamId id = stream->id;
  const uintptr_t user_data = stream->user_data;
  switch (notice) {
    case Notice::kBodyReleased:
      stream->body.release_told();
      return recycler_.lend(BodyReleased{id, user_data});
    case Notice::kStreamWritable:
      // A body that was finished meanwhile takes no more; that of a closed stream neither. And one
      // that was filled up again has no room yet.
      if (!stream->body.accepts_data() || stream->body.wrote_short()) return nullptr;
      return recycler_.lend(StreamWritable{id, user_data});
    case Notice::kResponseSent:
      if (stream->life.closed()) return nullptr;  // its end says the same
      return recycler_.lend(ResponseSent{id, user_data});
    case Notice::kStreamClosed:
      break;
  }
  const LifeState& life = stream->life;
  return recycler_.lend(StreamClosed{id, user_data, life.close_reason().code, life.closed_by(),
                                     life.retry_safe(), life.close_reason()});
}

// The connection ends: first every stream, in the order they were opened, then the connection
// itself.
EventPtr Engine::next_closing_event() {
  if (phase_ == Phase::kGone) return nullptr;
  StreamError reason{close_error_};
  if (reason.code == ErrorCode::kNoError) reason.code = ErrorCode::kCancel;
  for (Stream *stream = streams_.oldest(), *next; stream != nullptr; stream = next) {
    next = Streams::next(stream);  // the record may go
    if (stream->life.closed()) continue;
    const bool never_sent = stream->waits_to_open();
    close_stream(stream, {StreamState::kClosedResetSent, closed_by_, reason, never_sent});
  }
  if (EventPtr event = next_notification()) return event;
  phase_ = Phase::kGone;
  return recycler_.lend(ConnectionClosed{close_error_, closed_by_});
}

bool Engine::has_events() const { return events_wait(); }

bool Engine::events_wait() const {
  if (!notices_.empty() || notices_.ids_exhausted() || phase_ == Phase::kClosing) return true;
  if (phase_ == Phase::kGone) return false;
  if (input_ended_ || (going_away_.is_final() && streams_.size() == 0)) return true;
  return reads_kept_input();
}

bool Engine::wants_input() const {
  return phase_ == Phase::kOpen && !input_ended_ && !holds_input() && !inbound_.has_kept();
}

uint32_t Engine::open_streams() const { return streams_.peer_count() + streams_.own_count(); }

uint32_t Engine::waiting_requests() const {
  return role_ == Role::kClient ? waiting_heads_.size() : 0;
}

bool Engine::accepts_requests() const {
  return role_ == Role::kClient && phase_ == Phase::kOpen && !going_away_.under_way() &&
         !streams_.own_ids_exhausted();
}

bool Engine::is_drained() const { return going_away_.under_way() && streams_.size() == 0; }

const Statistics& Engine::statistics() const {
  statistics_.implicit_keeps = recycler_.implicit_keeps();
  statistics_.bytes_sent = outbox_.sent_offset();
  statistics_.allocations = recycler_.allocations() + outbox_.allocations() +
                            ledger_.reservations() + own_memory_.reservations() +
                            frame_memory_.reservations();
  statistics_.memory_live = ledger_.live() + frame_memory_.live();
  statistics_.memory_peak = ledger_.peak() + frame_memory_.peak();
  return statistics_;
}

void Engine::trim() {
  recycler_.detach_held();
  outbox_.trim();
  blocks_.trim();
  streams_.trim();
  priorities_.trim();
  field_reader_.trim();
  field_writer_.trim();
  inbound_.trim();
}

HEADRACE_ABI_END
}  // namespace headrace
