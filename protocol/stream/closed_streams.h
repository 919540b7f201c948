#ifndef HEADRACE_PROTOCOL_STREAM_CLOSED_STREAMS_H_
#define HEADRACE_PROTOCOL_STREAM_CLOSED_STREAMS_H_

#include <cstdint>
#include <memory>

#include "headrace/memory/abi.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/stream/state_table.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Remembers how the streams of one side were closed. The place of a stream follows from its id, so
// a look-up is one access. `limit` consecutive ids have different places; others replace older
// ones. A forgotten stream is treated like one that we reset: late frames on it are discarded.
class ClosedStreams {
 public:
  // `limit`: the most streams that are remembered (Limits::remembered_streams).
  ClosedStreams(Ledger* ledger, uint32_t limit) : ledger_(ledger), limit_(limit) {}
  ~ClosedStreams() { trim(); }
  ClosedStreams(const ClosedStreams&) = delete;
  ClosedStreams& operator=(const ClosedStreams&) = delete;

  // `state`: one of the closed states. If the ledger refuses memory, the stream is forgotten at
  // once.
  void remember(StreamId id, StreamState state);
  // The state of a stream that is not live. `id` must not be above the highest one ever used.
  StreamState find(StreamId id) const;
  // Forgets all streams and frees the memory.
  void trim();

 private:
  struct Entry {
    StreamId id = 0;  // 0 if the place is free
    StreamState state = StreamState::kIdle;
  };
  static constexpr size_t kFirstCapacity = 16;

  // Below the limit only. False if the ledger refused.
  bool grow();
  // The ids of one side are all odd or all even.
  Entry& place_of(StreamId id) const { return entries_[id / 2 % capacity_]; }
  void put(const Entry& entry, Entry* place) {
    if (place->id != entry.id) forget(place->id);
    *place = entry;
  }
  void forget(StreamId id) {
    if (id > forgotten_up_to_) forgotten_up_to_ = id;
  }

  Ledger* ledger_;
  size_t limit_;
  std::unique_ptr<Entry[]> entries_;
  size_t capacity_ = 0;
  StreamId forgotten_up_to_ = 0;  // the highest id that was forgotten
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_CLOSED_STREAMS_H_
