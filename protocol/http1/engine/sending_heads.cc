#include "headrace/protocol/http1/engine/sending_heads.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "headrace/field/named_fields.h"
#include "headrace/protocol/http1/content_writer.h"
#include "headrace/protocol/http1/request_head.h"
#include "headrace/protocol/http1/rules.h"
#include "headrace/protocol/message/response_text.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Octets read ahead from a BodySource before a head is written that depends on its length, and one
// more, because a source may report its end only after its last octet.
constexpr size_t kFirstOctets = 2048 + 1;

HttpVersion version_of(const Record* record) {
  return record->request.is_http10 ? HttpVersion::kHttp10 : HttpVersion::kHttp11;
}

}  // namespace

// RFC 9112 §9.3, §9.6.
bool SendingHeads::may_persist(const Record* record) const {
  if (!record->request.may_persist) return false;
  // Behind a response that says close no request was processed (§9.6). Of one that the application
  // knows and has given up this would not be true.
  const bool ends = (p_.shutting_down || p_.incoming.is_stopped()) && !p_.gave_up_requests;
  if (ends && !p_.answer_due && p_.exchanges.is_last_to_send(record)) return false;
  if (record->request.head.is_connect) return false;
  if (record->received || p_.incoming.record() != record) return true;
  // The response comes before the request's end. Whether a client that was not told to continue
  // sends the content cannot be known (RFC 9110 §10.1.1).
  if (record->request.expects_continue && !record->continue_sent) return false;
  // (A response that is made as it is sent may end behind it.)
  return !record->body_is_whole || !p_.options.reset_after_early_response ||
         p_.incoming.left() <= p_.options.limits.discarded_content;
}

ResponseFacts SendingHeads::facts_of(const Record* record) const {
  ResponseFacts facts;
  facts.version = version_of(record);
  facts.is_head = record->request.head.is_head;
  facts.is_connect = record->request.head.is_connect;
  facts.may_persist = may_persist(record);
  facts.trailers_follow = record->trailers_expected || record->body.has_trailers();
  if (p_.options.complete_heads) facts.date = p_.date.text();
  return facts;
}

// Completed without Options::complete_heads, too, because the message needs a visible end.
OutgoingHead SendingHeads::outgoing_head(const Record* record, FieldsView fields,
                                         gsl::span<const uint8_t> body,
                                         std::optional<uint64_t> size) const {
  ResponseFacts facts = facts_of(record);
  if (p_.options.complete_heads) facts.body = body;
  facts.body_size = size;
  return OutgoingHead::complete(fields, facts);
}

void SendingHeads::send_continue(Record* record) const {
  record->continue_due = true;
  if (!is_its_turn(record)) return;
  content().write_text(kContinue);
  record->continue_due = false;
  note_continue(record, p_.output.end_offset());
}

void SendingHeads::note_continue(Record* record, uint64_t end_offset) const {
  record->continue_sent = true;
  record->continue_end = end_offset;
}

// 100 may be among those that waited.
void SendingHeads::note_interim_written(Record* record) const {
  record->continue_end = std::min(record->continue_end, p_.output.end_offset());
}

// Interim responses of HTTP/1.1 only (RFC 9110 §15.2).
void SendingHeads::write_interim(Record* record, const OutgoingHead& head) const {
  if (record->request.is_http10) return;
  const bool is_continue = head.status() == 100 && !record->continue_sent;
  if (is_continue) {
    note_continue(record, UINT64_MAX);
    record->continue_due = false;
  }
  const size_t size = max_response_text_size(head);
  if (is_its_turn(record) && record->interim == nullptr) {
    uint8_t* const out = p_.output.reserve(size);
    char* const text = reinterpret_cast<char*>(out);
    char* const end = write_response_text(head, HttpVersion::kHttp11, text);
    p_.output.commit(out + (end - text));
    if (is_continue) record->continue_end = p_.output.end_offset();
    return;
  }
  const size_t before = record->interim == nullptr ? 0 : record->interim->size;
  BlockPool::BlockPtr block = p_.blocks.take(before + size);
  if (record->interim != nullptr) {
    std::memcpy(block->octets(), record->interim->octets(), before);
  }
  char* const text = reinterpret_cast<char*>(block->octets()) + before;
  char* const end = write_response_text(head, HttpVersion::kHttp11, text);
  block->size = static_cast<uint32_t>(before + static_cast<size_t>(end - text));
  record->interim = std::move(block);
}

void SendingHeads::start(Record* record, const OutgoingHead& head, bool bodiless) const {
  const size_t size = max_response_text_size(head);
  uint8_t* const out = p_.output.reserve(size);
  char* const text = reinterpret_cast<char*>(out);
  char* const end = write_response_text(head, version_of(record), text);
  p_.output.commit(out + (end - text));
  ++p_.reports.counts().frames_sent;
  record->framing = head.framing();
  record->closes = head.closes();
  record->exchange.note_head_sent(p_.output.end_offset());
  if (record->framing == Framing::kTunnel) {
    p_.incoming.begin_tunnel(record);
    record->received = false;
    return;
  }
  // The rest of its own request is read until the response has ended.
  if (record->closes && p_.incoming.record() != record) ending().stop(record);
  if (bodiless || record->framing == Framing::kNoBody) {
    record->body.cancel();
    ending().note_release(record);
    return content().finish(record);
  }
  if (record->body.drained()) content().write_end(record);
}

