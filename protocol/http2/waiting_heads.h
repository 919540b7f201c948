#ifndef HEADRACE_PROTOCOL_HTTP2_WAITING_HEADS_H_
#define HEADRACE_PROTOCOL_HTTP2_WAITING_HEADS_H_

#include <cstdint>
#include <utility>

#include "headrace/memory/abi.h"
#include "headrace/memory/block_pool.h"
#include "headrace/memory/linked_list.h"
#include "headrace/protocol/stream/held_fields.h"
#include "headrace/protocol/stream/message_parts.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Messages whose heads are not written yet, in the order in which they were submitted: a client's
// requests above the peer's MAX_CONCURRENT_STREAMS (RFC 9113 §5.1.2), a server's responses whose
// fields depend on a body that is not known yet.
class WaitingHeads {
 public:
  bool empty() const { return list_.empty(); }
  uint32_t size() const { return size_; }
  // The stream of the one that is written next. Not if there is none.
  Stream* front() const { return list_.front()->stream; }

  // Copies the fields into a block of `pool`, which must outlive the message.
  void hold(OutgoingMessage* message, FieldsView fields, BlockPool* pool) {
    message->waiting.head_ = HeldFields(fields, pool);
    list_.push_back(message);
    ++size_;
  }
  // The message waits no more.
  HeldFields take(OutgoingMessage* message) {
    list_.remove(message);
    --size_;
    return std::move(message->waiting.head_);
  }

 private:
  LinkedList<&OutgoingMessage::waiting_link> list_;
  uint32_t size_ = 0;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_WAITING_HEADS_H_
