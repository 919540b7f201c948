#include "headrace/protocol/connection/connection.h"

#include <cstddef>
#include <gsl/span>
#include <memory>
#include <new>
#include <utility>

#include "headrace/memory/contract.h"
#include "headrace/protocol/connection/detection.h"
#include "headrace/protocol/connection/recording.h"
#include "headrace/protocol/http1/engine/engine.h"
#include "headrace/protocol/http2/engine/engine.h"
#include "headrace/protocol/interface/common_rules.h"
#include "headrace/protocol/interface/entry_guard.h"
#include "headrace/protocol/interface/protocol.h"
#include "headrace/protocol/message/prepared_head.h"

// Each function enters the guard and calls the protocol's function of the same name.

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr Rule kStatusCode = {"RFC 9110 §15", "a status code has three digits"};

std::string_view text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Memory for a list of fields, which is allocated only if there are many.
class FieldsRoom {
 public:
  explicit FieldsRoom(size_t size) {
    if (size > kFew) many_.reset(new Field[size]);
  }
  Field* begin() { return many_ != nullptr ? many_.get() : reinterpret_cast<Field*>(few_); }

 private:
  static constexpr size_t kFew = 32;
  alignas(Field) std::byte few_[kFew * sizeof(Field)];
  std::unique_ptr<Field[]> many_;
};

// Calls `submit` with one list: :status, then `fields`.
template <typename Submit>
SubmitResult with_status(int status, FieldsView fields, Submit submit) {
  if (status < 100 || status > 999) return {SubmitError::kInvalidArgument, &kStatusCode};
  const char digits[] = {static_cast<char>('0' + status / 100),
                         static_cast<char>('0' + status / 10 % 10),
                         static_cast<char>('0' + status % 10)};
  FieldsRoom room(fields.size() + 1);
  Field* const all = room.begin();
  new (all) Field{":status", {digits, sizeof(digits)}};
  std::uninitialized_copy(fields.begin(), fields.end(), all + 1);
  return submit(FieldsView(all, fields.size() + 1));
}

// One list of the pseudo-header fields of `fields`, those of `head` and the others of `fields`.
class JoinedFields {
 public:
  JoinedFields(const PreparedHead& head, FieldsView fields)
      : head_(head), size_(head.fields().size() + fields.size()), room_(size_), part_{&head, 0} {
    if (fields.empty()) return;
    size_t& pseudo = part_.begin;
    while (pseudo < fields.size() && fields.begin()[pseudo].name.starts_with(':')) ++pseudo;
    const FieldsView prepared = head.fields();
    Field* end = std::uninitialized_copy_n(fields.begin(), pseudo, room_.begin());
    end = std::uninitialized_copy(prepared.begin(), prepared.end(), end);
    std::uninitialized_copy(fields.begin() + pseudo, fields.end(), end);
  }
  FieldsView all() {
    const bool alone = size_ == head_.fields().size();
    return alone ? head_.fields() : FieldsView(room_.begin(), size_);
  }
  // The part of the list that is the head's.
  const PreparedPart& part() const { return part_; }

 private:
  const PreparedHead& head_;
  const size_t size_;
  FieldsRoom room_;
  PreparedPart part_;
};

}  // namespace

Connection::Connection(Role role, const Options& options, TimePoint now)
    : Connection(std::make_shared<const Options>(options), role, now) {}

Connection::Connection(std::shared_ptr<const Options> options, Role role, TimePoint now) {
  HEADRACE_EXPECTS(options != nullptr, "Connection::Connection()", "the options are not null");
  std::unique_ptr<Protocol>* place = &protocol_;
  if (options->record != nullptr) {
    auto recording = std::make_unique<Recording>(role, *options, now);
    options = recording->options();
    place = recording->place();
    protocol_ = std::move(recording);
  }
  switch (options->protocol) {
    case ProtocolVersion::kHttp2:
      *place = std::make_unique<Engine>(role, std::move(options), now);
      break;
    case ProtocolVersion::kHttp1:
      *place = std::make_unique<http1::Engine>(role, std::move(options), now);
      break;
    case ProtocolVersion::kDetect:
      *place = std::make_unique<Detection>(role, std::move(options), now, place);
      break;
  }
}

