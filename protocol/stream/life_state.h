#ifndef HEADRACE_PROTOCOL_STREAM_LIFE_STATE_H_
#define HEADRACE_PROTOCOL_STREAM_LIFE_STATE_H_

#include <cstdint>

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/error.h"
#include "headrace/protocol/event/event.h"
#include "headrace/protocol/stream/state_table.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The state of a stream by the state table (RFC 9113 §5.1), and how it closed. Streams
// (protocol/http2/streams.h) alone changes it.
class LifeState {
 public:
  StreamState state() const { return state_; }
  bool closed() const { return is_closed(state_); }
  // It is in its side's concurrency count (§5.1.2), or reserved.
  bool counted() const { return counted_; }

  // How it closed.
  ClosedBy closed_by() const { return closed_by_; }
  // Whether our request was not processed, so that it may be sent again (§8.7).
  bool retry_safe() const { return retry_safe_; }

 private:
  friend class Streams;

  StreamState state_ = StreamState::kIdle;
  uint8_t pins_ = 0;
  ClosedBy closed_by_ : 6 = ClosedBy::kEnd;
  bool counted_ : 1 = false;
  bool retry_safe_ : 1 = false;
};

// Why a stream closed. Streams alone sets it.
class EndState {
 public:
  const StreamError& reason() const {
    static constexpr StreamError kInOrder{};
    return reason_ == nullptr ? kInOrder : *reason_;
  }

 private:
  friend class Streams;

  StreamError* reason_ = nullptr;  // null: it ended in order
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_LIFE_STATE_H_
