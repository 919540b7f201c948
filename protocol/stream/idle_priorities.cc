#include "headrace/protocol/stream/idle_priorities.h"

#include <algorithm>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

bool comes_before(const IdlePriorities::Entry& entry, StreamId id) { return entry.id < id; }

}  // namespace

IdlePriorities::Entry* IdlePriorities::find(StreamId id) {
  Entry* end = entries_.get() + size_;
  Entry* place = std::lower_bound(entries_.get(), end, id, comes_before);
  return place != end && place->id == id ? place : nullptr;
}

IdlePriorities::Entry* IdlePriorities::add(StreamId id) {
  if (size_ == capacity_ && !grow()) return nullptr;
  Entry* end = entries_.get() + size_;
  Entry* place = std::lower_bound(entries_.get(), end, id, comes_before);
  std::move_backward(place, end, end + 1);
  ++size_;
  *place = {};
  place->id = id;
  return place;
}

std::optional<Priority> IdlePriorities::open(StreamId id) {
  Entry* end = entries_.get() + size_;
  Entry* place = std::lower_bound(entries_.get(), end, id, comes_before);
  std::optional<Priority> priority;
  if (place != end && place->id == id) priority = (place++)->priority;
  size_ = static_cast<size_t>(std::move(place, end, entries_.get()) - entries_.get());
  return priority;
}

bool IdlePriorities::grow() {
  const size_t larger = capacity_ == 0 ? kFirstCapacity : 2 * capacity_;
  if (!ledger_->reserve((larger - capacity_) * sizeof(Entry))) return false;
  auto entries = std::make_unique<Entry[]>(larger);
  std::copy_n(entries_.get(), size_, entries.get());
  entries_ = std::move(entries);
  capacity_ = larger;
  return true;
}

void IdlePriorities::release() {
  ledger_->refund(capacity_ * sizeof(Entry));
  entries_.reset();
  size_ = capacity_ = 0;
}

HEADRACE_ABI_END
}  // namespace headrace