void SendingHeads::open_held(Record* record) const {
  const HeldFields held = std::exchange(record->held, {});
  ResponseFacts facts = facts_of(record);
  const bool asks = record->body.source() != nullptr && p_.options.complete_heads &&
                    OutgoingHead::depends_on_body(held.view(), facts) && !record->bodiless;
  if (asks) {
    if (record->body.prefetch(kFirstOctets, &p_.blocks).failed)
      return content().fail_source(record);
    const size_t size = record->body.ready().size();
    const bool ended = record->body.source() == nullptr;
    if (!record->content.allows(size, ended)) return content().fail_content(record, size);
    record->content.count(size);
  }
  std::optional<uint64_t> size = record->body.size_left();
  if (asks && size == kFirstOctets) size.reset();
  start(record, outgoing_head(record, held.view(), record->body.ready(), size), record->bodiless);
}

void SendingHeads::write_answer(uint16_t status) const {
  const char digits[] = {static_cast<char>('0' + status / 100),
                         static_cast<char>('0' + status / 10 % 10),
                         static_cast<char>('0' + status % 10)};
  const Field fields[] = {{":status", {digits, sizeof(digits)}}, {"content-length", "0"}};
  ResponseFacts facts;
  facts.version = HttpVersion::kHttp11;
  facts.may_persist = false;
  facts.body_size = 0;
  if (p_.options.complete_heads) facts.date = p_.date.text();
  const OutgoingHead head = OutgoingHead::complete(gsl::span<const Field>(fields), facts);
  uint8_t* const out = p_.output.reserve(max_response_text_size(head));
  char* const text = reinterpret_cast<char*>(out);
  char* const end = write_response_text(head, HttpVersion::kHttp11, text);
  p_.output.commit(out + (end - text));
}

// --- Client

// RFC 9112 §9.3.2: behind requests that can be sent again, to a server that has shown that it keeps
// connections.
bool SendingHeads::may_be_followed(const Record* record) const {
  return p_.options.pipelining && p_.reports.has_received_responses() && !p_.peer_is_http10 &&
         record->idempotent && record->sending_ended() && !record->request.offers_upgrade &&
         !record->closes;
}

bool SendingHeads::may_begin(const Record* record) const {
  uint32_t in_flight = 0;
  for (const Record* before = p_.exchanges.front(); before != record; before = before->next) {
    if (before->closed || (before->received && before->sending_ended())) continue;
    if (!may_be_followed(before)) return false;
    ++in_flight;
  }
  return in_flight == 0 || (record->idempotent && in_flight < p_.options.limits.pipelined_requests);
}

void SendingHeads::start_request(Record* record, FieldsView fields,
                                 std::optional<uint64_t> size) const {
  const RequestHead& request = record->request.head;
  RequestCircumstances circumstances;
  circumstances.body_size = size;
  circumstances.trailers_follow = record->trailers_expected || record->body.has_trailers();
  circumstances.may_tunnel = request.is_connect || record->request.offers_upgrade;
  circumstances.is_last = p_.shutting_down && record == p_.exchanges.back();
  const OutgoingRequest head(NamedFields(fields), circumstances);
  record->begin_offset = p_.output.end_offset();
  uint8_t* const out = p_.output.reserve(head.max_size());
  char* const text = reinterpret_cast<char*>(out);
  p_.output.commit(out + (head.write(text) - text));
  ++p_.reports.counts().frames_sent;
  ++p_.reports.counts().requests_sent;
  record->framing = head.framing();
  record->closes = head.says_close() || circumstances.is_last;
  p_.is_last |= record->closes;
  record->exchange.note_head_sent(p_.output.end_offset());
  record->waits_for_switch = circumstances.may_tunnel;
  if (record->waits_for_switch) return;
  if (record->framing == Framing::kNoBody) {
    record->body.cancel();
    ending().note_release(record);
    return content().finish(record);
  }
  if (record->body.drained()) content().write_end(record);
}

void SendingHeads::open_held_request(Record* record) const {
  const HeldFields held = std::exchange(record->held, {});
  start_request(record, held.view(), record->body.size_left());
}

// RFC 9110 §7.8: the request had no content, and its body, which was for the tunnel, is not sent.
void SendingHeads::end_without_tunnel(Record* record) const {
  record->waits_for_switch = false;
  record->framing = Framing::kNoBody;
  record->body.cancel();
  ending().note_release(record);
  content().finish(record);
  content().note_shown();
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
