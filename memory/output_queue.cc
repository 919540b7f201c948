#include "headrace/memory/output_queue.h"

#include <algorithm>
#include <gsl/span>
#include <new>
#include <utility>

#include "headrace/memory/contract.h"

namespace headrace {
HEADRACE_ABI_BEGIN

OutputQueue::~OutputQueue() {
  for (; head_ < segments_.size(); ++head_) {
    Block* block = segments_[head_].block;
    if (block != nullptr && --block->segments == 0 && block != block_) ::operator delete(block);
  }
  ::operator delete(block_);
  drop_spares(0);
}

void OutputQueue::append_reference(gsl::span<const uint8_t> bytes, uint32_t holder) {
  for (; bytes.size() > kLargestSegment; bytes = bytes.subspan(kLargestSegment)) {
    append_reference(bytes.first(kLargestSegment), holder);
  }
  segments_.push_back({bytes.data(), static_cast<uint32_t>(bytes.size()), holder, nullptr});
  end_ += bytes.size();
}

gsl::span<const ConstBuffer> OutputQueue::show(size_t max_size) {
  shown_ = std::max(shown_, sent_ + std::min<uint64_t>(end_ - sent_, max_size));
  spans_.clear();
  size_t left = static_cast<size_t>(shown_ - sent_);
  size_t skip = sent_in_segment_;
  for (size_t i = sent_segment_; left > 0; ++i, skip = 0) {
    size_t size = std::min(left, segments_[i].size - skip);
    spans_.push_back({segments_[i].data + skip, size});
    left -= size;
  }
  return spans_;
}

void OutputQueue::sent(size_t size) {
  HEADRACE_EXPECTS(size <= shown_ - sent_, "Connection::sent()",
                   "no more than pending_output() gave and was not sent yet", {"size", size},
                   {"unsent", shown_ - sent_});
  sent_ += size;
  while (size > 0) {
    size_t left = segments_[sent_segment_].size - sent_in_segment_;
    if (size < left) {
      sent_in_segment_ += static_cast<uint32_t>(size);
      return;
    }
    size -= left;
    ++sent_segment_;
    sent_in_segment_ = 0;
  }
}

void OutputQueue::rest() {
  idle_rests_ = static_cast<uint8_t>(least_spares_ > 0 ? idle_rests_ + 1 : 0);
  if (idle_rests_ == kRests) {
    drop_spares(spare_count_ - size_t{1});
    idle_rests_ = 0;
  }
  least_spares_ = spare_count_;
}

void OutputQueue::trim() {
  drop_spares(0);
  if (!segments_.empty()) return;
  std::vector<Segment>().swap(segments_);
  std::vector<ConstBuffer>().swap(spans_);
  ::operator delete(std::exchange(block_, nullptr));
  room_ = room_end_ = nullptr;
}

void OutputQueue::begin_segment(size_t size) {
  segments_.push_back({room_, static_cast<uint32_t>(size), 0, block_});
  ++block_->segments;
}

void OutputQueue::new_block(size_t size) {
  Block* full = block_;
  if (spares_ != nullptr && size <= spares_->size()) {
    block_ = std::exchange(spares_, spares_->next_spare);
    least_spares_ = std::min(least_spares_, --spare_count_);
  } else {
    least_spares_ = 0;
    // Small at first, so that an idle connection owns next to nothing.
    size_t wanted = full == nullptr ? kFirstBlock : 4 * full->size();
    while (wanted < size && wanted < kLargestBlock) wanted *= 4;
    wanted = std::min(wanted, kLargestBlock);
    size_t room = std::max(size, wanted);
    ++allocations_;
    block_ = static_cast<Block*>(::operator new(sizeof(Block) + room));
    block_->end = block_->begin() + room;
    block_->segments = 0;
  }
  room_ = block_->begin();
  room_end_ = block_->end;
  if (full != nullptr && full->segments == 0) retire(full);
}

// Keeps full-sized blocks only: the small ones of the beginning are outgrown.
void OutputQueue::retire(Block* block) {
  if (block->size() != kLargestBlock || spare_count_ == kMaxSpares) {
    ::operator delete(block);
    return;
  }
  block->next_spare = spares_;
  spares_ = block;
  ++spare_count_;
}

void OutputQueue::drop_spares(size_t kept) {
  for (; spare_count_ > kept; --spare_count_) {
    ::operator delete(std::exchange(spares_, spares_->next_spare));
  }
}

void OutputQueue::drop_front_segment() {
  Block* block = segments_[head_].block;
  ++head_;
  released_in_segment_ = 0;
  if (block != nullptr && --block->segments == 0) {
    if (block == block_) {
      room_ = block->begin();  // the newest block is written from its start again
    } else {
      retire(block);
    }
  }
  if (head_ == segments_.size()) {
    segments_.clear();
    head_ = sent_segment_ = 0;
  } else if (head_ >= kCompactAt && 2 * head_ >= segments_.size()) {
    segments_.erase(segments_.begin(), segments_.begin() + static_cast<ptrdiff_t>(head_));
    sent_segment_ -= head_;
    head_ = 0;
  }
}

HEADRACE_ABI_END
}  // namespace headrace
