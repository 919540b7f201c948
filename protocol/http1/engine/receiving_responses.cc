#include "headrace/protocol/http1/engine/receiving_responses.h"

#include "headrace/protocol/http1/engine/sending_heads.h"
#include "headrace/protocol/http1/rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// The exchange whose response comes next, if an octet of its request may have left; else null.
Record* ReceivingResponses::awaited() const {
  Record* const record = p_.exchanges.receiving();
  return record != nullptr && record->has_left(p_.output.shown_offset()) ? record : nullptr;
}

// RFC 9112 §9.2: octets that come without a request are no response. Line ends behind a response
// may come before the next request has left, or behind it.
bool ReceivingResponses::read(const Event** event) const {
  if (p_.input.empty()) return false;
  const bool is_between =
      p_.reports.has_received_responses() && !p_.responses.has_line() && !p_.lines.is_cut();
  if (is_between && !p_.responses.skip_line_ends(&p_.input)) return false;
  Record* const record = awaited();
  if (record == nullptr || p_.responses.is_in_line_end()) {
    ending().refuse({kBadRequest, &kUnsolicited, {}, {}});
    return true;
  }
  record->response_began = true;
  switch (p_.responses.read(record->request.head, &p_.input, &p_.lines)) {
    case ResponseReader::Status::kNothing:
      return false;
    case ResponseReader::Status::kRefused:
      ending().refuse(p_.responses.refusal());
      return true;
    case ResponseReader::Status::kHead:
      break;
  }
  p_.deadlines.stop(Deadline::kSection);
  ++p_.reports.counts().frames_received;
  return take(record, event);
}

bool ReceivingResponses::take(Record* record, const Event** event) const {
  const ReceivedStatus received = p_.responses.received();
  p_.responses.begin();
  if (received.is_interim) return take_interim(record, event, received.status);
  if (received.status == kSwitchingProtocols && !record->request.offers_upgrade) {
    ending().refuse({kBadRequest, &kSwitchNotOffered, ":status", {}});
    return true;
  }
  ++p_.reports.counts().responses_received;
  p_.peer_is_http10 = received.is_http10;
  if (p_.peer_is_http10) ending().refuse_chunked();
  record->exchange.note_head_received();
  record->closes |= !received.may_persist;
  if (!received.may_persist) p_.end_by = ClosedBy::kPeer;
  p_.is_last |= record->closes || received.opens_tunnel;
  const StreamId id = record->id;
  const uintptr_t user_data = record->user_data;
  bool ends = false;
  if (received.opens_tunnel) {
    open_tunnel(record);
  } else {
    if (record->waits_for_switch) SendingHeads(parts()).end_without_tunnel(record);
    if (received.content.kind == ContentEnd::Kind::kChunked) p_.chunks.begin();
    p_.incoming.begin(record, received.content);
    ends = received.content.kind == ContentEnd::Kind::kNone;
    if (ends) {
      p_.incoming.end();
      end(record);
    }
  }
  *event = p_.recycler.make(
      ResponseReceived{id, user_data, ends, received.status, FieldSection(p_.section.storage())});
  return true;
}

// RFC 9110 §15.2
bool ReceivingResponses::take_interim(Record* record, const Event** event, uint16_t status) const {
  record->exchange.receive_informational();
  const uint64_t count = record->exchange.informational_received();
  const uint64_t limit = p_.options.limits.informational_responses;
  if (count > limit) {
    ending().refuse(
        {kBadRequest, &kManyInterim, {}, LimitHit{Limit::kInformationalResponses, limit, count}});
    return true;
  }
  *event = p_.recycler.make(InformationalReceived{record->id, record->user_data, false, status,
                                                  FieldSection(p_.section.storage())});
  return true;
}

// RFC 9110 §7.8, §9.3.6: neither requests nor responses follow.
void ReceivingResponses::open_tunnel(Record* record) const {
  record->waits_for_switch = false;
  record->exchange.open_tunnel();
  p_.incoming.begin_tunnel(record);
  ending().refuse_behind(record);
}

// RFC 9112 §9.3, §9.6: the end of the connection, and of a request that goes on although its
// response is there.
void ReceivingResponses::end(Record* record) const {
  record->received = true;
  const bool last = record->closes;
  if (last) {
    p_.incoming.stop();
    ending().refuse_behind(record);
  }
  if (record->end_shown) {
    ending().close(record, {}, ClosedBy::kEnd);
  } else if (last && !record->sending_ended()) {
    ending().drop_message(record);
    ending().close(record, {}, ClosedBy::kPeer);
  }
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
