#ifndef HEADRACE_ADAPTERS_IO_URING_RING_RECORD_H_
#define HEADRACE_ADAPTERS_IO_URING_RING_RECORD_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "headrace/adapters/io_uring/release_queue.h"
#include "headrace/adapters/io_uring/zero_copy.h"
#include "headrace/adapters/loop/connection_record.h"
#include "headrace/adapters/loop/output_buffers.h"

namespace headrace::adapters {

struct RingRecord;

// What an IoUringLoop is about to do for a connection: it is in one of the loop's lists of this
// kind, or there is nothing to do before its next completion.
using RingList = IntrusiveList<RingRecord, struct RingKind>;

// One connection of an IoUringLoop, and what is under way for it. It stays until all of that has
// ended: the memory that the system reads outlives the reading.
struct RingRecord : ConnectionRecord, RingList::Hook {
  RingRecord(Loop& owner, UniqueFd fd, const IoUringOptions& options)
      : ConnectionRecord(owner, std::move(fd)), zero_copy(options) {}

  uint32_t operations = 0;                 // under way on the socket
  uint32_t releases_due = 0;               // zero-copy sends whose bytes are still read
  uint16_t zero_copies = 0;                // numbers them
  std::unique_ptr<OutputBuffers> sending;  // the send under way
  ReleaseQueue sent;
  ZeroCopy zero_copy;
  bool receiving = false;
  bool receive_cancelled = false;
  bool hangup_watched = false;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_IO_URING_RING_PEER_H_
