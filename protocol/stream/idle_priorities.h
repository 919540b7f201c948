#ifndef HEADRACE_PROTOCOL_STREAM_IDLE_PRIORITIES_H_
#define HEADRACE_PROTOCOL_STREAM_IDLE_PRIORITIES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "headrace/memory/abi.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/stream/priority.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The priorities that a client has signalled for streams that it has not opened yet (RFC 9218 §7);
// the latest one of each is applied when it is opened. 8 octets a stream. The caller limits their
// number.
class IdlePriorities {
 public:
  struct Entry {
    StreamId id = 0;
    Priority priority;
    uint8_t updates = 0;  // PRIORITY_UPDATE frames so far
  };

  explicit IdlePriorities(Ledger* ledger) : ledger_(ledger) {}
  ~IdlePriorities() { release(); }
  IdlePriorities(const IdlePriorities&) = delete;
  IdlePriorities& operator=(const IdlePriorities&) = delete;

  size_t size() const { return size_; }
  // The entry of a stream, or null. Valid until the next add() or open().
  Entry* find(StreamId id);
  // A new entry for a stream that has none; null if the ledger refused. Cheapest for an id above
  // all others, which is the usual case.
  [[nodiscard]] Entry* add(StreamId id);
  // The stream was opened: returns its priority, if one was signalled, and removes the entries of
  // lower ids, which are closed now (RFC 9113 §5.1.1).
  std::optional<Priority> open(StreamId id);
  // Frees the memory when there are no entries.
  void trim() {
    if (size_ == 0) release();
  }

 private:
  static constexpr size_t kFirstCapacity = 8;

  bool grow();
  void release();

  Ledger* ledger_;
  std::unique_ptr<Entry[]> entries_;  // by id, ascending
  size_t size_ = 0;
  size_t capacity_ = 0;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_IDLE_PRIORITIES_H_
