#include <gsl/span>

#include "headrace/protocol/connection/engine.h"
#include "headrace/protocol/frame/frame_writer.h"

// Field blocks -> messages (RFC 9113 §4.3, §8). A block is decoded before its stream is looked up,
// so that the HPACK table is right whatever becomes of the stream.

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr Rule kConcurrency = {"RFC 9113 §5.1.2",
                               "no more streams are open than MAX_CONCURRENT_STREAMS"};
constexpr Rule kStreamMemory = {"limits.h connection_memory",
                                "a stream fits into the connection's memory budget"};
constexpr Rule kCookieMemory = {"limits.h connection_memory",
                                "joined cookies fit into the connection's memory budget"};
constexpr Rule kTunnel = {"RFC 9113 §8.5", "a connected tunnel carries DATA and nothing else"};
constexpr std::string_view kContentLengthName = "content-length";
constexpr Rule kListSize = {"limits.h field_list_size",
                            "a field section stays within the limits of a field list"};

}  // namespace

EventPtr Engine::on_headers(gsl::span<const uint8_t> payload) {
  static constexpr Rule kClientIds = {"RFC 9113 §5.1.1", "a client uses odd-numbered streams"};
  static constexpr Rule kServerPromises = {
      "RFC 9113 §5.1", "a server answers requests, and opens streams with PUSH_PROMISE only"};
  PaddedPayload parsed;
  ErrorDetail error;
  FrameFault fault = parse_padded(inbound_.header(), payload, &parsed, &error);
  if (fault == FrameFault::kConnection) {
    fail(error);
    return nullptr;
  }
  const StreamId id = inbound_.header().stream_id;
  if ((role_ == Role::kClient || streams_.is_own(id)) &&
      streams_.state_of(id, streams_.find(id)) == StreamState::kIdle) {
    fail(ErrorCode::kProtocolError, role_ == Role::kClient ? kServerPromises : kClientIds, id);
    return nullptr;
  }
  return begin_block(parsed.content, 0, fault == FrameFault::kStream);
}

// §6.6. Client role.
EventPtr Engine::on_push_promise(gsl::span<const uint8_t> payload) {
  static constexpr Rule kOnRequest = {
      "RFC 9113 §6.6", "a PUSH_PROMISE comes on a stream that the client has opened"};
  static constexpr Rule kNewId = {
      "RFC 9113 §5.1.1", "a promised stream has an even identifier above all that were used"};
  PaddedPayload parsed;
  ErrorDetail error;
  if (parse_padded(inbound_.header(), payload, &parsed, &error) != FrameFault::kNone) {
    fail(error);
  } else if (!streams_.is_own(inbound_.header().stream_id)) {
    fail(ErrorCode::kProtocolError, kOnRequest, inbound_.header().stream_id);
  } else if (parsed.promised_stream_id == 0 || streams_.is_own(parsed.promised_stream_id) ||
             parsed.promised_stream_id <= streams_.last_peer()) {
    fail(ErrorCode::kProtocolError, kNewId, parsed.promised_stream_id, streams_.last_peer());
  } else {
    return begin_block(parsed.content, parsed.promised_stream_id, /*depends_on_itself=*/false);
  }
  return nullptr;
}

EventPtr Engine::begin_block(gsl::span<const uint8_t> fragment, StreamId promised_stream_id,
                             bool depends_on_itself) {
  const bool end_stream = promised_stream_id == 0 && inbound_.header().has(flags::kEndStream);
  field_reader_.begin(
      {inbound_.header().stream_id, promised_stream_id, end_stream, depends_on_itself});
  // The usual case: the whole block lies in the payload and is decoded where it is.
  if (inbound_.header().has(flags::kEndHeaders)) return on_field_block(fragment);
  return on_fragment(fragment);
}

EventPtr Engine::on_fragment(gsl::span<const uint8_t> fragment) {
  const bool last = inbound_.header().has(flags::kEndHeaders);
  const BlockRefused refused = field_reader_.add(
      fragment, last, {settings_.own().max_frame_size, settings_.field_list_size()});
  if (refused) {
    fail(limit_error(ErrorCode::kEnhanceYourCalm, *refused.rule, refused.hit));
    return nullptr;
  }
  return last ? on_field_block(field_reader_.kept()) : nullptr;
}

