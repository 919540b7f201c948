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

// Connections with work before their next completion; a connection is in one of the loop's lists of
// this kind, or in none.
using RingList = IntrusiveList<RingRecord, struct RingKind>;

// One connection of an IoUringLoop, with its operations. It is destroyed after all of them have
// ended, because the system uses its memory until then.
struct RingRecord : ConnectionRecord, RingList::Hook {
  RingRecord(Loop& owner, UniqueFd fd, const IoUringOptions& options)
      : ConnectionRecord(owner, std::move(fd)), zero_copy(options) {}

  uint32_t operations = 0;                 // pending ones
  uint32_t releases_due = 0;               // zero-copy sends that are not released
  uint16_t zero_copies = 0;                // the number of the last zero-copy send
  std::unique_ptr<OutputBuffers> sending;  // the output of the pending send
  ReleaseQueue sent;
  ZeroCopy zero_copy;
  bool receiving = false;
  bool receive_cancelled = false;
  bool hangup_watched = false;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_IO_URING_RING_RECORD_H_
