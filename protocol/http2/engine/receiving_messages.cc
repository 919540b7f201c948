#include "headrace/protocol/http2/engine/receiving_messages.h"

#include <optional>

#include "headrace/protocol/frame/frame_parser.h"

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
constexpr Rule kListSize = {"limits.h field_list_size",
                            "a field section stays within the limits of a field list"};

}  // namespace

[[gnu::always_inline]] inline const Event* ReceivingMessages::begin_block(
    gsl::span<const uint8_t> fragment, StreamId promised_id, bool depends_on_itself) const {
  const bool end_stream = promised_id == 0 && inbound().header().has(flags::kEndStream);
  field_reader().begin({inbound().header().stream_id, promised_id, end_stream, depends_on_itself});
  // Usually the whole block lies in the payload, and is decoded there.
  if (inbound().header().has(flags::kEndHeaders)) return on_field_block(fragment);
  if (!deadlines().runs(Deadline::kFieldBlock)) deadlines().start(Deadline::kFieldBlock, now());
  return on_fragment(fragment);
}

const Event* ReceivingMessages::on_headers(gsl::span<const uint8_t> payload) const {
  static constexpr Rule kClientIds = {"RFC 9113 §5.1.1", "a client uses odd-numbered streams"};
  static constexpr Rule kServerPromises = {
      "RFC 9113 §5.1", "a server answers requests, and opens streams with PUSH_PROMISE only"};
  const FrameHeader& header = inbound().header();
  FrameFault fault = FrameFault::kNone;
  if ((header.flags & (flags::kPadded | flags::kPriority)) != 0) {
    PaddedPayload parsed;
    ErrorDetail error;
    fault = parse_padded(header, payload, &parsed, &error);
    if (fault == FrameFault::kConnection) {
      ending().fail(error);
      return nullptr;
    }
    payload = parsed.content;
  }
  const StreamId id = header.stream_id;
  if ((role() == Role::kClient || streams().is_own(id)) &&
      streams().state_of(id, streams().find(id)) == StreamState::kIdle) {
    ending().fail(ErrorCode::kProtocolError, role() == Role::kClient ? kServerPromises : kClientIds,
                  id);
    return nullptr;
  }
  return begin_block(payload, 0, fault == FrameFault::kStream);
}

// §6.6. Client role.
const Event* ReceivingMessages::on_push_promise(gsl::span<const uint8_t> payload) const {
  static constexpr Rule kOnRequest = {
      "RFC 9113 §6.6", "a PUSH_PROMISE comes on a stream that the client has opened"};
  static constexpr Rule kNewId = {
      "RFC 9113 §5.1.1", "a promised stream has an even identifier above all that were used"};
  PaddedPayload parsed;
  ErrorDetail error;
  if (parse_padded(inbound().header(), payload, &parsed, &error) != FrameFault::kNone) {
    ending().fail(error);
  } else if (!streams().is_own(inbound().header().stream_id)) {
    ending().fail(ErrorCode::kProtocolError, kOnRequest, inbound().header().stream_id);
  } else if (parsed.promised_stream_id == 0 || streams().is_own(parsed.promised_stream_id) ||
             parsed.promised_stream_id <= streams().last_peer()) {
    ending().fail(ErrorCode::kProtocolError, kNewId, parsed.promised_stream_id,
                  streams().last_peer());
  } else {
    return begin_block(parsed.content, parsed.promised_stream_id, /*depends_on_itself=*/false);
  }
  return nullptr;
}

const Event* ReceivingMessages::on_fragment(gsl::span<const uint8_t> fragment) const {
  const bool last = inbound().header().has(flags::kEndHeaders);
  const BlockRefused refused = field_reader().add(
      fragment, last, {settings().own().max_frame_size, settings().field_list_size()});
  if (refused) {
    ending().fail(ending().limit_error(ErrorCode::kEnhanceYourCalm, *refused.rule, refused.hit));
    return nullptr;
  }
  return last ? on_field_block(field_reader().kept()) : nullptr;
}

