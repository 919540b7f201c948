#include "headrace/protocol/http2/outbox.h"

namespace headrace {
HEADRACE_ABI_BEGIN

bool Outbox::sent(size_t size) {
  const uint64_t before = queue_.sent_offset();
  queue_.sent(size);
  replies_.sent(queue_.sent_offset());
  if (backlog_full_) backlog_full_ = backlog() > backlog_limit_ / 2;
  return before < data_end_;
}

bool Outbox::holds_end(StreamId id) const {
  return std::any_of(
      marks_.begin() + static_cast<ptrdiff_t>(first_), marks_.end(),
      [id](const PlacedMark& mark) { return mark.stream_id == id && mark.mark == Mark::kEnd; });
}

void Outbox::drop_departed() {
  marks_.erase(marks_.begin(), marks_.begin() + static_cast<ptrdiff_t>(first_));
  shown_ -= first_;
  first_ = 0;
}

void Outbox::trim() {
  queue_.trim();
  replies_.trim();
  drop_departed();
  marks_.shrink_to_fit();
}

HEADRACE_ABI_END
}  // namespace headrace
