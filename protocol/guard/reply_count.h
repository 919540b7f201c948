#ifndef HEADRACE_PROTOCOL_GUARD_REPLY_COUNT_H_
#define HEADRACE_PROTOCOL_GUARD_REPLY_COUNT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace headrace {

// Counts the queued replies: frames that the peer provoked (acknowledgements, RST_STREAM, 431). At
// the limit the connection stops reading until half of them have been sent, so that a peer that
// does not read cannot make the queue grow without bound.
class ReplyCount {
 public:
  explicit ReplyCount(uint32_t limit) : limit_(limit) {}

  // A reply was queued. `end_offset`: the offset of its end in the output, counted from the
  // beginning of the connection.
  void add(uint64_t end_offset) {
    if (end_ == ends_.size()) [[unlikely]]
      ends_.resize(std::max<size_t>(2, size_t{2} * end_));
    ends_[end_++] = end_offset;
    if (waiting() >= limit_) full_ = true;
  }
  // The transport has taken the output up to `offset`.
  void sent(uint64_t offset) {
    while (first_ < end_ && ends_[first_] <= offset) ++first_;
    if (first_ == end_ || first_ > limit_) drop_sent();
    if (waiting() <= limit_ / 2) full_ = false;
  }
  bool full() const { return full_; }
  uint32_t limit() const { return limit_; }
  size_t waiting() const { return end_ - first_; }
  void trim() {
    drop_sent();
    ends_.resize(end_);
    ends_.shrink_to_fit();
  }

 private:
  void drop_sent() {
    std::copy(ends_.begin() + static_cast<ptrdiff_t>(first_),
              ends_.begin() + static_cast<ptrdiff_t>(end_), ends_.begin());
    end_ -= first_;
    first_ = 0;
  }

  std::vector<uint64_t> ends_;  // offsets; those from `first_` to `end_` wait
  uint32_t first_ = 0;
  uint32_t end_ = 0;
  uint32_t limit_;
  bool full_ = false;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_GUARD_REPLY_COUNT_H_
