#include <utility>

#include "headrace/protocol/connection/engine.h"

// Streams of our own: requests, which wait above the peer's limit of streams, and server push.

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr Rule kPeerListSize = {"RFC 9113 §10.5.1",
                                "a request's fields are within the peer's MAX_HEADER_LIST_SIZE"};

}  // namespace

RequestResult Engine::submit_request(FieldsView fields, Body&& body, uintptr_t user_data) {
  if (role_ != Role::kClient) return {SubmitError::kWrongRole};
  if (phase_ != Phase::kOpen) return {SubmitError::kConnectionGone};
  if (going_away_.under_way()) return {SubmitError::kGoingAway};
  if (streams_.own_ids_exhausted()) return {SubmitError::kStreamIdsExhausted};
  RequestHead head;
  if (const Rule* rule = check_fields(fields, body, &head)) {
    return {SubmitError::kInvalidFields, rule};
  }
  if (exceeds_peer_limit(fields)) return {SubmitError::kTooLarge, &kPeerListSize};
  Stream* stream = create_own_stream(head, user_data);
  if (stream == nullptr) return {SubmitError::kTooManyStreams};
  const StreamId id = stream->id;
  stream->body.start(std::move(body), options_.send_buffer_size);
  ContentLength content;
  if (options_.validate_outbound) content.announce(head.content_length);
  stream->exchange.begin_sending(content, /*tunnel=*/false);
  if (head.has_priority) merge_own_priority(stream, fields);
  ++statistics_.requests_sent;
  if (waiting_heads_.empty() && streams_.own_count() < own_streams_limit()) {
    open_request(stream, fields);
  } else {
    waiting_heads_.hold(stream, fields, &blocks_);
  }
  return {SubmitError::kNone, nullptr, id};
}

RequestResult Engine::submit_push(StreamId stream_id, FieldsView fields, uintptr_t user_data) {
  if (role_ != Role::kServer) return {SubmitError::kWrongRole};
  SubmitError error;
  Stream* on = find_for_command(stream_id, &error);
  if (on == nullptr) return {error};
  // §6.6: on a stream of the client's, before its end. §8.5: not in a tunnel.
  if (streams_.is_own(stream_id) || on->exchange.sending_ended() || on->exchange.is_tunnel() ||
      !on_send(on->life.state(), StreamInput::kPushPromise).accepted()) {
    return {SubmitError::kWrongState};
  }
  if (settings_.peer().enable_push == 0) return {SubmitError::kPushDisabled};
  if (going_away_.under_way()) return {SubmitError::kGoingAway};
  if (streams_.own_ids_exhausted()) return {SubmitError::kStreamIdsExhausted};
  // A reserved stream does not count yet (§5.1.2), but its response would have to wait.
  if (streams_.own_count() >= own_streams_limit()) return {SubmitError::kTooManyStreams};
  RequestHead head;
  if (const Rule* rule = check_fields(fields, Body::none(), &head)) {
    return {SubmitError::kInvalidFields, rule};
  }
  if (exceeds_peer_limit(fields)) return {SubmitError::kTooLarge, &kPeerListSize};
  if (const Rule* rule = check_promise(head)) return {SubmitError::kInvalidFields, rule};
  Stream* stream = create_own_stream(head, user_data);
  if (stream == nullptr) return {SubmitError::kTooManyStreams};
  (void)streams_.send(stream, StreamInput::kPromised);
  stream->exchange.note_head_received();
  streams_.count(stream);
  if (head.has_priority) merge_own_priority(stream, fields);
  write_promise(stream_id, stream->id, fields);
  return {SubmitError::kNone, nullptr, stream->id};
}

uint32_t Engine::own_streams_limit() const {
  return settings_.peer_known() ? settings_.peer().max_concurrent_streams
                                : options_.assumed_concurrent_streams;
}

Stream* Engine::create_own_stream(const RequestHead& request, uintptr_t user_data) {
  Stream* stream = streams_.create_own();
  if (stream == nullptr) return nullptr;
  if (streams_.size() == 1) deadlines_.began(now_);
  if (streams_.own_ids_exhausted() && role_ == Role::kClient) notices_.add_ids_exhausted();
  stream->exchange.set_request(request);
  notices_.announce(stream);
  stream->user_data = user_data;
  credit_.open(&stream->credit, stream->id);
  stream->priority = priorities_.initial(request.is_connect);
  return stream;
}

// The request goes out: from now on the stream is open.
void Engine::open_request(Stream* stream, FieldsView fields) {
  streams_.count(stream);
  start_message(stream, fields, /*bodiless=*/false);
  if (stream->signals.update_due()) write_priority_update(stream);
}

bool Engine::can_open_waiting() const {
  return phase_ == Phase::kOpen && !waiting_heads_.empty() &&
         (role_ == Role::kServer || streams_.own_count() < own_streams_limit());
}

void Engine::open_waiting(size_t max_bytes) {
  while (can_open_waiting() && outbox_.unsent() < max_bytes) {
    Stream* stream = waiting_heads_.front();
    const HeldFields head = waiting_heads_.take(stream);
    if (role_ == Role::kServer) {
      open_response(stream, head.view());
    } else {
      open_request(stream, head.view());
    }
  }
}

HEADRACE_ABI_END
}  // namespace headrace
