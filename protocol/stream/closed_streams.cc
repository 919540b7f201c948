#include "headrace/protocol/stream/closed_streams.h"

#include <algorithm>
#include <utility>

namespace headrace {
HEADRACE_ABI_BEGIN

void ClosedStreams::remember_other(StreamId id, StreamState state) {
  const uint32_t number = number_of(id);
  if (capacity_ == 0 && (limit_ == 0 || !grow())) return forget(id);
  if (number >= end_) move_window(id);
  if (!in_window(number)) return forget(id);
  set_state_at(number, state);
}

StreamState ClosedStreams::find(StreamId id) const {
  const uint32_t number = number_of(id);
  if (in_window(number) && state_at(number) != StreamState::kClosedUnused) return state_at(number);
  return id <= forgotten_up_to_ ? StreamState::kClosedResetSent : StreamState::kClosedUnused;
}

void ClosedStreams::trim() {
  if (capacity_ == 0) return;
  if (end_ > 0) forget(2 * (end_ - 1) + 1);
  ledger_->refund(octets(capacity_));
  bits_.reset();
  capacity_ = end_ = 0;
}

// The window ends with `id` from now on. What falls out of it is forgotten, unless there may be
// room for more; that grows with the number of streams, not with the numbers that a peer leaves
// out.
void ClosedStreams::move_window(StreamId id) {
  const uint32_t end = number_of(id) + 1;
  if (end_ == 0 || end - end_ >= capacity_) {
    if (end_ > 0) forget(2 * (end_ - 1) + id % 2);
    std::fill_n(bits_.get(), octets(capacity_), uint8_t{0});
    end_ = end;
    return;
  }
  for (; end_ < end; ++end_) {
    const bool lost = end_ >= capacity_ && state_at(end_) != StreamState::kClosedUnused;
    if (lost && (capacity_ == limit_ || !grow())) forget(2 * (end_ - capacity_) + id % 2);
    set_state_at(end_, StreamState::kClosedUnused);
  }
}

bool ClosedStreams::grow() {
  const uint32_t before = capacity_;
  const auto larger = static_cast<uint32_t>(
      std::min<uint64_t>(limit_, std::max<uint64_t>(kFirstCapacity, uint64_t{4} * before)));
  if (!ledger_->reserve(octets(larger) - octets(before))) return false;
  const uint32_t first = end_ - std::min(end_, before);
  const std::unique_ptr<uint8_t[]> bits =
      std::exchange(bits_, std::make_unique<uint8_t[]>(octets(larger)));
  capacity_ = larger;
  for (uint32_t number = first; number < end_; ++number) {
    const uint32_t place = number % before;
    const uint32_t code = bits[place / 4] >> place % 4 * 2 & 3;
    set_state_at(number, static_cast<StreamState>(kUnused - code));
  }
  return true;
}

HEADRACE_ABI_END
}  // namespace headrace
