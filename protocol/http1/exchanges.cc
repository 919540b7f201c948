#include "headrace/protocol/http1/exchanges.h"

#include <bit>
#include <memory>
#include <utility>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

Exchanges::~Exchanges() {
  while (front_ != nullptr) {
    Record* const record = std::exchange(front_, front_->next);
    ledger_->refund(sizeof(Record));
    delete record;
  }
  trim();
}

Record* Exchanges::open() {
  Record* record = std::exchange(spare_, nullptr);
  if (record != nullptr) {
    spare_ = record->next;
    std::destroy_at(record);
    std::construct_at(record);
  } else {
    if (!ledger_->reserve(sizeof(Record))) return nullptr;
    record = new Record();
  }
  record->id = next_id_;
  next_id_ += 2;
  (front_ == nullptr ? front_ : back_->next) = record;
  back_ = record;
  if (sending_ == nullptr) sending_ = record;
  ++open_;
  ++waiting_;
  return record;
}

Record* Exchanges::find(StreamId id) const {
  if (back_ != nullptr && back_->id == id) return back_;  // as most answers are given
  for (Record* record = front_; record != nullptr; record = record->next) {
    if (record->id == id) return record;
  }
  return nullptr;
}

StreamId Exchanges::next_open(StreamId after) const {
  const Record* record = front_;
  while (record != nullptr && (record->id <= after || record->closed)) record = record->next;
  return record == nullptr ? 0 : record->id;
}

Record* Exchanges::sending() const {
  while (sending_ != nullptr && sending_->sending_ended()) sending_ = sending_->next;
  return sending_;
}

Record* Exchanges::receiving() const {
  Record* record = front_;
  while (record != nullptr && (record->received || record->closed)) record = record->next;
  return record;
}

bool Exchanges::is_last_to_send(const Record* record) const {
  const Record* behind = record->next;
  while (behind != nullptr && behind->sending_ended()) behind = behind->next;
  return behind == nullptr;
}

void Exchanges::close(Record* record, const StreamError& reason, ClosedBy closed_by) {
  record->closed = true;
  record->reason = reason;
  record->error = reason.code;
  record->closed_by = closed_by;
  --open_;
  notify(record, Notice::kClosed);
}

void Exchanges::end_shown(Record* record) {
  if (std::exchange(record->end_shown, true)) return;
  --waiting_;
}

void Exchanges::notify(Record* record, Notice notice) {
  if (record->has(notice)) return;
  record->notices |= static_cast<uint8_t>(1u << static_cast<unsigned>(notice));
  ++notices_;
}

Record* Exchanges::next_notice(Notice* notice) const {
  Record* record = front_;
  while (record->notices == 0) record = record->next;
  *notice = static_cast<Notice>(std::countr_zero(record->notices));
  return record;
}

void Exchanges::take_notice(Record* record, Notice notice) {
  record->notices &= static_cast<uint8_t>(~(1u << static_cast<unsigned>(notice)));
  --notices_;
}

void Exchanges::erase_if_done(Record* record) {
  if (!record->closed || !record->end_shown || record->notices != 0 || record->body.held()) return;
  Record* before = nullptr;
  for (Record* at = front_; at != record; at = at->next) before = at;
  (before == nullptr ? front_ : before->next) = record->next;
  if (back_ == record) back_ = before;
  if (sending_ == record) sending_ = record->next;
  // Blocks go back to their pool now, the rest when the record is used again.
  record->held = {};
  record->interim.reset();
  record->body.cancel();
  record->next = spare_;
  spare_ = record;
}

void Exchanges::trim() {
  while (spare_ != nullptr) {
    Record* const record = std::exchange(spare_, spare_->next);
    ledger_->refund(sizeof(Record));
    delete record;
  }
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
