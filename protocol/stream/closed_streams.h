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

// How the streams of one side that are no longer live were closed. Each has its place by its id, so
// that a late frame costs one look; `limit` ids that a client uses in a row have places of their
// own, and others displace older ones. A stream that was forgotten gets the lenient answer, that of
// one we reset: late frames on it are discarded.
class ClosedStreams {
 public:
  // `limit`: how many are remembered (Limits::remembered_streams).
  ClosedStreams(Ledger* ledger, uint32_t limit) : ledger_(ledger), limit_(limit) {}
  ~ClosedStreams() { trim(); }
  ClosedStreams(const ClosedStreams&) = delete;
  ClosedStreams& operator=(const ClosedStreams&) = delete;

  // `state`: one of the closed states. When the ledger refuses memory it is forgotten at once.
  void remember(StreamId id, StreamState state);
  // The state of a stream that is not live, `id` being at most the highest ever used.
  StreamState find(StreamId id) const;
  // Forgets everything and frees the memory.
  void trim();

 private:
  struct Entry {
    StreamId id = 0;  // 0: free
    StreamState state = StreamState::kIdle;
  };
  static constexpr size_t kFirstCapacity = 16;

  // False: the limit, or the ledger.
  bool grow();
  // The ids of one side are all odd or all even.
  Entry& place_of(StreamId id) const { return entries_[id / 2 % capacity_]; }
  void put(const Entry& entry);
  void forget(StreamId id) {
    if (id > forgotten_up_to_) forgotten_up_to_ = id;
  }

  Ledger* ledger_;
  size_t limit_;
  std::unique_ptr<Entry[]> entries_;
  size_t capacity_ = 0;
  StreamId forgotten_up_to_ = 0;  // some id up to this one was used and forgotten
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_CLOSED_STREAMS_H_
