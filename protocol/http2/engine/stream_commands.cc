#include "headrace/protocol/http2/engine/stream_commands.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "headrace/protocol/interface/common_rules.h"
#include "headrace/protocol/message/cookies.h"
#include "headrace/protocol/message/head_summary.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr Rule kPeerListSize = {"RFC 9113 §10.5.1",
                                "a request's fields are within the peer's MAX_HEADER_LIST_SIZE"};
constexpr Rule kInterimStatus = {"RFC 9110 §15.2",
                                 "an interim response has a status of 100 to 199"};

}  // namespace

// A prepared head's names need no look-up, unless there are fields beside it.
[[gnu::always_inline]] inline NamedFields StreamCommands::named_fields(
    FieldsView fields, const PreparedPart& prepared) const {
  const PreparedHead* const head = prepared.head;
  if (head == nullptr) return writing_frames().look_up(fields);
  if (head->fields().size() != fields.size()) return NamedFields(fields);
  return NamedFields::resolved(fields, head->octets());
}

RequestResult StreamCommands::submit_request(FieldsView fields, Body&& body, uintptr_t user_data,
                                             const PreparedPart& prepared) const {
  if (role() != Role::kClient) return {SubmitError::kWrongRole};
  if (!life().is_open()) return {SubmitError::kConnectionGone};
  if (going_away().under_way()) return {SubmitError::kGoingAway};
  if (streams().own_ids_exhausted()) return {SubmitError::kStreamIdsExhausted};
  const NamedFields named = named_fields(fields, prepared);
  RequestHead head;
  if (const Rule* rule = check_fields(named, body, &head)) {
    return {SubmitError::kInvalidFields, rule};
  }
  if (exceeds_peer_limit(fields)) return {SubmitError::kTooLarge, &kPeerListSize};
  Stream* stream = create_own_stream(head, user_data);
  if (stream == nullptr) return {SubmitError::kTooManyStreams};
  const StreamId id = stream->id;
  ContentLength content;
  if (options().validate_outbound) content.announce(head.content_length);
  start_body(stream, std::move(body), content);
  if (head.has_priority) prioritizing().merge_own_priority(stream, fields);
  ++reports().counts().requests_sent;
  if (waiting_heads().empty() && sending_heads().may_open_stream()) {
    sending_heads().open_request(stream, OutgoingHead(named, prepared));
  } else {
    waiting_heads().hold(&streams().outgoing(stream), fields, &blocks());
  }
  return {SubmitError::kNone, nullptr, id};
}

RequestResult StreamCommands::submit_push(StreamId stream_id, FieldsView fields,
                                          uintptr_t user_data) const {
  if (role() != Role::kServer) return {SubmitError::kWrongRole};
  SubmitError error;
  Stream* on = finding_streams().find_for_command(stream_id, &error);
  if (on == nullptr) return {error};
  // §6.6: on a stream of the client's, before its end. §8.5: not in a tunnel.
  if (streams().is_own(stream_id) || on->exchange.sending_ended() || on->exchange.is_tunnel() ||
      !on_send(on->life.state(), StreamInput::kPushPromise).accepted()) {
    return {SubmitError::kWrongState};
  }
  if (settings().peer().enable_push == 0) return {SubmitError::kPushDisabled};
  if (going_away().under_way()) return {SubmitError::kGoingAway};
  if (streams().own_ids_exhausted()) return {SubmitError::kStreamIdsExhausted};
  // A reserved stream does not count yet (§5.1.2), but its response would have to wait.
  if (!sending_heads().may_open_stream()) return {SubmitError::kTooManyStreams};
  RequestHead head;
  if (const Rule* rule = check_fields(NamedFields(fields), Body::none(), &head)) {
    return {SubmitError::kInvalidFields, rule};
  }
  if (exceeds_peer_limit(fields)) return {SubmitError::kTooLarge, &kPeerListSize};
  if (const Rule* rule = check_promise(head)) return {SubmitError::kInvalidFields, rule};
  Stream* stream = create_own_stream(head, user_data);
  if (stream == nullptr) return {SubmitError::kTooManyStreams};
  (void)streams().send(stream, StreamInput::kPromised);
  stream->exchange.note_head_received();
  streams().count(stream);
  if (head.has_priority) prioritizing().merge_own_priority(stream, fields);
  writing_frames().write_promise(stream_id, stream->id, fields);
  return {SubmitError::kNone, nullptr, stream->id};
}

// A body that is none needs no OutgoingMessage.
void StreamCommands::start_body(Stream* stream, Body&& body, const ContentLength& content) const {
  if (body.kind() == Body::Kind::kNone && !body.trailers_expected()) return;
  OutgoingMessage& message = streams().outgoing(stream);
  message.content = content;
  message.body.start(std::move(body), options().send_buffer_size);
}

