#include "headrace/protocol/stream/stream_table.h"

#include <bit>

namespace headrace {
HEADRACE_ABI_BEGIN

StreamTable::~StreamTable() {
  while (live_.front() != nullptr) erase(live_.front());
  trim();
}

Stream* StreamTable::create(StreamId id) {
  // At most four fifths full. The ids of a peer's streams follow one another and are spread
  // evenly, so a probe is short.
  if (5 * (size() + 1) > 4 * index_size_ && !grow_index()) return nullptr;
  Stream* const stream = records_.create();
  if (stream == nullptr) return nullptr;
  stream->id = id;
  size_t bucket = bucket_of(id);
  while (index_[bucket] != nullptr) bucket = (bucket + 1) & (index_size_ - 1);
  index_[bucket] = stream;
  live_.push_back(stream);
  return last_found_ = stream;
}

Stream* StreamTable::look_up(StreamId id) const {
  if (size() == 0) return nullptr;
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
  live_.remove(stream);
  records_.destroy(stream);
}

void StreamTable::trim() {
  if (size() > 0) return;
  records_.trim();
  ledger_->refund(index_size_ * sizeof(Stream*));
  index_.reset();
  index_size_ = 0;
}

bool StreamTable::grow_index() {
  const size_t larger = index_size_ == 0 ? kFirstBuckets : 2 * index_size_;
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

HEADRACE_ABI_END
}  // namespace headrace