EventPtr Engine::on_field_block(gsl::span<const uint8_t> octets) {
  deadlines_.stop(Deadline::kFieldBlock);
  const FieldBlock& block = field_reader_.block();
  // What a client receives is responses, but for promised requests.
  const bool is_request = role_ == Role::kServer || block.promised_stream_id != 0;
  const SectionRead section = field_reader_.read(octets, is_request, settings_.field_list_size());
  using Status = SectionRead::Status;
  if (section.status == Status::kMalformed) {
    fail(ErrorCode::kCompressionError, *section.rule, section.offset);
    return nullptr;
  }
  if (section.status == Status::kNoMemory) {
    fail(limit_error(ErrorCode::kEnhanceYourCalm, *section.rule, section.hit));
    return nullptr;
  }
  const LimitHit* too_large = section.status == Status::kTooLarge ? &section.hit : nullptr;
  if (block.promised_stream_id != 0) return on_promise(too_large);
  Stream* stream = streams_.find(block.stream_id);
  StreamState before = streams_.state_of(block.stream_id, stream);
  if (!receive_on(stream, StreamInput::kHeaders)) return nullptr;
  if (before == StreamState::kIdle) return on_request(too_large);
  return stream->exchange.head_received() ? on_trailers(stream, too_large)
                                          : on_response(stream, too_large);
}

// The stream has just left the idle state.
EventPtr Engine::on_request(const LimitHit* too_large) {
  StreamId id = field_reader_.block().stream_id;
  streams_.note_peer(id);
  const std::optional<Priority> priority = priorities_.open_idle(id);
  if (!going_away_.takes(id)) {  // §6.8: sent before our GOAWAY arrived; the client will retry
    streams_.refuse(id);
    return nullptr;
  }
  if (streams_.peer_count() >= settings_.concurrent_streams()) {
    fail_stream(limit_error(ErrorCode::kRefusedStream, kConcurrency,
                            {Limit::kConcurrentStreams, settings_.concurrent_streams(),
                             uint64_t{streams_.peer_count()} + 1}));
    return nullptr;
  }
  Stream* stream = streams_.create_peer(id, StreamInput::kHeaders);
  if (stream == nullptr) {
    fail_stream(limit_error(ErrorCode::kRefusedStream, kStreamMemory, memory_refused()));
    return nullptr;
  }
  stream->exchange.note_head_received();
  credit_.open(&stream->credit, id);

  if (field_reader_.block().depends_on_itself) {
    fail_stream(frame_error(ErrorCode::kProtocolError, kSelfDependency));
    return nullptr;
  }
  if (too_large) {
    hit(*too_large);
    if (field_reader_.block().end_stream) end_of_message(stream);
    refuse_too_large(stream, *too_large);
    return nullptr;
  }
  MessageOptions rules{options_.trim_field_values, settings_.own().enable_connect_protocol != 0,
                       options_.accept_local_authority, options_.accept_path_fragment};
  std::string_view field;
  RequestHead head;
  if (const Rule* rule = check_request(field_reader_.fields(), rules, &head, &field)) {
    fail_stream(frame_error(ErrorCode::kProtocolError, *rule), field);
    return nullptr;
  }
  if (!stream->exchange.receive_request(head, field_reader_.block().end_stream)) {
    fail_stream(frame_error(ErrorCode::kProtocolError, kContentLengthKept, 0,
                            static_cast<uint64_t>(stream->exchange.received().announced())),
                kContentLengthName);
    return nullptr;
  }
  if (!join_cookies(head)) {
    fail_stream(limit_error(ErrorCode::kEnhanceYourCalm, kCookieMemory, memory_refused()));
    return nullptr;
  }
  prioritize_request(stream, priority);
  ++statistics_.requests_received;
  priorities_.note_request();
  notices_.announce(stream);
  if (field_reader_.block().end_stream) end_of_message(stream);
  return recycler_.lend(
      RequestReceived{id, 0, field_reader_.block().end_stream, field_reader_.section()});
}

// §8.2.3: one cookie field of several. False: there is no memory for it.
bool Engine::join_cookies(const RequestHead& request) {
  return !request.has_split_cookie || !options_.join_cookies || field_reader_.join_cookies();
}

