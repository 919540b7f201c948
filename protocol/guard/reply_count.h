#ifndef HEADRACE_PROTOCOL_GUARD_REPLY_COUNT_H_
#define HEADRACE_PROTOCOL_GUARD_REPLY_COUNT_H_

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
    ends_.push_back(end_offset);
    if (waiting() >= limit_) full_ = true;
  }
  // The transport has taken the output up to `offset`.
  void sent(uint64_t offset) {
    while (first_ < ends_.size() && ends_[first_] <= offset) ++first_;
    if (first_ == ends_.size() || first_ > limit_) {
      ends_.erase(ends_.begin(), ends_.begin() + static_cast<ptrdiff_t>(first_));
      first_ = 0;
    }
    if (waiting() <= limit_ / 2) full_ = false;
  }
  bool full() const { return full_; }
  size_t waiting() const { return ends_.size() - first_; }
  void trim() { ends_.shrink_to_fit(); }

 private:
  std::vector<uint64_t> ends_;
  size_t first_ = 0;
  uint32_t limit_;
  bool full_ = false;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_GUARD_REPLY_COUNT_H_
