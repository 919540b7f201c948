#include "headrace/protocol/http1/engine/receiving.h"

#include <algorithm>
#include <cstring>

#include "headrace/protocol/http1/engine/sending.h"
#include "headrace/protocol/http1/rules.h"
#include "headrace/protocol/http1/trailer_names.h"

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

bool Receiving::is_blocked() const {
  switch (p_.incoming.step()) {
    case Incoming::Step::kHead:
      return p_.exchanges.waiting_count() >= p_.options.limits.pipelined_requests ||
             is_waiting_for_switch(p_.exchanges.back());
    case Incoming::Step::kLength:
    case Incoming::Step::kChunked:
    case Incoming::Step::kTunnel:
      return p_.incoming.record() != nullptr && p_.incoming.record()->credit.left() == 0;
    case Incoming::Step::kTrailers:
    case Incoming::Step::kStopped:
      break;
  }
  return false;
}

bool Receiving::owes_continue() const {
  const Record* const record = p_.incoming.record();
  return record != nullptr && record->request.expects_continue && !record->continue_sent &&
         !record->continue_due && !record->answered && p_.options.automatic_continue;
}

bool Receiving::parse(EventPtr* event) const {
  if (owes_continue()) Sending(parts()).send_continue(p_.incoming.record());
  if (is_blocked()) {
    if (!p_.input.empty() && p_.incoming.step() == Incoming::Step::kHead &&
        p_.exchanges.waiting_count() >= p_.options.limits.pipelined_requests) {
      p_.reports.hit({Limit::kPipelinedRequests, p_.options.limits.pipelined_requests,
                      p_.exchanges.waiting_count() + uint64_t{1}});
    }
    return false;
  }
  switch (p_.incoming.step()) {
    case Incoming::Step::kHead:
      return read_head(event);
    case Incoming::Step::kLength:
      return read_length(event);
    case Incoming::Step::kChunked:
      return read_chunks(event);
    case Incoming::Step::kTrailers:
      return read_trailers(event);
    case Incoming::Step::kTunnel:
      return read_tunnel(event);
    case Incoming::Step::kStopped:
      break;
  }
  while (!p_.input.empty()) p_.input.consume(p_.input.size());
  return false;
}

