#include "headrace/protocol/http1/engine/receiving_requests.h"

#include <cstring>

#include "headrace/protocol/http1/rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {
namespace {

// RFC 8446 §5.1: a handshake record, which no method begins like.
constexpr uint8_t kTlsHandshake = 22;
// An alert of TLS 1.0's record version: fatal, handshake_failure (RFC 8446 §6.2).
constexpr uint8_t kTlsAlert[] = {21, 3, 1, 0, 2, 2, 40};

bool is_waiting_for_switch(const Record* last) {
  return last != nullptr && !last->exchange.head_sent() && !last->closed &&
         (last->request.head.is_connect || last->request.offers_upgrade);
}

}  // namespace

bool ReceivingRequests::is_blocked() const {
  return p_.exchanges.waiting_count() >= p_.options.limits.pipelined_requests ||
         is_waiting_for_switch(p_.exchanges.back());
}

void ReceivingRequests::report_blocked() const {
  if (p_.input.empty()) return;
  const uint32_t limit = p_.options.limits.pipelined_requests;
  if (p_.exchanges.waiting_count() < limit) return;
  p_.reports.hit({Limit::kPipelinedRequests, limit, p_.exchanges.waiting_count() + uint64_t{1}});
}

bool ReceivingRequests::owes_continue() const {
  const Record* const record = p_.incoming.record();
  return record != nullptr && record->request.expects_continue && !record->continue_sent &&
         !record->continue_due && !record->submitted && p_.options.automatic_continue;
}

// The first octet. A client that speaks TLS to a port without it gets an alert that it understands.
bool ReceivingRequests::refuse_tls() const {
  p_.began = true;
  p_.deadlines.stop(Deadline::kFirst);
  if (*p_.input.data() != kTlsHandshake) return false;
  uint8_t* const out = p_.output.reserve(sizeof(kTlsAlert));
  std::memcpy(out, kTlsAlert, sizeof(kTlsAlert));
  p_.output.commit(out + sizeof(kTlsAlert));
  ErrorDetail error;
  error.code = ErrorCode::kProtocolError;
  error.rule = &kTlsHello;
  ending().fail(error);
  return true;
}

bool ReceivingRequests::read(const Event** event) const {
  if (is_blocked()) {
    report_blocked();
    return false;
  }
  if (p_.input.empty()) return false;
  if (!p_.began && refuse_tls()) return true;
  switch (p_.requests.read(&p_.input, &p_.lines)) {
    case RequestReader::Status::kNothing:
      return false;
    case RequestReader::Status::kRefused:
      ending().refuse(p_.requests.refusal());
      return true;
    case RequestReader::Status::kHead:
      break;
  }
  return open(event);
}

bool ReceivingRequests::open(const Event** event) const {
  p_.deadlines.stop(Deadline::kSection);
  p_.deadlines.stop(Deadline::kIdle);
  const RequestFacts& facts = p_.requests.facts();
  Record* const record = p_.exchanges.open();
  if (record == nullptr) {
    ending().refuse(p_.section.no_memory());
    return true;
  }
  record->request = facts;
  record->credit = {p_.options.initial_window_size, 0, p_.options.automatic_credit};
  const bool ends = facts.content.kind == ContentEnd::Kind::kNone && !facts.head.is_connect;
  record->exchange.receive_request(facts.head);
  record->received = ends;
  if (facts.content.kind == ContentEnd::Kind::kChunked) p_.chunks.begin();
  p_.incoming.begin(record, facts.content);
  if (ends || facts.head.is_connect) p_.incoming.end();
  Reports& reports = p_.reports;
  ++reports.counts().requests_received;
  ++reports.counts().frames_received;
  p_.requests.begin();
  if (ends) stop_behind(record);
  *event =
      p_.recycler.make(RequestReceived{record->id, 0, ends, FieldSection(p_.section.storage())});
  return true;
}

// RFC 9112 §9.6: no request is read behind the last one. (Whether a request begins a tunnel is
// decided by its response.)
void ReceivingRequests::stop_behind(const Record* record) const {
  const RequestFacts& facts = record->request;
  const bool last = !facts.may_persist || p_.exchanges.ids_exhausted() || record->closes;
  if (last && !facts.offers_upgrade && !facts.head.is_connect) ending().stop(record);
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
