#include "headrace/protocol/http1/engine/commands.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "headrace/memory/alive_mark.h"
#include "headrace/protocol/http1/content_writer.h"
#include "headrace/protocol/http1/engine/timing.h"
#include "headrace/protocol/http1/outbound_rules.h"
#include "headrace/protocol/http1/request_head.h"
#include "headrace/protocol/http1/rules.h"
#include "headrace/protocol/interface/common_rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {
namespace {

constexpr Rule kInterimStatus = {
    "RFC 9110 §15.2", "an interim response has a status of 100 to 199; 101 is a final one"};
constexpr Rule kSwitch = {"RFC 9110 §15.2.2",
                          "101 answers a whole request with an upgrade field, and has one itself"};
constexpr uint32_t kMostWindow = 0x7fffffff;

}  // namespace

Record* Commands::find(StreamId id, SubmitError* error) const {
  AliveMark::check_id(id);
  *error = SubmitError::kNone;
  if (!p_.life.is_open()) {
    *error = SubmitError::kConnectionGone;
    return nullptr;
  }
  Record* const record = p_.exchanges.find(id);
  if (record != nullptr && !record->closed) return record;
  *error = p_.exchanges.has_been(id) ? SubmitError::kStreamGone : SubmitError::kUnknownStream;
  return nullptr;
}

// Fields to be sent are checked by the rules for received ones.
const Rule* Commands::check_fields(const OutgoingHead& outgoing, ResponseHead* head) const {
  if (p_.options.validate_outbound) {
    if (const Rule* rule = check_response_to_send(outgoing, head)) return rule;
  } else {
    read_outbound_response(outgoing.fields().fields(), head);
  }
  const std::string_view length = outgoing.extra().content_length();
  if (!length.empty()) head->content_length = parse_content_length(length);
  return nullptr;
}

// Whether to delay the head: by the time output is asked for, the body or its length may be known.
bool Commands::waits_for_body(const Record* record, FieldsView fields, const Body& body) const {
  return p_.options.complete_heads && !body.size() &&
         OutgoingHead::depends_on_body(fields, heads().facts_of(record));
}

SubmitError Commands::may_request() const {
  if (!p_.is_client()) return SubmitError::kWrongRole;
  if (!p_.life.is_open()) return SubmitError::kConnectionGone;
  if (p_.exchanges.ids_exhausted()) return SubmitError::kStreamIdsExhausted;
  const bool ends = p_.shutting_down || p_.is_last || p_.incoming.is_stopped();
  return ends ? SubmitError::kGoingAway : SubmitError::kNone;
}

// `content`: the length that the head announces, if it is to be kept.
const Rule* Commands::check_request(FieldsView fields, const Body& body, RequestHead* head,
                                    ContentLength* content) const {
  if (const Rule* rule = check_request_line(fields, p_.options.accept_raw_targets)) return rule;
  if (!p_.options.validate_outbound) {
    read_outbound_request(fields, head);
    return nullptr;
  }
  if (const Rule* rule = check_request_to_send(fields, head)) return rule;
  if (head->is_connect || fields.has("upgrade")) return nullptr;
  content->announce(head->content_length);
  const std::optional<size_t> size = body.size();
  return size && !content->allows(*size, /*end=*/true) ? &kContentLengthKept : nullptr;
}

RequestResult Commands::submit_request(FieldsView fields, Body&& body, uintptr_t user_data) const {
  if (const SubmitError error = may_request(); error != SubmitError::kNone) return {error};
  RequestHead head;
  ContentLength content;
  if (const Rule* rule = check_request(fields, body, &head, &content)) {
    return {SubmitError::kInvalidFields, rule};
  }
  const std::optional<size_t> size = body.size();
  const bool unbounded = !size || body.trailers_expected();
  if (p_.peer_is_http10 && unbounded && !fields.has("content-length")) {
    return {SubmitError::kInvalidArgument, &kChunkedToHttp10};
  }
  Record* const record = p_.exchanges.open();
  if (record == nullptr) return {SubmitError::kTooManyStreams};
  Timing(parts()).note_request();
  record->user_data = user_data;
  record->request.head = head;
  record->request.offers_upgrade = !head.is_connect && fields.has("upgrade");
  record->idempotent = is_idempotent(fields.method());
  record->credit = {p_.options.initial_window_size, 0, p_.options.automatic_credit};
  record->exchange.set_request(head);
  record->content = content;
  record->submitted = true;
  record->trailers_expected = body.trailers_expected();
  record->body.start(std::move(body), p_.options.send_buffer_size);
  if (size && heads().may_begin(record)) {
    heads().start_request(record, fields, *size);
  } else {
    // By the time output is asked for, the body or its length may be known.
    record->held = HeldFields(fields, &p_.blocks);
  }
  return {SubmitError::kNone, nullptr, record->id};
}

