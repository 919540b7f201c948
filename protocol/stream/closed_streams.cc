#include "headrace/protocol/stream/closed_streams.h"

#include <algorithm>
#include <utility>

namespace headrace {
HEADRACE_ABI_BEGIN

void ClosedStreams::remember(StreamId id, StreamState state) {
  while (capacity_ == 0 || (place_of(id).id != 0 && place_of(id).id != id)) {
    if (!grow()) break;
  }
  if (capacity_ == 0) return forget(id);
  put({id, state});
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
  size_t larger = std::min(limit_, capacity_ == 0 ? kFirstCapacity : 4 * capacity_);
  if (larger == capacity_ || !ledger_->reserve((larger - capacity_) * sizeof(Entry))) return false;
  std::unique_ptr<Entry[]> before = std::exchange(entries_, std::make_unique<Entry[]>(larger));
  size_t count = std::exchange(capacity_, larger);
  for (size_t i = 0; i < count; ++i) {
    if (before[i].id != 0) put(before[i]);
  }
  return true;
}

void ClosedStreams::put(const Entry& entry) {
  Entry& place = place_of(entry.id);
  if (place.id != entry.id) forget(place.id);
  place = entry;
}

HEADRACE_ABI_END
}  // namespace headrace