const Event* ReceivingMessages::on_field_block(gsl::span<const uint8_t> octets) const {
  deadlines().stop(Deadline::kFieldBlock);
  const FieldBlock& block = field_reader().block();
  // A client receives responses and promised requests.
  const bool is_request = role() == Role::kServer || block.promised_stream_id != 0;
  const SectionRead section = field_reader().read(octets, is_request, settings().field_list_size());
  using Status = SectionRead::Status;
  if (section.status == Status::kMalformed) {
    ending().fail(ErrorCode::kCompressionError, *section.rule, section.offset);
    return nullptr;
  }
  if (section.status == Status::kNoMemory) {
    ending().fail(ending().limit_error(ErrorCode::kEnhanceYourCalm, *section.rule, section.hit));
    return nullptr;
  }
  const LimitHit* too_large = section.status == Status::kTooLarge ? &section.hit : nullptr;
  if (block.promised_stream_id != 0) return on_promise(too_large);
  Stream* const stream = streams().find_used(block.stream_id);
  const StreamState before = streams().state_of(block.stream_id, stream);
  if (!ending().receive_on(stream, StreamInput::kHeaders)) return nullptr;
  if (before == StreamState::kIdle) return on_request(too_large);
  return stream->exchange.head_received() ? on_trailers(stream, too_large)
                                          : on_response(stream, too_large);
}

// The stream of a request that has just left the idle state. Null: it is refused.
[[gnu::always_inline]] inline Stream* ReceivingMessages::open_stream(StreamId id) const {
  streams().note_peer(id);
  if (!going_away().takes(id)) {  // §6.8: sent before our GOAWAY arrived; the client will retry
    streams().refuse(id);
    return nullptr;
  }
  if (streams().peer_count() >= settings().concurrent_streams()) {
    ending().fail_stream(
        ending().limit_error(ErrorCode::kRefusedStream, kConcurrency,
                             {Limit::kConcurrentStreams, settings().concurrent_streams(),
                              uint64_t{streams().peer_count()} + 1}));
    return nullptr;
  }
  const bool content = !field_reader().block().end_stream;
  Stream* stream = streams().create_peer(id, StreamInput::kHeaders, content);
  if (stream == nullptr) {
    ending().fail_stream(
        ending().limit_error(ErrorCode::kRefusedStream, kStreamMemory, ending().memory_refused()));
    return nullptr;
  }
  stream->exchange.note_head_received();
  if (content) credit().open(&stream->incoming->credit, id);
  return stream;
}

// `length`: as the head says. False: the message ends with it, although that is not 0 (§8.1.1).
bool ReceivingMessages::begin_content(Stream* stream, int64_t length, bool ends) const {
  if (!ends) stream->incoming->content.announce(length);
  if (!ends || length <= 0) return true;
  const auto limit = static_cast<uint64_t>(length);
  ending().fail_stream(
      ending().frame_error(ErrorCode::kProtocolError, kContentLengthKept, 0, limit),
      "content-length");
  return false;
}

const Event* ReceivingMessages::on_request(const LimitHit* too_large) const {
  const StreamId id = field_reader().block().stream_id;
  const std::optional<Priority> priority = priorities().open_idle(id);
  Stream* stream = open_stream(id);
  if (stream == nullptr) return nullptr;
  if (field_reader().block().depends_on_itself) {
    ending().fail_stream(ending().frame_error(ErrorCode::kProtocolError, kSelfDependency));
    return nullptr;
  }
  if (too_large) {
    reports().hit(*too_large);
    if (field_reader().block().end_stream) ending().end_of_message(stream);
    refuse_too_large(stream, *too_large);
    return nullptr;
  }
  MessageOptions rules{options().trim_field_values, settings().own().enable_connect_protocol != 0,
                       options().accept_local_authority, options().accept_path_fragment};
  std::string_view field;
  RequestHead head;
  if (const Rule* rule = check_request(field_reader().fields(), rules, &head, &field)) {
    ending().fail_stream(ending().frame_error(ErrorCode::kProtocolError, *rule), field);
    return nullptr;
  }
  stream->exchange.receive_request(head);
  const bool ends = field_reader().block().end_stream;
  if (!begin_content(stream, head.content_length, ends)) return nullptr;
  if (!join_cookies(head)) {
    ending().fail_stream(ending().limit_error(ErrorCode::kEnhanceYourCalm, kCookieMemory,
                                              ending().memory_refused()));
    return nullptr;
  }
  prioritizing().prioritize_request(stream, priority);
  ++reports().counts().requests_received;
  priorities().note_request();
  notices().announce(stream);
  if (ends) ending().end_of_message(stream);
  if (head.expects_continue) sending_heads().owe_continue(stream);
  return recycler().make(RequestReceived{id, 0, ends, field_reader().section()});
}