SubmitResult Commands::submit_response(StreamId id, FieldsView fields, Body&& body) const {
  if (p_.is_client()) return {SubmitError::kWrongRole};
  SubmitError error;
  Record* const record = find(id, &error);
  if (record == nullptr) return {error};
  if (record->submitted) return {SubmitError::kWrongState};
  record->trailers_expected = body.trailers_expected();
  record->body_is_whole = body.size().has_value();
  const OutgoingHead outgoing = heads().outgoing_head(record, fields, body.bytes(), body.size());
  ResponseHead head;
  if (const Rule* rule = check_fields(outgoing, &head)) return {SubmitError::kInvalidFields, rule};
  const RequestHead& request = record->request.head;
  const bool switches = head.status == kSwitchingProtocols;
  if (head.status < 200 && !switches) return {SubmitError::kInvalidArgument, &kFinalStatus};
  if (switches && !(record->request.offers_upgrade && record->received && fields.has("upgrade"))) {
    return {SubmitError::kInvalidArgument, &kSwitch};
  }
  const bool tunnel = switches || opens_tunnel(request, head.status);
  const bool bodiless = !tunnel && (request.is_head || !may_have_content(head.status));
  ContentLength content;
  if (p_.options.validate_outbound && !bodiless && !tunnel) content.announce(head.content_length);
  const std::optional<size_t> size = body.size();
  if (size && !content.allows(*size, /*end=*/true)) {
    return {SubmitError::kInvalidFields, &kContentLengthKept};
  }
  const bool waits = !bodiless && !tunnel && waits_for_body(record, fields, body);
  record->content = content;
  if (tunnel) record->exchange.open_tunnel();
  record->submitted = true;
  record->bodiless = bodiless;
  record->continue_due = false;
  record->body.start(std::move(body), p_.options.send_buffer_size);
  // While it waits for its turn, nothing more becomes known of what is not sent.
  if (bodiless && !size) record->body.cancel();
  if (waits || !heads().is_its_turn(record) || record->interim != nullptr) {
    record->held = HeldFields(fields, &p_.blocks);
  } else {
    heads().start(record, outgoing, bodiless);
  }
  return {};
}

SubmitResult Commands::submit_informational(StreamId id, FieldsView fields) const {
  if (p_.is_client()) return {SubmitError::kWrongRole};
  SubmitError error;
  Record* const record = find(id, &error);
  if (record == nullptr) return {error};
  if (record->submitted) return {SubmitError::kWrongState};
  const OutgoingHead outgoing = heads().outgoing_head(record, fields, {}, std::nullopt);
  ResponseHead head;
  if (const Rule* rule = check_fields(outgoing, &head)) return {SubmitError::kInvalidFields, rule};
  if (head.status < 100 || head.status >= 200 || head.status == kSwitchingProtocols) {
    return {SubmitError::kInvalidArgument, &kInterimStatus};
  }
  heads().write_interim(record, outgoing);
  return {};
}

// `append`: puts the octets into a SendBody and returns the number of those that it has taken.
template <typename Append>
SendResult Commands::send(StreamId id, size_t size, bool end_stream, Append append) const {
  SubmitError error;
  Record* const record = find(id, &error);
  if (record == nullptr) return {error};
  if (!record->body.accepts_data()) return {SubmitError::kWrongState};
  if (!record->content.allows(size, /*end=*/false)) {
    return {SubmitError::kTooLarge, 0, &kContentLengthKept};
  }
  const size_t accepted = append(record->body);
  record->content.count(accepted);
  if (end_stream && accepted == size) {
    if (!record->content.allows(0, /*end=*/true)) {
      content().fail_content(record, 0);
    } else {
      record->body.finish();
      content().note_end(record);
    }
  }
  return {SubmitError::kNone, accepted};
}

