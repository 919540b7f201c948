#include "headrace/protocol/stream/stream_table.h"

#include <bit>
#include <new>
#include <utility>

namespace headrace {
HEADRACE_ABI_BEGIN

StreamTable::~StreamTable() {
  while (live_.front() != nullptr) erase(live_.front());
  free_all();
}

Stream* StreamTable::create(StreamId id) {
  if (free_ == nullptr && !grow_slabs()) return nullptr;
  // At most half full: a probe is short.
  if (2 * (size_ + 1) > index_size_ && !grow_index()) return nullptr;
  Slot* slot = std::exchange(free_, free_->next_free);
  Stream* stream = new (&slot->stream) Stream;
  stream->id = id;
  size_t bucket = bucket_of(id);
  while (index_[bucket] != nullptr) bucket = (bucket + 1) & (index_size_ - 1);
  index_[bucket] = stream;
  ++size_;
  live_.push_back(stream);
  return last_found_ = stream;
}

Stream* StreamTable::look_up(StreamId id) const {
  if (size_ == 0) return nullptr;
  for (size_t bucket = bucket_of(id); index_[bucket] != nullptr;
       bucket = (bucket + 1) & (index_size_ - 1)) {
    if (index_[bucket]->id == id) return last_found_ = index_[bucket];
  }
  return nullptr;
}

void StreamTable::erase(Stream* stream) {
  if (last_found_ == stream) last_found_ = nullptr;
  size_t hole = bucket_of(stream->id);
  while (index_[hole] != stream) hole = (hole + 1) & (index_size_ - 1);
  // Backward-shift deletion: what was pushed past the hole moves into it, so no tombstones.
  for (size_t probe = (hole + 1) & (index_size_ - 1); index_[probe] != nullptr;
       probe = (probe + 1) & (index_size_ - 1)) {
    size_t home = bucket_of(index_[probe]->id);
    bool reaches_hole =
        ((probe - home) & (index_size_ - 1)) >= ((probe - hole) & (index_size_ - 1));
    if (!reaches_hole) continue;
    index_[hole] = index_[probe];
    hole = probe;
  }
  index_[hole] = nullptr;
  --size_;
  live_.remove(stream);
  stream->~Stream();
  Slot* slot = reinterpret_cast<Slot*>(stream);  // the record is the union's only other member
  slot->next_free = free_;
  free_ = slot;
}

void StreamTable::trim() {
  if (size_ == 0) free_all();
}

bool StreamTable::grow_slabs() {
  if (!ledger_->reserve(sizeof(Slab))) return false;
  slabs_.push_back(std::make_unique<Slab>());
  for (Slot& slot : slabs_.back()->slots) {
    slot.next_free = free_;
    free_ = &slot;
  }
  return true;
}

bool StreamTable::grow_index() {
  size_t larger = index_size_ == 0 ? 2 * kSlabStreams : 2 * index_size_;
  if (!ledger_->reserve((larger - index_size_) * sizeof(Stream*))) return false;
  index_ = std::make_unique<Stream*[]>(larger);
  index_size_ = larger;
  index_shift_ = 64 - std::countr_zero(larger);
  for (Stream* stream = oldest(); stream != nullptr; stream = next(stream)) {
    size_t bucket = bucket_of(stream->id);
    while (index_[bucket] != nullptr) bucket = (bucket + 1) & (index_size_ - 1);
    index_[bucket] = stream;
  }
  return true;
}

void StreamTable::free_all() {
  ledger_->refund(slabs_.size() * sizeof(Slab) + index_size_ * sizeof(Stream*));
  slabs_.clear();
  slabs_.shrink_to_fit();
  free_ = nullptr;
  index_.reset();
  index_size_ = 0;
}

HEADRACE_ABI_END
}  // namespace headrace