// (On a stream that we promise nothing is received.)
Stream* StreamCommands::create_own_stream(const RequestHead& request, uintptr_t user_data) const {
  Stream* stream = streams().create_own(/*content=*/role() == Role::kClient);
  if (stream == nullptr) return nullptr;
  if (streams().size() == 1) deadlines().began(now());
  if (streams().own_ids_exhausted() && role() == Role::kClient) notices().add_ids_exhausted();
  stream->exchange.set_request(request);
  notices().announce(stream);
  stream->user_data = user_data;
  if (stream->incoming != nullptr) credit().open(&stream->incoming->credit, stream->id);
  stream->priority = priorities().initial(request.is_connect);
  return stream;
}

// Fields to be sent are checked by the rules for received ones: the result only with
// Options::validate_outbound, `head` always.
const Rule* StreamCommands::check_fields(const NamedFields& fields, const Body& body,
                                         RequestHead* head) const {
  const bool connect_protocol = settings().peer().enable_connect_protocol != 0;
  if (!options().validate_outbound) {
    read_outbound_request(fields.fields(), head);
    return nullptr;
  }
  if (const Rule* rule = check_outbound_request(fields, connect_protocol, head)) return rule;
  ContentLength content;
  content.announce(head->content_length);
  const std::optional<size_t> size = body.size();
  return !size || content.allows(*size, /*end=*/true) ? nullptr : &kContentLengthKept;
}

const Rule* StreamCommands::check_fields(const OutgoingHead& outgoing, ResponseHead* head) const {
  if (options().validate_outbound) {
    if (outgoing.broken() != nullptr) return outgoing.broken();
    const Rule* rule = check_prepared_response(outgoing.fields(), outgoing.prepared_part(), head,
                                               outgoing.left_out());
    if (rule != nullptr) return rule;
  } else {
    read_outbound_response(outgoing.fields().fields(), head);
  }
  const std::string_view length = outgoing.extra().content_length();
  if (!length.empty()) head->content_length = parse_content_length(length);
  return nullptr;
}

// RFC 9113 §6.5.2: the largest field section that the peer accepts. It is advisory, and not applied
// to responses, because a client could not ask for a smaller one.
bool StreamCommands::exceeds_peer_limit(FieldsView fields) const {
  const uint32_t limit = settings().peer().max_header_list_size;
  if (limit == SettingValues::kUnlimited) return false;
  size_t size = 0;
  for_each_line(fields, options().split_cookies,
                [&](const Field& line) { size += line.name.size() + line.value.size() + 32; });
  return size > limit;
}

SubmitResult StreamCommands::submit_response(StreamId stream_id, FieldsView fields, Body&& body,
                                             const PreparedPart& prepared) const {
  if (role() != Role::kServer) return {SubmitError::kWrongRole};
  SubmitError error;
  Stream* stream = finding_streams().find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (stream->answered()) return {SubmitError::kWrongState};
  const NamedFields named = named_fields(fields, prepared);
  const OutgoingHead outgoing = sending_heads().outgoing_head(stream, named, body, prepared);
  ResponseHead head;
  if (const Rule* rule = check_fields(outgoing, &head)) return {SubmitError::kInvalidFields, rule};
  if (head.status < 200) return {SubmitError::kInvalidArgument, &kFinalStatus};
  const RequestTraits& request = stream->exchange.request();
  const bool tunnel = opens_tunnel(request, head.status);
  const bool content_may_follow =
      may_have_content(request, head.status) && !(options().complete_heads && head.status == 205);
  const bool bodiless = request.is_head || (!content_may_follow && !tunnel);
  ContentLength content;
  if (options().validate_outbound && !bodiless && !tunnel) content.announce(head.content_length);
  const std::optional<size_t> size = body.size();
  if (size && !content.allows(*size, /*end=*/true)) {
    return {SubmitError::kInvalidFields, &kContentLengthKept};
  }

  const bool waits = !bodiless && !size && waits_for_body(stream, named);
  if (tunnel) stream->exchange.open_tunnel();
  start_body(stream, std::move(body), content);
  if (head.has_priority) prioritizing().merge_own_priority(stream, fields);
  if (waits) {
    waiting_heads().hold(stream->outgoing, fields, &blocks());
  } else {
    sending_heads().start_message(stream, outgoing, bodiless);
  }
  return {};
}

// Whether to delay the head of a streamed body: by the time output is asked for, the body or its
// length may be known.
bool StreamCommands::waits_for_body(const Stream* stream, const NamedFields& fields) const {
  return options().complete_heads &&
         OutgoingHead::depends_on_body(fields, sending_heads().facts_of(stream));
}

