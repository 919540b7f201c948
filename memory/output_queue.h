#ifndef HEADRACE_MEMORY_OUTPUT_QUEUE_H_
#define HEADRACE_MEMORY_OUTPUT_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <vector>

#include "headrace/memory/abi.h"
#include "headrace/memory/const_buffer.h"
#include "headrace/memory/contract.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The bytes on their way out, in order: runs of the queue's own memory (frame headers, control
// frames, small bodies, all coalesced) and bodies by reference. Nothing that was queued moves until
// it is released, so what show() gave stays as it is while more is appended.
//
// Offsets count octets since the connection began: released <= sent <= shown <= end.
class OutputQueue {
 public:
  OutputQueue() = default;
  ~OutputQueue();
  OutputQueue(const OutputQueue&) = delete;
  OutputQueue& operator=(const OutputQueue&) = delete;

  // `size` octets of contiguous memory to write to; commit() says up to where they were written.
  [[nodiscard]] uint8_t* reserve(size_t size) {
    if (size > room()) new_block(size);
    return room_;
  }
  void commit(const uint8_t* end) {
    const auto size = static_cast<size_t>(end - room_);
    // Neighbours in memory are one run, unless all of it has been sent already.
    if (sent_segment_ < segments_.size() && segments_.back().block == block_ &&
        segments_.back().data + segments_.back().size == room_) [[likely]] {
      segments_.back().size += static_cast<uint32_t>(size);
    } else if (size > 0) {
      begin_segment(size);
    }
    room_ += size;
    end_ += size;
  }
  // Octets that reserve() gives without another block.
  size_t room() const { return static_cast<size_t>(room_end_ - room_); }
  // Appends bytes by reference, which must stay valid until they are released. `holder`: the number
  // of their owner, not 0, which released() passes on.
  void append_reference(gsl::span<const uint8_t> bytes, uint32_t holder);

  // Makes at most `max_size` octets visible behind what was sent, and returns all that is visible.
  // The array is valid until the next call of this object, the bytes until they are released.
  gsl::span<const ConstBuffer> show(size_t max_size);

  // The transport took the first `size` octets that show() returned.
  void sent(size_t size);
  // The first `size` octets that were sent are no longer read. Calls `on_release(holder, size)` for
  // each reference that ends among them.
  template <typename OnRelease>
  void released(size_t size, OnRelease on_release);

  uint64_t end_offset() const { return end_; }
  uint64_t shown_offset() const { return shown_; }
  uint64_t sent_offset() const { return sent_; }
  uint64_t allocations() const { return allocations_; }  // of blocks, so far
  size_t unsent() const { return static_cast<size_t>(end_ - sent_); }

  // To be called when nothing is left to send. Keeps up to kMaxSpares blocks for the next burst,
  // and frees one after kRests calls in a row that found one unused.
  void rest();
  // Frees memory that holds no bytes.
  void trim();

 private:
  // Memory of the queue's own. It is free for reuse when no segment lies in it any more.
  struct Block {
    Block* next_spare;
    uint8_t* end;
    size_t segments;  // that lie in it
    uint8_t* begin() { return reinterpret_cast<uint8_t*>(this + 1); }
    size_t size() { return static_cast<size_t>(end - begin()); }
  };
  struct Segment {
    const uint8_t* data;
    uint32_t size;
    uint32_t holder;  // 0: memory of a block
    Block* block;     // null: a reference
  };
  static constexpr size_t kLargestSegment = size_t{1} << 31;
  static constexpr size_t kFirstBlock = 64;
  static constexpr size_t kLargestBlock = 16 * 1024 + 64;  // a full frame of the smallest maximum
  static constexpr uint8_t kMaxSpares = 4;                 // what pending_output()'s default fills
  static constexpr uint8_t kRests = 64;
  static constexpr size_t kCompactAt = 64;

  void begin_segment(size_t size);
  void new_block(size_t size);
  void retire(Block* block);
  void drop_spares(size_t kept);
  void drop_front_segment();

  std::vector<Segment> segments_;  // from released_ on; the first `head_` are released
  std::vector<ConstBuffer> spans_;

  Block* block_ = nullptr;   // the one that is written to
  Block* spares_ = nullptr;  // all of kLargestBlock
  uint8_t spare_count_ = 0;
  uint8_t least_spares_ = 0;  // the fewest since the last rest()
  uint8_t idle_rests_ = 0;    // calls of rest() in a row that found an unused spare
  uint32_t head_ = 0;
  uint8_t* room_ = nullptr;
  uint8_t* room_end_ = nullptr;

  uint32_t sent_segment_ = 0;         // index of the first segment that is not sent whole
  uint32_t sent_in_segment_ = 0;      // octets of it that are sent
  uint32_t released_in_segment_ = 0;  // octets of segments_[head_] that are released
  uint64_t allocations_ = 0;
  uint64_t released_ = 0;
  uint64_t sent_ = 0;
  uint64_t shown_ = 0;
  uint64_t end_ = 0;
};

template <typename OnRelease>
void OutputQueue::released(size_t size, OnRelease on_release) {
  HEADRACE_EXPECTS(size <= sent_ - released_, "Connection::released()",
                   "no more than was sent() and not released yet", {"size", size},
                   {"unreleased", sent_ - released_});
  released_ += size;
  while (size > 0) {
    const Segment segment = segments_[head_];
    size_t left = segment.size - released_in_segment_;
    if (size < left) {
      released_in_segment_ += static_cast<uint32_t>(size);
      return;
    }
    size -= left;
    drop_front_segment();
    if (segment.holder != 0) on_release(segment.holder, segment.size);
  }
}

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_OUTPUT_QUEUE_H_