// The final response, or an interim one.
EventPtr Engine::on_response(Stream* stream, const LimitHit* too_large) {
  static constexpr Rule kInterimEnds = {"RFC 9113 §8.1",
                                        "an interim response does not end its stream"};
  static constexpr Rule kInterimCount = {"limits.h informational_responses",
                                         "the interim responses of a request are few"};
  auto refuse = [this](ErrorCode code, const Rule& rule, uint64_t observed = 0,
                       uint64_t limit = 0) -> EventPtr {
    fail_stream(frame_error(code, rule, observed, limit));
    return nullptr;
  };
  auto refuse_beyond = [this](const Rule& rule, const LimitHit& reached) -> EventPtr {
    fail_stream(limit_error(ErrorCode::kEnhanceYourCalm, rule, reached));
    return nullptr;
  };
  if (field_reader_.block().depends_on_itself)
    return refuse(ErrorCode::kProtocolError, kSelfDependency);
  if (too_large) return refuse_beyond(kListSize, *too_large);
  MessageOptions rules{options_.trim_field_values};
  ResponseHead head;
  std::string_view field;
  if (const Rule* broken = check_response(field_reader_.fields(), rules, &head, &field)) {
    fail_stream(frame_error(ErrorCode::kProtocolError, *broken), field);
    return nullptr;
  }
  const StreamId id = stream->id;
  const uintptr_t user_data = stream->user_data;
  if (head.status < 200) {
    const uint16_t limit = options_.limits.informational_responses;
    if (field_reader_.block().end_stream)
      return refuse(ErrorCode::kProtocolError, kInterimEnds, head.status);
    if (stream->exchange.informational_received() >= limit) {
      return refuse_beyond(kInterimCount,
                           {Limit::kInformationalResponses, limit, uint64_t{limit} + 1});
    }
    stream->exchange.receive_informational();
    return recycler_.lend(
        InformationalReceived{id, user_data, false, head.status, field_reader_.section()});
  }
  if (!stream->exchange.receive_response(head, field_reader_.block().end_stream)) {
    fail_stream(frame_error(ErrorCode::kProtocolError, kContentLengthKept, 0,
                            static_cast<uint64_t>(stream->exchange.received().announced())),
                kContentLengthName);
    return nullptr;
  }
  ++statistics_.responses_received;
  if (field_reader_.block().end_stream) end_of_message(stream);
  return recycler_.lend(ResponseReceived{id, user_data, field_reader_.block().end_stream,
                                         head.status, field_reader_.section()});
}

// RFC 9113 §8.4. The stream that it came on may be one that we have reset: the promise was in
// flight then, and is declined.
EventPtr Engine::on_promise(const LimitHit* too_large) {
  static constexpr Rule kNotWanted = {"RFC 9113 §8.4", "a push that is not wanted is declined"};
  Stream* on = streams_.find(field_reader_.block().stream_id);
  const StreamState before = streams_.state_of(field_reader_.block().stream_id, on);
  if (!receive_on(on, StreamInput::kPushPromise)) return nullptr;
  const StreamId id = field_reader_.block().promised_stream_id;
  streams_.note_peer(id);
  if (!going_away_.takes(id)) {  // §6.8: sent before our GOAWAY arrived
    streams_.refuse(id);
    return nullptr;
  }
  auto decline_with = [&](StreamError error, std::string_view field) -> EventPtr {
    error.stream_id = id;
    fail_stream(error, field);
    return nullptr;
  };
  auto decline = [&](ErrorCode code, const Rule& rule, std::string_view field = {}) {
    return decline_with(frame_error(code, rule), field);
  };
  auto decline_beyond = [&](ErrorCode code, const Rule& rule, const LimitHit& reached) {
    return decline_with(limit_error(code, rule, reached), {});
  };
  if (is_closed(before)) return decline(ErrorCode::kCancel, kNotWanted);
  if (on->exchange.is_tunnel()) {
    fail_stream(frame_error(ErrorCode::kProtocolError, kTunnel));
    return decline(ErrorCode::kCancel, kNotWanted);
  }
  if (settings_.announced().enable_push == 0) return decline(ErrorCode::kRefusedStream, kNotWanted);
  if (streams_.peer_count() >= settings_.concurrent_streams()) {
    return decline_beyond(ErrorCode::kRefusedStream, kConcurrency,
                          {Limit::kConcurrentStreams, settings_.concurrent_streams(),
                           uint64_t{streams_.peer_count()} + 1});
  }
  // Never refused, because a client's streams have no budget; their number was just looked at.
  Stream* stream = streams_.create_peer(id, StreamInput::kPromised);
  credit_.open(&stream->credit, id);
  if (too_large) return decline_beyond(ErrorCode::kEnhanceYourCalm, kListSize, *too_large);
  MessageOptions rules{options_.trim_field_values};
  std::string_view field;
  RequestHead head;
  if (const Rule* rule = check_request(field_reader_.fields(), rules, &head, &field)) {
    return decline(ErrorCode::kProtocolError, *rule, field);
  }
  if (const Rule* rule = check_promise(head, &field)) {
    return decline(ErrorCode::kProtocolError, *rule, field);
  }
  stream->exchange.set_request(head);
  if (!join_cookies(head)) {
    return decline_beyond(ErrorCode::kEnhanceYourCalm, kCookieMemory, memory_refused());
  }
  notices_.announce(stream);
  return recycler_.lend(PushPromiseReceived{on->id, on->user_data, id, field_reader_.section()});
}

