#include "adapters/loop/yield_order.h"

#include <algorithm>

namespace headrace::adapters {

YieldOrder::YieldOrder(std::chrono::milliseconds idle, std::chrono::milliseconds stalled)
    : patience_{idle, idle, stalled} {}

void YieldOrder::note(Entry& entry, Standing standing, uint64_t progress, TimePoint now) {
  if (list_of(standing).contains(entry) && progress == entry.progress_) return;
  list_of(standing).push_back(entry);
  entry.standing_ = standing;
  entry.progress_ = progress;
  entry.since_ = now;
}

void YieldOrder::renew(Entry& entry, TimePoint now) {
  list_of(entry.standing_).push_back(entry);
  entry.since_ = now;
}

YieldOrder::Entry* YieldOrder::due(TimePoint now) const {
  for (size_t kind = 0; kind < lists_.size(); ++kind) {
    if (due_at(kind) <= now) return lists_[kind].front();
  }
  return nullptr;
}

TimePoint YieldOrder::next() const { return std::min({due_at(0), due_at(1), due_at(2)}); }

TimePoint YieldOrder::due_at(size_t kind) const {
  if (lists_[kind].empty() || patience_[kind].count() == 0) return TimePoint::max();
  return lists_[kind].front()->since_ + patience_[kind];
}

}  // namespace headrace::adapters