// A client that speaks TLS to a port without it gets an alert that it understands.
bool Receiving::refuse_tls() const {
  if (p_.began || p_.input.empty()) return false;
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

bool Receiving::read_head(EventPtr* event) const {
  if (refuse_tls()) return true;
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

bool Receiving::open(EventPtr* event) const {
  p_.deadlines.stop(Deadline::kSection);
  p_.deadlines.stop(Deadline::kIdle);
  const RequestFacts& facts = p_.requests.facts();
  Record* const record = p_.exchanges.open();
  if (record == nullptr) {
    ending().refuse({kFieldsTooLarge, &kSectionMemory, {}, {}});
    return true;
  }
  record->request = facts;
  record->credit = {p_.options.initial_window_size, 0, p_.options.automatic_credit};
  const bool ends = facts.content.kind == ContentEnd::Kind::kNone && !facts.head.is_connect;
  (void)record->exchange.receive_request(facts.head, /*ends=*/false);
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
      p_.recycler.lend(RequestReceived{record->id, 0, ends, FieldSection(p_.section.storage())});
  return true;
}

// RFC 9112 §9.6: no request is read behind one that is the last. (Of those that may begin a tunnel
// the response decides.)
void Receiving::stop_behind(const Record* record) const {
  const RequestFacts& facts = record->request;
  const bool last = !facts.may_persist || p_.exchanges.ids_exhausted() || record->closes;
  if (last && !facts.offers_upgrade && !facts.head.is_connect) ending().stop(record);
}

// As many octets of content as may be handed on.
uint64_t Receiving::most() const {
  const Record* const record = p_.incoming.record();
  return record == nullptr ? UINT64_MAX : record->credit.left();
}

bool Receiving::read_length(EventPtr* event) const {
  if (p_.input.empty()) return false;
  const auto size =
      static_cast<size_t>(std::min({uint64_t{p_.input.size()}, p_.incoming.left(), most()}));
  const gsl::span<const uint8_t> octets(p_.input.data(), size);
  p_.input.consume(size);
  p_.incoming.take(size);
  *event = take_content(octets, p_.incoming.left() == 0);
  return true;
}

bool Receiving::read_chunks(EventPtr* event) const {
  const ChunkReader::Item item = p_.chunks.next(&p_.input, &p_.lines, most());
  if (is_too_large()) return true;
  switch (item) {
    case ChunkReader::Item::kNothing:
      return false;
    case ChunkReader::Item::kPiece:
      *event = take_content(p_.chunks.piece(), /*ends=*/false);
      return true;
    case ChunkReader::Item::kTrailers:
      p_.incoming.begin_trailers();
      if (p_.section.begin(0)) return true;
      ending().refuse(p_.section.no_memory());
      return true;
    case ChunkReader::Item::kRefused:
      break;
  }
  ending().refuse(p_.chunks.refusal());
  return true;
}

bool Receiving::is_too_large() const {
  const uint64_t limit = p_.options.limits.content_size;
  const uint64_t announced = p_.chunks.announced();
  if (limit == 0 || announced <= limit) return false;
  ending().refuse(
      {kContentTooLarge, &kContentSize, {}, LimitHit{Limit::kContentSize, limit, announced}});
  return true;
}

bool Receiving::read_trailers(EventPtr* event) const {
  for (;;) {
    switch (p_.section.next(&p_.input, &p_.lines)) {
      case SectionReader::Status::kNothing:
        return false;
      case SectionReader::Status::kRefused:
        ending().refuse(p_.section.refusal());
        return true;
      case SectionReader::Status::kField:
        if (may_be_trailer(p_.section.field())) continue;
        ending().refuse({kBadRequest, &kTrailerField, p_.section.field().name, {}});
        return true;
      case SectionReader::Status::kEnd:
        break;
    }
    break;
  }
  p_.deadlines.stop(Deadline::kSection);
  Record* const record = p_.incoming.record();
  if (record == nullptr || p_.section.storage().size() == 0) {
    *event = take_content({}, /*ends=*/true);
    return true;
  }
  const StreamId id = record->id;
  const uintptr_t user_data = record->user_data;
  end_of_request();
  *event =
      p_.recycler.lend(TrailersReceived{id, user_data, true, FieldSection(p_.section.storage())});
  return true;
}

bool Receiving::read_tunnel(EventPtr* event) const {
  if (p_.input.empty()) return false;
  const auto size = static_cast<size_t>(std::min(uint64_t{p_.input.size()}, most()));
  const gsl::span<const uint8_t> octets(p_.input.data(), size);
  p_.input.consume(size);
  *event = take_content(octets, /*ends=*/false);
  return true;
}

// Null: nobody takes it.
EventPtr Receiving::take_content(gsl::span<const uint8_t> octets, bool ends) const {
  p_.octets_came = true;
  Record* const record = p_.incoming.record();
  if (record == nullptr) {
    if (ends) {
      end_of_request();
    } else {
      discard(octets.size());
    }
    return nullptr;
  }
  p_.reports.counts().data_received += octets.size();
  if (!record->credit.automatic) record->credit.held += static_cast<uint32_t>(octets.size());
  const StreamId id = record->id;
  const uintptr_t user_data = record->user_data;
  if (ends) end_of_request();
  return p_.recycler.lend(
      DataReceived{id, user_data, ends, Bytes(ByteView(octets.data(), octets.size()))});
}

// RFC 9112 §9.3: what is left of a request that was answered early is read, but not without a
// bound.
void Receiving::discard(uint64_t size) const {
  p_.incoming.discard(size);
  const uint64_t limit = p_.options.limits.discarded_content;
  if (p_.incoming.discarded() <= limit) return;
  p_.reports.hit({Limit::kDiscardedContent, limit, p_.incoming.discarded()});
  ending().stop(nullptr);
}

void Receiving::end_of_request() const {
  Record* const record = p_.incoming.record();
  p_.incoming.end();
  p_.deadlines.stop(Deadline::kContent);
  if (record == nullptr) return;
  record->received = true;
  stop_behind(record);
  if (record->end_shown) ending().close(record, {}, ClosedBy::kEnd);
}

EventPtr Receiving::end_tunnel() const {
  Record* const record = p_.incoming.record();
  if (p_.incoming.step() != Incoming::Step::kTunnel || record == nullptr || record->received) {
    return nullptr;
  }
  record->received = true;
  return p_.recycler.lend(DataReceived{record->id, record->user_data, true, Bytes()});
}

bool Receiving::keep() const {
  if (p_.incoming.step() == Incoming::Step::kHead) return p_.requests.keep();
  return p_.incoming.step() != Incoming::Step::kTrailers || p_.section.keep();
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
