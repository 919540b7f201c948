#include <optional>
#include <utility>

#include "headrace/field/named_fields.h"
#include "headrace/protocol/http1/engine/sending.h"
#include "headrace/protocol/http1/request_head.h"
#include "headrace/protocol/http1/rules.h"

// The heads of requests.

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// RFC 9112 §9.3.2: behind requests that can be sent again, to a server that has shown that it keeps
// connections.
bool Sending::may_be_followed(const Record* record) const {
  return p_.options.pipelining && p_.reports.has_received_responses() && !p_.peer_is_http10 &&
         record->idempotent && record->sending_ended() && !record->request.offers_upgrade &&
         !record->closes;
}

bool Sending::may_begin(const Record* record) const {
  uint32_t in_flight = 0;
  for (const Record* before = p_.exchanges.front(); before != record; before = before->next) {
    if (before->closed || (before->received && before->sending_ended())) continue;
    if (!may_be_followed(before)) return false;
    ++in_flight;
  }
  return in_flight == 0 || (record->idempotent && in_flight < p_.options.limits.pipelined_requests);
}

void Sending::start_request(Record* record, FieldsView fields, std::optional<uint64_t> size) const {
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
    return finish(record);
  }
  if (record->body.drained()) write_end(record);
}

// Writes a head that waited for its turn, or for the size of its body.
void Sending::open_held_request(Record* record) const {
  const HeldFields held = std::exchange(record->held, {});
  start_request(record, held.view(), record->body.size_left());
}

// RFC 9110 §7.8: the request had no content, and its body, which was for the tunnel, is not sent.
void Sending::end_without_tunnel(Record* record) const {
  record->waits_for_switch = false;
  record->framing = Framing::kNoBody;
  record->body.cancel();
  ending().note_release(record);
  finish(record);
  note_shown();
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
