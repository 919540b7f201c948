#include "headrace/protocol/stream/closed_streams.h"

#include <algorithm>
#include <utility>

namespace headrace {
HEADRACE_ABI_BEGIN

void ClosedStreams::remember(StreamId id, StreamState state) {
  for (;;) {
    Entry* const place = capacity_ == 0 ? nullptr : &place_of(id);
    const bool fits = place != nullptr && (place->id == 0 || place->id == id);
    if (!fits && capacity_ < limit_ && grow()) continue;
    if (place == nullptr) return forget(id);
    return put({id, state}, place);
  }
}

StreamState ClosedStreams::find(StreamId id) const {
  if (capacity_ > 0 && place_of(id).id == id) return place_of(id).state;
  return id <= forgotten_up_to_ ? StreamState::kClosedResetSent : StreamState::kClosedUnused;
}

void ClosedStreams::trim() {
  for (size_t i = 0; i < capacity_; ++i) forget(entries_[i].id);
  ledger_->refund(capacity_ * sizeof(Entry));
  entries_.reset();
  capacity_ = 0;
}

bool ClosedStreams::grow() {
  const size_t larger = std::min(limit_, capacity_ == 0 ? kFirstCapacity : 4 * capacity_);
  if (!ledger_->reserve((larger - capacity_) * sizeof(Entry))) return false;
  std::unique_ptr<Entry[]> before = std::exchange(entries_, std::make_unique<Entry[]>(larger));
  size_t count = std::exchange(capacity_, larger);
  for (size_t i = 0; i < count; ++i) {
    if (before[i].id != 0) put(before[i], &place_of(before[i].id));
  }
  return true;
}

HEADRACE_ABI_END
}  // namespace headrace
