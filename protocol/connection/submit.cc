#include <gsl/span>
#include <limits>
#include <optional>

#include "headrace/protocol/connection/engine.h"
#include "headrace/protocol/frame/frame_writer.h"
#include "headrace/protocol/message/cookies.h"

// Commands. Each checks everything first; after an error nothing was sent and nothing was taken.

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// So much of a BodySource is asked for before its head is written, if that depends on it: most
// bodies that nobody gave a length are smaller, and get one.
constexpr size_t kSmallBody = 2048;
// One more, as a source may say "end" after its last octet only.
constexpr size_t kFirstOctets = kSmallBody + 1;

constexpr Rule kFinalStatus = {"RFC 9110 §15", "the final response has a status of 200 or more"};
constexpr Rule kInterimStatus = {"RFC 9110 §15.2",
                                 "an interim response has a status of 100 to 199"};

}  // namespace

// What we send is checked by the rules of what we receive; `rule` only with
// Options::validate_outbound, `head` always.
const Rule* Engine::check_fields(FieldsView fields, const Body& body, RequestHead* head) const {
  const bool connect_protocol = settings_.peer().enable_connect_protocol != 0;
  if (!options_.validate_outbound) {
    read_outbound_request(fields, head);
    return nullptr;
  }
  if (const Rule* rule = check_outbound_request(fields, connect_protocol, head)) return rule;
  ContentLength content;
  content.announce(head->content_length);
  const std::optional<size_t> size = body.size();
  return !size || content.allows(*size, /*end=*/true) ? nullptr : &kContentLengthKept;
}

const Rule* Engine::check_fields(const OutgoingHead& outgoing, ResponseHead* head) const {
  if (options_.validate_outbound) {
    if (outgoing.broken() != nullptr) return outgoing.broken();
    const Rule* rule = check_outbound_response(outgoing.fields(), head, outgoing.left_out());
    if (rule != nullptr) return rule;
  } else {
    read_outbound_response(outgoing.fields(), head);
  }
  const std::string_view length = outgoing.extra().content_length();
  if (!length.empty()) head->content_length = parse_content_length(length);
  return nullptr;
}

ResponseFacts Engine::facts_of(const Stream* stream) const {
  ResponseFacts facts;
  facts.is_head = stream->exchange.request().is_head;
  facts.is_connect = stream->exchange.request().is_connect;
  facts.date = date_.text();
  return facts;
}

OutgoingHead Engine::outgoing_head(const Stream* stream, FieldsView fields,
                                   const Body& body) const {
  if (!options_.complete_heads) return OutgoingHead(fields);
  ResponseFacts facts = facts_of(stream);
  facts.body = body.bytes();
  facts.body_size = body.size();
  return OutgoingHead::complete(fields, facts);
}

// A body that comes by and by may be here, or its end, before the head has to go.
bool Engine::waits_for_body(const Stream* stream, FieldsView fields, const Body& body) const {
  return options_.complete_heads && !body.size() &&
         OutgoingHead::depends_on_body(fields, facts_of(stream));
}

// RFC 9113 §6.5.2: the peer has said which requests it takes. (An answer is sent all the same: the
// limit is advice, and nobody can ask again with less.)
bool Engine::exceeds_peer_limit(FieldsView fields) const {
  const uint32_t limit = settings_.peer().max_header_list_size;
  if (limit == SettingValues::kUnlimited) return false;
  size_t size = 0;
  for_each_line(fields, options_.split_cookies,
                [&](const Field& line) { size += line.name.size() + line.value.size() + 32; });
  return size > limit;
}

Stream* Engine::find_for_command(StreamId id, SubmitError* error) {
  AliveMark::check_id(id);
  *error = SubmitError::kNone;
  if (phase_ != Phase::kOpen) {
    *error = SubmitError::kConnectionGone;
    return nullptr;
  }
  Stream* stream = streams_.find(id);
  if (stream != nullptr && stream->notice.announced() && !stream->life.closed()) return stream;
  *error = id == 0 || streams_.is_idle(id) ? SubmitError::kUnknownStream : SubmitError::kStreamGone;
  return nullptr;
}

// The one place where a request or a final response begins.
void Engine::begin_message(Stream* stream, const OutgoingHead& head, bool end_stream) {
  (void)streams_.send(stream, StreamInput::kHeaders);
  stream->exchange.note_head_sent();
  write_field_block(stream->id, head, end_stream);
  outbox_.mark(Mark::kHead, stream->id);
}

// Writes the head of a message whose body is set: END_STREAM rides on it when nothing follows.
void Engine::start_message(Stream* stream, const OutgoingHead& head, bool bodiless) {
  const bool end_stream = bodiless || (stream->body.drained() && !stream->body.has_trailers());
  begin_message(stream, head, end_stream);
  if (!end_stream) return send_end_or_schedule(stream);
  stream->body.cancel();
  if (stream->body.owes_release()) notify(stream, Notice::kBodyReleased);
  finish_sending(stream);
}

