#ifndef HEADRACE_PROTOCOL_STREAM_STREAM_TABLE_H_
#define HEADRACE_PROTOCOL_STREAM_STREAM_TABLE_H_

#include <cstdint>
#include <memory>

#include "headrace/memory/abi.h"
#include "headrace/memory/ledger.h"
#include "headrace/memory/slab_pool.h"
#include "headrace/protocol/stream/stream.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The live streams of a connection: records whose addresses never change, found
// by id through a small open-addressed index. Iteration is in the order of creation, never of
// hashing. Memory is reserved in the ledger, which must outlive the table.
class StreamTable {
 public:
  explicit StreamTable(Ledger* ledger) : ledger_(ledger), records_(ledger) {}
  ~StreamTable();
  StreamTable(const StreamTable&) = delete;
  StreamTable& operator=(const StreamTable&) = delete;

  // A new record with that id, or null when the ledger refused. `id` must not be in the table.
  [[nodiscard]] Stream* create(StreamId id);
  // The record with that id, or null. Finding the same one repeatedly is cheap.
  Stream* find(StreamId id) const {
    return last_found_ != nullptr && last_found_->id == id ? last_found_ : look_up(id);
  }
  // Destroys the record. It must be in no list but the table's own.
  void erase(Stream* stream);

  Stream* oldest() const { return live_.front(); }
  static Stream* next(const Stream* stream) { return StreamList<&Stream::live>::after(stream); }
  size_t size() const { return records_.size(); }

  // Frees memory that no live stream needs.
  void trim();

 private:
  static constexpr size_t kFirstBuckets = 32;

  Stream* look_up(StreamId id) const;
  bool grow_index();
  // Ids follow one another: spread out, so that a run of occupied buckets is short (Fibonacci
  // hashing).
  size_t bucket_of(StreamId id) const {
    return static_cast<size_t>((id * uint64_t{0x9e3779b97f4a7c15}) >> index_shift_);
  }

  Ledger* ledger_;
  SlabPool<Stream> records_;
  std::unique_ptr<Stream*[]> index_;
  size_t index_size_ = 0;  // a power of two, or 0
  int index_shift_ = 64;   // 64 - log2(index_size_)
  mutable Stream* last_found_ = nullptr;
  StreamList<&Stream::live> live_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_STREAM_TABLE_H_
