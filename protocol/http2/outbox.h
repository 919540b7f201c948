#ifndef HEADRACE_PROTOCOL_HTTP2_OUTBOX_H_
#define HEADRACE_PROTOCOL_HTTP2_OUTBOX_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <optional>
#include <vector>

#include "headrace/memory/abi.h"
#include "headrace/memory/output_queue.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/guard/limits.h"
#include "headrace/protocol/guard/reply_count.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The frames whose ends in the output are marked.
enum class Mark : uint8_t {
  kEnd,   // the last frame of ours on a stream: END_STREAM, or RST_STREAM
  kData,  // DATA that used up its stream's window
};

struct PlacedMark {
  uint64_t offset = 0;
  StreamId stream_id = 0;
  Mark mark = Mark::kEnd;
  bool awaits_departure = false;
};

// The frames on their way out: their octets, the marks between them ("end of 7"), and
// the counts that bound what a peer can make us queue. It knows streams by their number only.
//
// Invariant: marks stand in the order of their offsets; those up to `shown_` have been shown and
// handed out, and those in front of `first_` have left.
class Outbox {
 public:
  // `backlog`: Limits::output_backlog, or without a bound in the client role, where what is queued
  // is the application's own affair.
  Outbox(uint32_t queued_replies, size_t backlog)
      : backlog_limit_(backlog), replies_(queued_replies) {}

  // --- Writing. Memory for whole frames, contiguous: see OutputQueue.

  [[nodiscard]] uint8_t* reserve(size_t size) { return queue_.reserve(size); }
  size_t room() const { return queue_.room(); }
  void commit(const uint8_t* end) { queue_.commit(end); }
  // Octets that stay where they are until they are released, of the body of that stream.
  void append_reference(gsl::span<const uint8_t> bytes, StreamId id) {
    queue_.append_reference(bytes, id);
  }

  // The output that is queued so far ends with our last frame of the stream (next_shown() hands it
  // out)
  // ...
  void mark(Mark mark, StreamId id) {
    marks_.push_back({queue_.end_offset(), id, mark, mark == Mark::kData});
  }
  // ... or with DATA: the backlog begins behind it.
  void data_cut() { data_end_ = queue_.end_offset(); }

  // The frame that was queued last has been provoked by the peer (an acknowledgement, RST_STREAM,
  // 431). True: the limit of queued_replies is hit, and no more input is to be read until half of
  // them have left.
  [[nodiscard]] bool count_reply() {
    replies_.add(queue_.end_offset());
    return replies_.full();
  }
  LimitHit queued_replies() const {
    return {Limit::kQueuedReplies, replies_.limit(), replies_.waiting()};
  }
  // The frames of a field block have been queued. True: the limit of output_backlog is hit, as
  // above.
  [[nodiscard]] bool count_backlog() {
    const bool was_full = backlog_full_;
    backlog_full_ = backlog() > (was_full ? backlog_limit_ / 2 : backlog_limit_);
    return backlog_full_ && !was_full;
  }
  LimitHit output_backlog() const { return {Limit::kOutputBacklog, backlog_limit_, backlog()}; }
  // Whether input is not read, because too much output waits.
  bool holds_input() const { return replies_.full() || backlog_full_; }

  // --- Showing, sending, releasing: see OutputQueue.

  gsl::span<const ConstBuffer> show(size_t max_size) { return queue_.show(max_size); }
  // The next mark that has been shown and was not handed out; none: there is none.
  [[nodiscard]] std::optional<PlacedMark> next_shown() {
    while (shown_ < marks_.size() && marks_[shown_].offset <= queue_.shown_offset()) {
      const PlacedMark mark = marks_[shown_++];
      if (mark.mark != Mark::kData) return mark;
    }
    return std::nullopt;
  }
  // The mark that was handed out last is to be handed out by next_departed(), too.
  void await_departure() { marks_[shown_ - 1].awaits_departure = true; }

  // The transport took `size` octets. True if there was DATA among them.
  bool sent(size_t size);
  // The next mark, of those that are waited for, that has left; none: there is none.
  [[nodiscard]] std::optional<PlacedMark> next_departed() {
    while (first_ < marks_.size() && marks_[first_].offset <= queue_.sent_offset()) {
      const PlacedMark mark = marks_[first_++];
      if (mark.awaits_departure) return mark;
    }
    if (first_ == marks_.size() || first_ >= kCompactAt) drop_departed();
    return std::nullopt;
  }
  // Whether our last frame of the stream is queued and has not left. Visits all marks.
  bool holds_end(StreamId id) const;

  // `on_release(StreamId, size_t)` is called for each reference that is done with.
  template <typename OnRelease>
  void released(size_t size, OnRelease on_release) {
    queue_.released(size, on_release);
  }

  uint64_t end_offset() const { return queue_.end_offset(); }
  uint64_t shown_offset() const { return queue_.shown_offset(); }
  uint64_t sent_offset() const { return queue_.sent_offset(); }
  size_t unsent() const { return queue_.unsent(); }
  uint64_t allocations() const { return queue_.allocations(); }

  // Nothing more to send for now: OutputQueue::rest().
  void rest() { queue_.rest(); }
  // Frees memory that is not in use.
  void trim();

 private:
  static constexpr size_t kCompactAt = 64;

  // The octets that wait behind the last DATA. Those in front of it were bounded when that was cut,
  // by the size that pending_output() was asked for.
  size_t backlog() const {
    return static_cast<size_t>(queue_.end_offset() - std::max(queue_.sent_offset(), data_end_));
  }
  void drop_departed();

  OutputQueue queue_;
  std::vector<PlacedMark> marks_;
  uint32_t first_ = 0;
  uint32_t shown_ = 0;
  uint64_t data_end_ = 0;  // of the last DATA frame
  const size_t backlog_limit_;
  ReplyCount replies_;
  bool backlog_full_ = false;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_OUTBOX_H_