SubmitResult Engine::submit_response(StreamId stream_id, FieldsView fields, Body&& body) {
  if (role_ != Role::kServer) return {SubmitError::kWrongRole};
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (stream->answered()) return {SubmitError::kWrongState};
  const OutgoingHead outgoing = outgoing_head(stream, fields, body);
  ResponseHead head;
  if (const Rule* rule = check_fields(outgoing, &head)) return {SubmitError::kInvalidFields, rule};
  if (head.status < 200) return {SubmitError::kInvalidArgument, &kFinalStatus};
  const RequestHead& request = stream->exchange.request();
  const bool tunnel = opens_tunnel(request, head.status);
  const bool content_may_follow =
      may_have_content(request, head.status) && !(options_.complete_heads && head.status == 205);
  const bool bodiless = request.is_head || (!content_may_follow && !tunnel);
  ContentLength content;
  if (options_.validate_outbound && !bodiless && !tunnel) content.announce(head.content_length);
  const std::optional<size_t> size = body.size();
  if (size && !content.allows(*size, /*end=*/true)) {
    return {SubmitError::kInvalidFields, &kContentLengthKept};
  }

  const bool waits = !bodiless && waits_for_body(stream, fields, body);
  stream->exchange.begin_sending(content, tunnel);
  stream->body.start(std::move(body), options_.send_buffer_size);
  if (head.has_priority) merge_own_priority(stream, fields);
  if (waits) {
    waiting_heads_.hold(stream, fields, &blocks_);
  } else {
    start_message(stream, outgoing, bodiless);
  }
  return {};
}

// The head has to go now: what is here of the body decides what it says.
void Engine::open_response(Stream* stream, FieldsView fields) {
  const bool was_asked = stream->body.source() != nullptr;
  if (was_asked) {
    if (stream->body.prefetch(kFirstOctets, &blocks_).failed) return fail_source(stream);
    const size_t size = stream->body.ready().size();
    const bool ended = stream->body.source() == nullptr;
    if (!stream->exchange.sent().allows(size, ended)) return fail_content(stream, size);
    stream->exchange.send_content(size);
  }
  ResponseFacts facts = facts_of(stream);
  facts.body = stream->body.ready();
  facts.body_size = stream->body.size_left();
  if (facts.body_size == kFirstOctets && was_asked) facts.body_size.reset();
  start_message(stream, OutgoingHead::complete(fields, facts), /*bodiless=*/false);
}

SubmitResult Engine::submit_informational(StreamId stream_id, FieldsView fields) {
  if (role_ != Role::kServer) return {SubmitError::kWrongRole};
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (stream->answered()) return {SubmitError::kWrongState};
  const OutgoingHead outgoing = outgoing_head(stream, fields, Body::none());
  ResponseHead head;
  if (const Rule* rule = check_fields(outgoing, &head)) return {SubmitError::kInvalidFields, rule};
  if (head.status < 100 || head.status >= 200) {
    return {SubmitError::kInvalidArgument, &kInterimStatus};
  }
  (void)streams_.send(stream, StreamInput::kHeaders);
  write_field_block(stream_id, outgoing, /*end_stream=*/false);
  return {};
}

SendResult Engine::send_data(StreamId stream_id, gsl::span<const uint8_t> bytes, bool end_stream) {
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (!stream->body.accepts_data()) return {SubmitError::kWrongState};
  if (!stream->exchange.sent().allows(bytes.size(), /*end=*/false)) {
    return {SubmitError::kTooLarge, 0, &kContentLengthKept};
  }
  const size_t accepted = stream->body.append(bytes, &blocks_);
  stream->exchange.send_content(accepted);
  const bool ends = end_stream && accepted == bytes.size();
  if (!ends || end_content(stream)) send_end_or_schedule(stream);
  return {SubmitError::kNone, accepted};
}

// The application has given the last octet of a Body::stream(). False: they were too few, and the
// stream has been reset.
bool Engine::end_content(Stream* stream) {
  if (!stream->exchange.sent().allows(0, /*end=*/true)) {
    fail_content(stream, 0);
    return false;
  }
  stream->body.finish();
  return true;
}

// RFC 9113 §8.1.1: with `more` octets, which are not sent, or without any further, the message
// would not have the content-length that its head announced. A peer that trusts END_STREAM alone
// would take it for whole, so the stream does not end with one.
void Engine::fail_content(Stream* stream, uint64_t more) {
  const ContentLength& content = stream->exchange.sent();
  const StreamError reason{{ErrorCode::kInternalError,
                            &kContentLengthKept,
                            FrameType::kData,
                            {},
                            stream->id,
                            content.counted() + more,
                            static_cast<uint64_t>(content.announced())}};
  reset_and_close(stream, reason, Counted::kNo);
}

SubmitResult Engine::send_trailers(StreamId stream_id, FieldsView fields) {
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  // Not before the head, not after the end, and not in a tunnel (§8.5).
  const bool has_head = stream->exchange.head_sent() || stream->waiting.waits();
  if (!has_head || stream->exchange.is_tunnel() ||
      (streams_.is_own(stream_id) && stream->exchange.request().is_connect) ||
      stream->body.has_trailers() || stream->exchange.sending_ended()) {
    return {SubmitError::kWrongState};
  }
  if (options_.validate_outbound) {
    if (const Rule* rule = check_outbound_trailers(fields)) {
      return {SubmitError::kInvalidFields, rule};
    }
  }
  if (stream->body.accepts_data() && !end_content(stream)) return {};
  if (fields.empty()) {
    stream->body.drop_trailers();
    send_end_or_schedule(stream);
    return {};
  }
  stream->body.set_trailers(FieldWriter::encode_trailers(fields, &blocks_));
  send_end_or_schedule(stream);
  return {};
}

SubmitResult Engine::resume(StreamId stream_id) {
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (stream->body.source() == nullptr) return {SubmitError::kWrongState};
  stream->body.set_source_waiting(false);
  schedule(stream);
  return {};
}

SubmitResult Engine::reset_stream(StreamId stream_id, ErrorCode code) {
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  StreamError reason;
  reason.code = code;
  reason.frame = FrameType::kRstStream;
  reason.stream_id = stream_id;
  reset_and_close(stream, reason, Counted::kNo);
  return {};
}

SubmitResult Engine::set_user_data(StreamId stream_id, uintptr_t user_data) {
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  stream->user_data = user_data;
  return {};
}

HEADRACE_ABI_END
}  // namespace headrace
