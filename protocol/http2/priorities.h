#ifndef HEADRACE_PROTOCOL_HTTP2_PRIORITIES_H_
#define HEADRACE_PROTOCOL_HTTP2_PRIORITIES_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "headrace/memory/abi.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/guard/limits.h"
#include "headrace/protocol/stream/idle_priorities.h"
#include "headrace/protocol/stream/priority.h"
#include "headrace/protocol/stream/stream.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The priority signals of a client (RFC 9218): whether it uses them, those for streams that it has
// not opened yet, and how many of them are free of charge.
class Priorities {
 public:
  // `limits` must outlive it. `ledger`: for the priorities of idle streams.
  Priorities(const Limits& limits, Ledger* ledger) : limits_(limits), idle_(ledger) {}

  // The priority of a stream that none was signalled for. The streams of a client that has never
  // signalled any are served alike, because it does not know the RFC's defaults. A tunnel has no
  // end that others could wait for (§10, §11).
  Priority initial(bool is_connect) const {
    return {Priority{}.urgency, !peer_signals_ || is_connect};
  }
  // The peer knows priorities, so that the RFC's defaults count for what it leaves out. True if
  // that is new; initial() counts for earlier streams, too.
  [[nodiscard]] bool note_signal() { return !std::exchange(peer_signals_, true); }
  void note_given(Stream* stream) { stream->signals.given_ = true; }

  // --- PRIORITY_UPDATE (§7).

  // Counts one for the stream. False if it was one too many, and not counted. Honest clients change
  // a priority once or twice.
  [[nodiscard]] bool take_update(Stream* stream) { return take_update(&stream->signals.updates_); }
  // A client's own, which is sent with the request.
  void note_update_due(Stream* stream) { stream->signals.update_due_ = true; }

  // --- For streams that are idle.

  size_t idle_size() const { return idle_.size(); }
  bool has_idle(StreamId id) { return idle_.find(id) != nullptr; }
  // Makes room for a stream that has none; false if the ledger refused.
  [[nodiscard]] bool add_idle(StreamId id) { return idle_.add(id) != nullptr; }
  // As take_update(), and sets the priority itself, of a stream that has room.
  [[nodiscard]] bool take_idle_update(StreamId id) { return take_update(&idle_.find(id)->updates); }
  void set_idle(StreamId id, const Priority& priority) { idle_.find(id)->priority = priority; }
  // The stream was opened, and no lower one can be any more.
  std::optional<Priority> open_idle(StreamId id) {
    return idle_.size() > 0 ? idle_.open(id) : std::nullopt;
  }

  // --- PRIORITY (RFC 9113 §6.3): some are free for each request, because browsers send one for
  // each image of a page, and many arrive after the stream was closed.

  void note_request() {
    const uint64_t of_one = limits_.priority_updates_per_stream;
    free_ = std::min(free_ + of_one, of_one * limits_.concurrent_streams);
  }
  [[nodiscard]] bool take_free() {
    if (free_ == 0) return false;
    --free_;
    return true;
  }

  void trim() { idle_.trim(); }

 private:
  bool take_update(uint8_t* updates) {
    if (*updates >= limits_.priority_updates_per_stream) return false;
    ++*updates;
    return true;
  }

  const Limits& limits_;
  IdlePriorities idle_;
  uint64_t free_ = 0;
  bool peer_signals_ = false;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_PRIORITIES_H_
