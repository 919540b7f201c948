#include "headrace/protocol/http1/engine/sending.h"

#include <utility>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

gsl::span<const ConstBuffer> Sending::pending_output(size_t max_bytes) const {
  while (p_.output.unsent() < max_bytes) {
    if (!write_next(max_bytes - p_.output.unsent())) break;
  }
  const gsl::span<const ConstBuffer> shown = p_.output.show(max_bytes);
  content().note_shown();
  return shown;
}

// The record whose message is written now. Null if there is none, or it must not begin, or the
// connection has ended.
Record* Sending::next() const {
  if (has_ended()) return nullptr;
  Record* const record = p_.exchanges.sending();
  const bool waits = record != nullptr && p_.is_client() && !record->exchange.head_sent();
  return waits && !heads().may_begin(record) ? nullptr : record;
}

// Writes a piece of the next message. False: there is none now.
bool Sending::write_next(size_t room) const {
  Record* const record = next();
  if (record == nullptr) {
    if (!p_.answer_due) return false;
    heads().write_answer(*std::exchange(p_.answer_due, std::nullopt));
    return true;
  }
  if (record->interim != nullptr) {
    const BlockPool::BlockPtr interim = std::move(record->interim);
    content().write_text({reinterpret_cast<const char*>(interim->octets()), interim->size});
    heads().note_interim_written(record);
    return true;
  }
  if (record->held.there()) {
    p_.is_client() ? heads().open_held_request(record) : heads().open_held(record);
    return true;
  }
  if (record->continue_due && !record->submitted) {
    heads().send_continue(record);
    return true;
  }
  if (!content().can_write(record)) return false;
  return content().write_content(record, room);
}

void Sending::sent(size_t size) const {
  p_.output.sent(size);
  for (Record* record = p_.exchanges.front(); record != nullptr; record = record->next) {
    if (!record->sending_ended() || record->end_offset > p_.output.sent_offset()) break;
    if (p_.is_client()) continue;
    if (!record->closed && !record->received && !record->response_told) {
      record->response_told = true;
      p_.exchanges.notify(record, Notice::kResponseSent);
    }
  }
  if (!p_.options.explicit_release) release(size);
}

void Sending::release(size_t size) const {
  p_.output.released(size, [this](StreamId id, size_t released) {
    Record* const record = p_.exchanges.find(id);
    if (record->body.release(released)) return;
    ending().note_release(record);
    p_.exchanges.erase_if_done(record);
  });
  if (p_.output.unsent() == 0 && !waits()) p_.output.rest();
}

bool Sending::waits() const {
  if (p_.output.unsent() > 0) return true;
  if (all_is_shown()) return p_.answer_due.has_value();
  const Record* const record = next();
  if (record == nullptr) return p_.answer_due.has_value();
  return record->interim != nullptr || record->held.there() ||
         (record->continue_due && !record->submitted) || content().can_write(record);
}

Blocked Sending::why_blocked(const Record* record) const {
  if (record == nullptr || record->closed) return Blocked::kNothing;
  if (record->sending_ended()) {
    return record->end_offset > p_.output.sent_offset() ? Blocked::kOutput : Blocked::kNothing;
  }
  if (!record->submitted) return Blocked::kApplication;
  if (p_.is_client() && !record->exchange.head_sent() && next() != record) {
    return Blocked::kPeerConcurrency;
  }
  if (record->waits_for_switch) return Blocked::kStreamWindow;
  if (p_.exchanges.sending() != record) return Blocked::kScheduler;
  if (record->held.there() || content().can_write(record)) return Blocked::kOutput;
  return record->body.source() != nullptr ? Blocked::kBodySource : Blocked::kApplication;
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