EventPtr Engine::on_trailers(Stream* stream, const LimitHit* too_large) {
  static constexpr Rule kEndStream = {"RFC 9113 §8.1", "a trailer section ends its stream"};
  // To HEAD, however, a response has no content, and may have the trailers that GET would get
  // (§9.3.2).
  static constexpr Rule kNoTrailers = {"RFC 9110 §15.3.5, §15.4.5",
                                       "a 204 or 304 response ends with its head"};
  if (!stream->notice.announced()) {  // the rest of a request that was answered 431
    if (field_reader_.block().end_stream) end_of_message(stream);
    return nullptr;
  }
  MessageOptions rules{options_.trim_field_values};
  const Rule* broken = nullptr;
  std::string_view field;
  if (field_reader_.block().depends_on_itself) {
    broken = &kSelfDependency;
  } else if (!field_reader_.block().end_stream) {
    broken = &kEndStream;
  } else if (stream->exchange.is_tunnel()) {
    broken = &kTunnel;
  } else if (stream->exchange.ends_with_head()) {
    broken = &kNoTrailers;
  } else if (too_large) {
    fail_stream(limit_error(ErrorCode::kEnhanceYourCalm, kListSize, *too_large));
    return nullptr;
  } else if (!stream->exchange.received().allows(0, /*end=*/true)) {
    broken = &kContentLengthKept;
    field = kContentLengthName;
  } else {
    broken = check_trailers(field_reader_.fields(), rules, &field);
  }
  if (broken != nullptr) {
    fail_stream(frame_error(ErrorCode::kProtocolError, *broken), field);
    return nullptr;
  }
  StreamId id = stream->id;
  uintptr_t user_data = stream->user_data;
  end_of_message(stream);
  return recycler_.lend(TrailersReceived{id, user_data, true, field_reader_.section()});
}

// The peer's END_STREAM has been accepted.
void Engine::end_of_message(Stream* stream) {
  const Transition end = streams_.receive(stream->id, stream, StreamInput::kEndStream);
  credit_.stop(&stream->credit);
  if (is_closed(end.next)) close_stream(stream, {end.next, ClosedBy::kEnd, StreamError{}});
}

// RFC 6585 §5: the request's fields were too large to be looked at. The application never hears of
// it.
void Engine::refuse_too_large(Stream* stream, const LimitHit& reached) {
  ++statistics_.requests_too_large;
  StreamError refused =
      frame_error(ErrorCode::kNoError, kListSize, reached.observed, reached.bound);
  refused.bound = reached.limit;
  observe_refused(refused);
  static constexpr Field kHead[] = {{":status", "431"}};
  const FieldsView fields = gsl::span<const Field>(kHead);
  begin_message(stream, outgoing_head(stream, fields, Body::none()), /*end_stream=*/true);
  count_reply();
  finish_sending(stream);
}

HEADRACE_ABI_END
}  // namespace headrace