SendResult Commands::send_data(StreamId id, gsl::span<const uint8_t> bytes, bool end_stream) const {
  return send(id, bytes.size(), end_stream,
              [&](SendBody& body) { return body.append(bytes, &p_.blocks); });
}

SendResult Commands::send_chunk(StreamId id, Body&& chunk, bool end_stream) const {
  return send(id, chunk.bytes().size(), end_stream,
              [&](SendBody& body) { return body.append(std::move(chunk), &p_.blocks); });
}

SubmitResult Commands::send_trailers(StreamId id, FieldsView fields) const {
  SubmitError error;
  Record* const record = find(id, &error);
  if (record == nullptr) return {error};
  if (!record->submitted || record->bodiless || record->exchange.is_tunnel() ||
      record->body.has_trailers() || record->sending_ended()) {
    return {SubmitError::kWrongState};
  }
  if (p_.options.validate_outbound) {
    if (const Rule* rule = check_trailers_to_send(fields)) {
      return {SubmitError::kInvalidFields, rule};
    }
  }
  if (record->body.accepts_data()) {
    if (!record->content.allows(0, /*end=*/true)) {
      content().fail_content(record, 0);
      return {};
    }
    record->body.finish();
  }
  if (fields.empty()) {
    record->body.drop_trailers();
  } else {
    record->body.set_trailers(encode_trailers(fields, &p_.blocks));
  }
  content().note_end(record);
  return {};
}

SubmitResult Commands::resume(StreamId id) const {
  SubmitError error;
  Record* const record = find(id, &error);
  if (record == nullptr) return {error};
  if (record->body.source() == nullptr) return {SubmitError::kWrongState};
  record->body.set_source_waiting(false);
  return {};
}

SubmitResult Commands::reset_stream(StreamId id, ErrorCode code) const {
  SubmitError error;
  Record* const record = find(id, &error);
  if (record == nullptr) return {error};
  StreamError reason;
  reason.code = code;
  reason.stream_id = id;
  ending().cut(record, reason);
  return {};
}

SubmitResult Commands::set_user_data(StreamId id, uintptr_t user_data) const {
  SubmitError error;
  Record* const record = find(id, &error);
  if (record != nullptr) record->user_data = user_data;
  return {error};
}

SubmitResult Commands::credit(StreamId id, uint32_t size) const {
  SubmitError error;
  Record* const record = find(id, &error);
  if (record == nullptr) return {error};
  if (size > record->credit.held) return {SubmitError::kTooLarge, &kCreditHeld};
  record->credit.held -= size;
  return {};
}

SubmitResult Commands::set_automatic_credit(StreamId id, bool automatic) const {
  SubmitError error;
  Record* const record = find(id, &error);
  if (record == nullptr) return {error};
  record->credit.automatic = automatic;
  if (automatic) record->credit.held = 0;
  return {};
}

// There is no window of the connection's: only one message is read at a time.
SubmitResult Commands::set_receive_window(StreamId id, uint32_t size) const {
  if (size == 0 || size > kMostWindow) return {SubmitError::kInvalidArgument, &kWindowSize};
  if (id == 0) return {p_.life.is_open() ? SubmitError::kNone : SubmitError::kConnectionGone};
  SubmitError error;
  Record* const record = find(id, &error);
  if (record != nullptr) record->credit.window = size;
  return {error};
}

ReceiveCredit Commands::receive_credit(StreamId id) const {
  const Record* const record = p_.exchanges.find(id);
  if (record == nullptr || record->closed || record->received) return {};
  const ContentCredit& credit = record->credit;
  return {int64_t{credit.window} - credit.held, 0, credit.held};
}

const Record* Commands::find_open(StreamId id) const {
  SubmitError error;
  return find(id, &error);
}

StreamId Commands::next_open(StreamId after) const {
  SubmitError error;
  (void)find(after, &error);
  return error == SubmitError::kConnectionGone ? 0 : p_.exchanges.next_open(after);
}

size_t Commands::send_room(StreamId id) const {
  const Record* const record = find_open(id);
  if (record == nullptr) return 0;
  return static_cast<size_t>(std::min<uint64_t>(record->body.room(), record->content.left()));
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