Connection::Connection(std::unique_ptr<Protocol> protocol) : protocol_(std::move(protocol)) {}

Connection::~Connection() {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::~Connection()");
}

EventRange Connection::receive(ByteView bytes, TimePoint now) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::receive()");
  live_range_.end();
  protocol_->receive(bytes, now);
  return EventRange(&live_range_);
}

EventRange Connection::advance(TimePoint now) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::advance()");
  live_range_.end();
  protocol_->advance(now);
  return EventRange(&live_range_);
}

EventRange Connection::end_of_input(TimePoint now, bool in_order) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::end_of_input()");
  live_range_.end();
  in_order ? protocol_->end_of_input(now) : protocol_->lose_transport(now);
  return EventRange(&live_range_);
}

const Event* Connection::step() {
  const EntryGuard::Entry entry(protocol_->guard, "EventRange, its next step");
  return protocol_->step();
}

void Connection::end_of_range() { protocol_->end_of_range(); }

void Connection::trim() {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::trim()");
  live_range_.end();  // also frees kept input that has been parsed
  protocol_->predecessor.reset();
  protocol_->trim();
}

bool Connection::has_events() const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::has_events()");
  return protocol_->has_events();
}

bool Connection::wants_input() const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::wants_input()");
  return protocol_->wants_input();
}

TimePoint Connection::next_deadline() const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::next_deadline()");
  return protocol_->next_deadline();
}

RequestResult Connection::submit_request(FieldsView fields, Body body, UserData user_data) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::submit_request()");
  return protocol_->submit_request(fields, std::move(body), user_data);
}

RequestResult Connection::submit_push(StreamId stream_id, FieldsView fields, UserData user_data) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::submit_push()");
  return protocol_->submit_push(stream_id, fields, user_data);
}

SubmitResult Connection::submit_response(StreamId stream_id, FieldsView fields, Body body) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::submit_response()");
  return protocol_->submit_response(stream_id, fields, std::move(body));
}
SubmitResult Connection::submit_response(StreamId stream_id, int status, FieldsView fields,
                                         Body body) {
  return with_status(status, fields, [&](FieldsView head) {
    return submit_response(stream_id, head, std::move(body));
  });
}

SubmitResult Connection::submit_response(StreamId stream_id, const PreparedHead& head,
                                         FieldsView fields, Body body) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::submit_response()");
  JoinedFields joined(head, fields);
  return protocol_->submit_prepared_response(stream_id, joined.all(), joined.part(),
                                             std::move(body));
}

RequestResult Connection::submit_request(const PreparedHead& head, FieldsView fields, Body body,
                                         UserData user_data) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::submit_request()");
  JoinedFields joined(head, fields);
  return protocol_->submit_prepared_request(joined.all(), joined.part(), std::move(body),
                                            user_data);
}

void Connection::set_time_of_day(std::chrono::system_clock::time_point now) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::set_time_of_day()");
  protocol_->set_time_of_day(now);
}

SubmitResult Connection::submit_informational(StreamId stream_id, FieldsView fields) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::submit_informational()");
  return protocol_->submit_informational(stream_id, fields);
}
SubmitResult Connection::submit_informational(StreamId stream_id, int status, FieldsView fields) {
  return with_status(status, fields,
                     [&](FieldsView head) { return submit_informational(stream_id, head); });
}

SendResult Connection::send_data(StreamId stream_id, ByteView bytes, bool end_stream) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::send_data()");
  return protocol_->send_data(stream_id, bytes, end_stream);
}

