#ifndef HEADRACE_PROTOCOL_HTTP2_WAITING_HEADS_H_
#define HEADRACE_PROTOCOL_HTTP2_WAITING_HEADS_H_

#include <cstdint>
#include <utility>

#include "headrace/memory/abi.h"
#include "headrace/memory/block_pool.h"
#include "headrace/memory/linked_list.h"
#include "headrace/protocol/stream/held_fields.h"
#include "headrace/protocol/stream/stream.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Messages whose heads are not written yet, in the order in which they were submitted: a client's
// requests above the peer's MAX_CONCURRENT_STREAMS (RFC 9113 §5.1.2), a server's responses whose
// fields depend on a body that is not known yet.
class WaitingHeads {
 public:
  bool empty() const { return list_.empty(); }
  uint32_t size() const { return size_; }
  // The one that is written next.
  Stream* front() const { return list_.front(); }

  // Copies the fields into a block of `pool`, which must outlive the stream.
  void hold(Stream* stream, FieldsView fields, BlockPool* pool) {
    stream->waiting.head_ = HeldFields(fields, pool);
    list_.push_back(stream);
    ++size_;
  }
  // The stream waits no more.
  HeldFields take(Stream* stream) {
    list_.remove(stream);
    --size_;
    return std::move(stream->waiting.head_);
  }

 private:
  LinkedList<&Stream::waiting_link> list_;
  uint32_t size_ = 0;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_WAITING_HEADS_H_
