#include "protocol/stream/closed_streams.h"

#include <algorithm>
#include <utility>

namespace headrace::inline HEADRACE_ABI {

void ClosedStreams::remember(StreamId id, StreamState state) {
  if (size_ == capacity_ && capacity_ < limit_) grow();
  if (capacity_ == 0) return forget(id);
  newest_ = (newest_ + 1) % capacity_;
  if (size_ == capacity_) {
    forget(entries_[newest_].id);  // the oldest makes room
  } else {
    ++size_;
  }
  entries_[newest_] = {id, state};
}

StreamState ClosedStreams::find(StreamId id) const {
  // Newest first: late frames follow their stream's end closely.
  for (size_t i = 0; i < size_; ++i) {
    const Entry& entry = entries_[(newest_ + capacity_ - i) % capacity_];
    if (entry.id == id) return entry.state;
  }
  return id <= forgotten_up_to_ ? StreamState::kClosedResetSent : StreamState::kClosedSkipped;
}

void ClosedStreams::trim() {
  for (size_t i = 0; i < size_; ++i) {
    forget(entries_[(newest_ + capacity_ - i) % capacity_].id);
  }
  ledger_->refund(capacity_ * sizeof(Entry));
  entries_.reset();
  capacity_ = size_ = newest_ = 0;
}

// When the ledger refuses, the oldest has to make room.
void ClosedStreams::grow() {
  size_t larger = std::min(limit_, capacity_ == 0 ? kFirstCapacity : 4 * capacity_);
  if (!ledger_->reserve((larger - capacity_) * sizeof(Entry))) return;
  auto entries = std::make_unique<Entry[]>(larger);
  for (size_t i = 0; i < size_; ++i) {  // oldest first, from position 0
    entries[i] = entries_[(newest_ + capacity_ - (size_ - 1 - i)) % capacity_];
  }
  entries_ = std::move(entries);
  capacity_ = larger;
  newest_ = size_ == 0 ? larger - 1 : size_ - 1;
}

}  // namespace headrace::inline HEADRACE_ABI