SendResult Connection::send_data(StreamId stream_id, Body&& chunk, bool end_stream) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::send_data()");
  if (chunk.kind() != Body::Kind::kOwned || chunk.trailers_expected()) {
    return {SubmitError::kInvalidArgument, 0, &kOwnedChunk};
  }
  return protocol_->send_chunk(stream_id, std::move(chunk), end_stream);
}

SubmitResult Connection::send_trailers(StreamId stream_id, FieldsView fields) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::send_trailers()");
  return protocol_->send_trailers(stream_id, fields);
}

SubmitResult Connection::resume(StreamId stream_id) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::resume()");
  return protocol_->resume(stream_id);
}

SubmitResult Connection::reset_stream(StreamId stream_id, ErrorCode code) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::reset_stream()");
  return protocol_->reset_stream(stream_id, code);
}

SubmitResult Connection::credit(StreamId stream_id, uint32_t size) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::credit()");
  return protocol_->credit(stream_id, size);
}

SubmitResult Connection::set_automatic_credit(StreamId stream_id, bool automatic) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::set_automatic_credit()");
  return protocol_->set_automatic_credit(stream_id, automatic);
}

SubmitResult Connection::set_receive_window(StreamId stream_id, uint32_t size) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::set_receive_window()");
  return protocol_->set_receive_window(stream_id, size);
}

SubmitResult Connection::set_user_data(StreamId stream_id, UserData user_data) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::set_user_data()");
  return protocol_->set_user_data(stream_id, user_data);
}

SubmitResult Connection::update_priority(StreamId stream_id, const Priority& priority) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::update_priority()");
  return protocol_->update_priority(stream_id, priority);
}

SubmitResult Connection::submit_settings(std::span<const Setting> settings) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::submit_settings()");
  return protocol_->submit_settings(settings);
}

SubmitResult Connection::ping(uint64_t opaque) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::ping()");
  return protocol_->ping(opaque);
}

SubmitResult Connection::submit_frame(uint8_t type, uint8_t flags, StreamId stream_id,
                                      ByteView payload) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::submit_frame()");
  return protocol_->submit_frame(type, flags, stream_id, payload);
}

SubmitResult Connection::shutdown(std::string_view debug_data) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::shutdown()");
  return protocol_->shutdown(debug_data);
}

SubmitResult Connection::shutdown(std::span<const uint8_t> debug_data) {
  return shutdown(text(debug_data));
}

SubmitResult Connection::shutdown(std::span<const std::byte> debug_data) {
  return shutdown(text(debug_data));
}

SubmitResult Connection::terminate(ErrorCode code, std::string_view debug_data) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::terminate()");
  return protocol_->terminate(code, debug_data);
}

SubmitResult Connection::terminate(ErrorCode code, std::span<const uint8_t> debug_data) {
  return terminate(code, text(debug_data));
}

SubmitResult Connection::terminate(ErrorCode code, std::span<const std::byte> debug_data) {
  return terminate(code, text(debug_data));
}

std::span<const ConstBuffer> Connection::pending_output(size_t max_bytes) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::pending_output()");
  const gsl::span<const ConstBuffer> output = protocol_->pending_output(max_bytes);
  return {output.data(), output.size()};
}

void Connection::sent(size_t size, TimePoint now) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::sent()");
  protocol_->sent(size, now);
}

void Connection::sent(size_t size) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::sent()");
  protocol_->sent(size);
}

void Connection::released(size_t size) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::released()");
  protocol_->released(size);
}

bool Connection::wants_output() const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::wants_output()");
  return protocol_->wants_output();
}

bool Connection::should_close() const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::should_close()");
  return protocol_->should_close();
}

bool Connection::should_reset() const {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::should_reset()");
  return protocol_->should_reset();
}

Ledger& Connection::ledger() { return protocol_->ledger(); }

void Connection::set_memory_pressure(bool pressed) {
  const EntryGuard::Entry entry(protocol_->guard, "Connection::set_memory_pressure()");
  protocol_->set_memory_pressure(pressed);
}

HEADRACE_ABI_END
}  // namespace headrace