// §8.2.3: one cookie field of several. False: no memory.
bool ReceivingMessages::join_cookies(const RequestHead& request) const {
  return !request.has_split_cookie || !options().join_cookies || field_reader().join_cookies();
}

// The final response, or an interim one.
const Event* ReceivingMessages::on_response(Stream* stream, const LimitHit* too_large) const {
  static constexpr Rule kInterimEnds = {"RFC 9113 §8.1",
                                        "an interim response does not end its stream"};
  static constexpr Rule kInterimCount = {"limits.h informational_responses",
                                         "interim responses are limited (informational_responses)"};
  auto refuse = [this](ErrorCode code, const Rule& rule, uint64_t observed = 0) -> const Event* {
    ending().fail_stream(ending().frame_error(code, rule, observed));
    return nullptr;
  };
  auto refuse_beyond = [this](const Rule& rule, const LimitHit& reached) -> const Event* {
    ending().fail_stream(ending().limit_error(ErrorCode::kEnhanceYourCalm, rule, reached));
    return nullptr;
  };
  if (field_reader().block().depends_on_itself)
    return refuse(ErrorCode::kProtocolError, kSelfDependency);
  if (too_large) return refuse_beyond(kListSize, *too_large);
  MessageOptions rules{options().trim_field_values};
  ResponseHead head;
  std::string_view field;
  if (const Rule* broken = check_response(field_reader().fields(), rules, &head, &field)) {
    ending().fail_stream(ending().frame_error(ErrorCode::kProtocolError, *broken), field);
    return nullptr;
  }
  const StreamId id = stream->id;
  const uintptr_t user_data = stream->user_data;
  if (head.status < 200) {
    const uint16_t limit = options().limits.informational_responses;
    if (field_reader().block().end_stream)
      return refuse(ErrorCode::kProtocolError, kInterimEnds, head.status);
    if (stream->exchange.informational_received() >= limit) {
      return refuse_beyond(kInterimCount,
                           {Limit::kInformationalResponses, limit, uint64_t{limit} + 1});
    }
    stream->exchange.receive_informational();
    return recycler().make(
        InformationalReceived{id, user_data, false, head.status, field_reader().section()});
  }
  const int64_t length = stream->exchange.receive_response(head);
  if (!begin_content(stream, length, field_reader().block().end_stream)) return nullptr;
  ++reports().counts().responses_received;
  if (field_reader().block().end_stream) ending().end_of_message(stream);
  return recycler().make(ResponseReceived{id, user_data, field_reader().block().end_stream,
                                          head.status, field_reader().section()});
}