SubmitResult StreamCommands::submit_informational(StreamId stream_id, FieldsView fields) const {
  if (role() != Role::kServer) return {SubmitError::kWrongRole};
  SubmitError error;
  Stream* stream = finding_streams().find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (stream->answered()) return {SubmitError::kWrongState};
  const OutgoingHead outgoing = sending_heads().outgoing_head(stream, fields, Body::none());
  ResponseHead head;
  if (const Rule* rule = check_fields(outgoing, &head)) return {SubmitError::kInvalidFields, rule};
  if (head.status < 100 || head.status >= 200) {
    return {SubmitError::kInvalidArgument, &kInterimStatus};
  }
  sending_heads().write_interim(stream, outgoing);
  if (head.status == 100 && notices().cancel(stream, Notice::kContinue)) ending().unpin(stream);
  return {};
}

// `append`: puts the octets into a SendBody and returns the number of those that it has taken.
template <typename Append>
[[gnu::always_inline]] inline SendResult StreamCommands::send(StreamId stream_id, size_t size,
                                                              bool end_stream,
                                                              Append append) const {
  SubmitError error;
  Stream* stream = finding_streams().find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  OutgoingMessage* const message = stream->outgoing;
  if (message == nullptr || !message->body.accepts_data()) return {SubmitError::kWrongState};
  if (!message->content.allows(size, /*end=*/false)) {
    return {SubmitError::kTooLarge, 0, &kContentLengthKept};
  }
  const size_t accepted = append(message->body);
  message->content.count(accepted);
  const bool ends = end_stream && accepted == size;
  if (!ends || sending_data().end_content(stream)) sending_data().send_end_or_schedule(stream);
  return {SubmitError::kNone, accepted};
}

SendResult StreamCommands::send_data(StreamId stream_id, gsl::span<const uint8_t> bytes,
                                     bool end_stream) const {
  return send(stream_id, bytes.size(), end_stream,
              [&](SendBody& body) { return body.append(bytes, &blocks()); });
}

SendResult StreamCommands::send_chunk(StreamId stream_id, Body&& chunk, bool end_stream) const {
  return send(stream_id, chunk.bytes().size(), end_stream,
              [&](SendBody& body) { return body.append(std::move(chunk), &blocks()); });
}

size_t StreamCommands::send_room(StreamId stream_id) const {
  const Stream* const stream = finding_streams().find_open(stream_id);
  if (stream == nullptr || stream->outgoing == nullptr) return 0;
  const OutgoingMessage& message = *stream->outgoing;
  return static_cast<size_t>(std::min<uint64_t>(message.body.room(), message.content.left()));
}

SubmitResult StreamCommands::send_trailers(StreamId stream_id, FieldsView fields) const {
  SubmitError error;
  Stream* stream = finding_streams().find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  // Not before the head, not after the end, and not in a tunnel (§8.5).
  // (All others have an OutgoingMessage.)
  if (!stream->answered() || stream->exchange.is_tunnel() ||
      (streams().is_own(stream_id) && stream->exchange.request().is_connect) ||
      stream->exchange.sending_ended() || stream->outgoing->body.has_trailers()) {
    return {SubmitError::kWrongState};
  }
  SendBody& body = stream->outgoing->body;
  if (options().validate_outbound) {
    if (const Rule* rule = check_outbound_trailers(fields)) {
      return {SubmitError::kInvalidFields, rule};
    }
  }
  if (body.accepts_data() && !sending_data().end_content(stream)) return {};
  if (fields.empty()) {
    body.drop_trailers();
    sending_data().send_end_or_schedule(stream);
    return {};
  }
  body.set_trailers(FieldWriter::encode_trailers(fields, &blocks()));
  sending_data().send_end_or_schedule(stream);
  return {};
}

SubmitResult StreamCommands::resume(StreamId stream_id) const {
  SubmitError error;
  Stream* stream = finding_streams().find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  SendBody* const body = stream->outgoing == nullptr ? nullptr : &stream->outgoing->body;
  if (body == nullptr || body->source() == nullptr) return {SubmitError::kWrongState};
  body->set_source_waiting(false);
  sending_data().schedule(stream);
  return {};
}

SubmitResult StreamCommands::reset_stream(StreamId stream_id, ErrorCode code) const {
  SubmitError error;
  Stream* stream = finding_streams().find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  StreamError reason;
  reason.code = code;
  reason.frame = FrameType::kRstStream;
  reason.stream_id = stream_id;
  ending().reset_and_close(stream, reason, Counted::kNo);
  return {};
}

SubmitResult StreamCommands::set_user_data(StreamId stream_id, uintptr_t user_data) const {
  SubmitError error;
  Stream* stream = finding_streams().find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  stream->user_data = user_data;
  return {};
}

HEADRACE_ABI_END
}  // namespace headrace
