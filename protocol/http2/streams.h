#ifndef HEADRACE_PROTOCOL_HTTP2_STREAMS_H_
#define HEADRACE_PROTOCOL_HTTP2_STREAMS_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "headrace/memory/abi.h"
#include "headrace/memory/ledger.h"
#include "headrace/memory/slab_pool.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/stream/closed_streams.h"
#include "headrace/protocol/stream/state_table.h"
#include "headrace/protocol/stream/stream_table.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// How a stream closes: `state` is one of the closed ones; by kEnd there is no reason.
struct StreamEnd {
  StreamState state = StreamState::kClosedEnded;
  ClosedBy by = ClosedBy::kEnd;
  const StreamError& reason;
  bool retry_safe = false;
};

// The streams of a connection (RFC 9113 §5.1): their records, the identifiers that have been used,
// the counts against MAX_CONCURRENT_STREAMS, and how those closed whose records are gone. The only
// place that moves a stream from state to state, always by the table.
//
// Invariant: a record is there from its stream's first frame until it is closed and nobody has
// pinned it: what is queued or shown refers to a stream by its number, and each such reference that
// still needs the record is a pin.
class Streams {
 public:
  struct Config {
    bool client;
    StreamId first_own;   // the identifier of our first stream
    uint32_t remembered;  // Limits::remembered_streams, of each side
  };
  // The ledgers for live streams, for how others closed, and one without a budget, for what the
  // application and the number of streams bound.
  Streams(const Config& config, Ledger* records, Ledger* closed, Ledger* unbounded)
      : client_(config.client),
        next_own_(config.first_own),
        records_(records),
        unbounded_(unbounded),
        table_(records),
        closed_peer_(closed, config.remembered),
        closed_own_(closed, config.remembered) {}
  ~Streams();

  // --- Looking.

  Stream* find(StreamId id) const { return table_.find(id); }  // null: there is no record
  // The same without a look-up, if the identifier is new.
  Stream* find_used(StreamId id) const { return is_idle(id) ? nullptr : find(id); }
  // In the order of creation.
  Stream* oldest() const { return table_.oldest(); }
  static Stream* next(const Stream* stream) { return StreamTable::next(stream); }
  // The number of records, with those of closed streams.
  size_t size() const { return table_.size(); }

  // §5.1.1
  bool is_own(StreamId id) const { return (id % 2 == 1) == client_; }
  bool is_idle(StreamId id) const { return is_own(id) ? id >= next_own_ : id > last_peer_; }
  // `stream`: find(id).
  StreamState state_of(StreamId id, const Stream* stream) const {
    if (stream != nullptr) return stream->life.state();
    if (is_idle(id)) return StreamState::kIdle;
    return (is_own(id) ? closed_own_ : closed_peer_).find(id);
  }
  // The highest identifier that the peer has used, and the lowest that we have not.
  StreamId last_peer() const { return last_peer_; }
  StreamId next_own() const { return next_own_; }
  bool own_ids_exhausted() const { return next_own_ > kMaxStreamId; }

  // The numbers of streams in the concurrency counts, reserved ones included.
  uint32_t peer_count() const { return peer_count_; }
  uint32_t own_count() const { return own_count_; }

  // --- Beginning. null: the ledger refused.

  // The peer has used the identifier, and all below it (§5.1.1).
  void note_peer(StreamId id) { last_peer_ = id; }
  // A stream of the peer's, which that input has opened or reserved. It counts. `content`: its
  // message does not end with its head, so there is an IncomingMessage.
  Stream* create_peer(StreamId id, StreamInput input, bool content) {
    Stream* const stream = create(id, content);
    if (stream == nullptr) return nullptr;
    stream->life.state_ = on_receive(StreamState::kIdle, input).next;
    count(stream);
    return stream;
  }
  // The next one of ours. It is idle, and does not count yet. `content`: it is answered.
  Stream* create_own(bool content);
  // The stream's OutgoingMessage, which is made if it has none.
  OutgoingMessage& outgoing(Stream* stream) {
    if (stream->outgoing == nullptr) stream->outgoing = apart().outgoing.create(stream);
    return *stream->outgoing;
  }
  // It is reserved, or its request goes out.
  void count(Stream* stream) {
    stream->life.counted_ = true;
    ++(is_own(stream->id) ? own_count_ : peer_count_);
  }

  // --- Changing state. If the returned Transition is accepted, it has been made.

  // `stream`: find(id).
  Transition receive(StreamId id, Stream* stream, StreamInput input) {
    const Transition transition = on_receive(state_of(id, stream), input);
    if (transition.accepted() && stream != nullptr) stream->life.state_ = transition.next;
    return transition;
  }
  Transition send(Stream* stream, StreamInput input) {
    const Transition transition = on_send(stream->life.state_, input);
    if (transition.accepted()) stream->life.state_ = transition.next;
    return transition;
  }

  // --- Ending.

  // The record stays until settle(), and as long as it is pinned.
  void close(Stream* stream, const StreamEnd& end) {
    LifeState& life = stream->life;
    life.state_ = end.state;
    life.closed_by_ = end.by;
    life.retry_safe_ = end.retry_safe;
    if (end.by != ClosedBy::kEnd) keep_reason(stream, end.reason);
  }
  // A RST_STREAM of ours has followed on a stream that is closed already. `stream`: find(id).
  void reset_again(StreamId id, Stream* stream);
  // A stream of the peer's that was refused unseen.
  void refuse(StreamId id) { closed_peer_.remember(id, StreamState::kClosedResetSent); }
  // It counts no more.
  void uncount(Stream* stream) {
    if (!stream->life.counted_) return;
    stream->life.counted_ = false;
    --(is_own(stream->id) ? own_count_ : peer_count_);
  }

  void pin(Stream* stream) { ++stream->life.pins_; }
  // As settle().
  [[nodiscard]] bool unpin(Stream* stream) {
    --stream->life.pins_;
    return settle(stream);
  }
  // True: it is closed and was not pinned, so the record is gone, and how it closed is remembered.
  [[nodiscard]] bool settle(Stream* stream) {
    if (!stream->life.closed() || stream->life.pins_ > 0) return false;
    erase(stream);
    return true;
  }

  // Frees memory that no live stream needs.
  void trim() {
    table_.trim();
    if (table_.size() == 0) apart_.reset();
  }

 private:
  // The parts of a record that few streams have at a time.
  struct Apart {
    SlabPool<IncomingMessage> incoming;
    SlabPool<OutgoingMessage> outgoing;
    SlabPool<StreamError> reasons;
  };

  Stream* create(StreamId id, bool content) {
    Stream* const stream = table_.create(id);
    if (stream == nullptr || !content || add_incoming(stream)) return stream;
    table_.erase(stream);
    return nullptr;
  }
  bool add_incoming(Stream* stream);
  Apart& apart() { return apart_ == nullptr ? make_apart() : *apart_; }
  Apart& make_apart();
  void keep_reason(Stream* stream, const StreamError& reason);
  void free_apart(Stream* stream);
  void erase(Stream* stream);

  const bool client_;
  StreamId last_peer_ = 0;
  StreamId next_own_;
  uint32_t peer_count_ = 0;
  uint32_t own_count_ = 0;
  Ledger* const records_;
  Ledger* const unbounded_;
  std::unique_ptr<Apart> apart_;  // there from the first use on
  StreamTable table_;
  ClosedStreams closed_peer_;
  ClosedStreams closed_own_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_STREAMS_H_