// RFC 9113 §8.4. The stream that it came on may be one that we have reset: the promise was in
// flight then, and is declined.
const Event* ReceivingMessages::on_promise(const LimitHit* too_large) const {
  static constexpr Rule kNotWanted = {"RFC 9113 §8.4", "a push that is not wanted is declined"};
  Stream* on = streams().find(field_reader().block().stream_id);
  const StreamState before = streams().state_of(field_reader().block().stream_id, on);
  if (!ending().receive_on(on, StreamInput::kPushPromise)) return nullptr;
  const StreamId id = field_reader().block().promised_stream_id;
  streams().note_peer(id);
  if (!going_away().takes(id)) {  // §6.8: sent before our GOAWAY arrived
    streams().refuse(id);
    return nullptr;
  }
  auto decline_with = [&](StreamError error, std::string_view field) -> const Event* {
    error.stream_id = id;
    ending().fail_stream(error, field);
    return nullptr;
  };
  auto decline = [&](ErrorCode code, const Rule& rule, std::string_view field = {}) {
    return decline_with(ending().frame_error(code, rule), field);
  };
  auto decline_beyond = [&](ErrorCode code, const Rule& rule, const LimitHit& reached) {
    return decline_with(ending().limit_error(code, rule, reached), {});
  };
  if (is_closed(before)) return decline(ErrorCode::kCancel, kNotWanted);
  if (on->exchange.is_tunnel()) {
    ending().fail_stream(ending().frame_error(ErrorCode::kProtocolError, kTunnel));
    return decline(ErrorCode::kCancel, kNotWanted);
  }
  if (settings().announced().enable_push == 0)
    return decline(ErrorCode::kRefusedStream, kNotWanted);
  if (streams().peer_count() >= settings().concurrent_streams()) {
    return decline_beyond(ErrorCode::kRefusedStream, kConcurrency,
                          {Limit::kConcurrentStreams, settings().concurrent_streams(),
                           uint64_t{streams().peer_count()} + 1});
  }
  // Never refused, because a client's streams have no budget; their number was just looked at.
  Stream* stream = streams().create_peer(id, StreamInput::kPromised, /*content=*/true);
  credit().open(&stream->incoming->credit, id);
  if (too_large) return decline_beyond(ErrorCode::kEnhanceYourCalm, kListSize, *too_large);
  MessageOptions rules{options().trim_field_values};
  std::string_view field;
  RequestHead head;
  if (const Rule* rule = check_request(field_reader().fields(), rules, &head, &field)) {
    return decline(ErrorCode::kProtocolError, *rule, field);
  }
  if (const Rule* rule = check_promise(head, &field)) {
    return decline(ErrorCode::kProtocolError, *rule, field);
  }
  stream->exchange.set_request(head);
  if (!join_cookies(head)) {
    return decline_beyond(ErrorCode::kEnhanceYourCalm, kCookieMemory, ending().memory_refused());
  }
  notices().announce(stream);
  return recycler().make(PushPromiseReceived{on->id, on->user_data, id, field_reader().section()});
}

const Event* ReceivingMessages::on_trailers(Stream* stream, const LimitHit* too_large) const {
  static constexpr Rule kEndStream = {"RFC 9113 §8.1", "a trailer section ends its stream"};
  // To HEAD, however, a response has no content, and may have the trailers that GET would get
  // (§9.3.2).
  static constexpr Rule kNoTrailers = {"RFC 9110 §15.3.5, §15.4.5",
                                       "a 204 or 304 response ends with its head"};
  if (!stream->notice.announced()) {  // the rest of a request that was answered 431
    if (field_reader().block().end_stream) ending().end_of_message(stream);
    return nullptr;
  }
  MessageOptions rules{options().trim_field_values};
  const Rule* broken = nullptr;
  std::string_view field;
  if (field_reader().block().depends_on_itself) {
    broken = &kSelfDependency;
  } else if (!field_reader().block().end_stream) {
    broken = &kEndStream;
  } else if (stream->exchange.is_tunnel()) {
    broken = &kTunnel;
  } else if (stream->exchange.ends_with_head()) {
    broken = &kNoTrailers;
  } else if (too_large) {
    ending().fail_stream(ending().limit_error(ErrorCode::kEnhanceYourCalm, kListSize, *too_large));
    return nullptr;
  } else if (!stream->incoming->content.allows(0, /*end=*/true)) {
    broken = &kContentLengthKept;
    field = "content-length";
  } else {
    broken = check_trailers(field_reader().fields(), rules, &field);
  }
  if (broken != nullptr) {
    ending().fail_stream(ending().frame_error(ErrorCode::kProtocolError, *broken), field);
    return nullptr;
  }
  StreamId id = stream->id;
  uintptr_t user_data = stream->user_data;
  ending().end_of_message(stream);
  return recycler().make(TrailersReceived{id, user_data, true, field_reader().section()});
}

// RFC 6585 §5: the request's fields exceed a limit, so they were not stored.
void ReceivingMessages::refuse_too_large(Stream* stream, const LimitHit& reached) const {
  ++reports().counts().requests_too_large;
  StreamError refused =
      ending().frame_error(ErrorCode::kNoError, kListSize, reached.observed, reached.bound);
  refused.bound = reached.limit;
  reports().refused(refused);
  sending_heads().answer_too_large(stream);
}

HEADRACE_ABI_END
}  // namespace headrace
