#include "headrace/protocol/http2/credit.h"

#include <utility>

#include "headrace/memory/contract.h"

namespace headrace {

uint32_t Credit::take_initial_increment() {
  const uint32_t increment = window_size_ - kInitialWindow;
  HEADRACE_EXPECTS(window_.give(kInitialWindow, increment), "Credit::take_initial_increment()",
                   "a window is at most 2^31-1", {"window", window_size_});
  return increment;
}

void Credit::widen_to(uint32_t size) {
  change_.by(int64_t{size} - window_size_);
  used_ = change_.withhold(used_);
  window_size_ = size;
}

void Credit::widen_to(CreditState* stream, int64_t widened) {
  stream->change_.by(widened - stream->widened_);
  stream->used_ = stream->change_.withhold(stream->used_);
  stream->widened_ = widened;
  most_widened_ = std::max(most_widened_, widened);
}

void Credit::resize(uint32_t size) {
  fixed_ = true;
  widen_to(size);
}

bool Credit::bears(uint32_t initial_window_size) const {
  const int64_t most = std::max(int64_t{tuned_}, most_widened_);
  return most == 0 || initial_window_size + most <= kMaxWindow;
}

void Credit::announced(uint32_t initial_window_size) {
  largest_announced_ = std::max(largest_announced_, initial_window_size);
}

bool Credit::resize(CreditState* stream, int64_t base, uint32_t size) {
  const int64_t widened = int64_t{size} - base;
  if (widened > kMaxWindow - largest_announced_) return false;
  stream->fixed_ = size;
  widen_to(stream, widened);
  use(stream, base, 0);
  return true;
}

// The change of `base` has changed the peer's window, too. For a fixed window it is undone by more
// credit, or by less. (Otherwise a smaller INITIAL_WINDOW_SIZE would close a stream that is
// narrower for good.)
void Credit::rebase(CreditState* stream, int64_t base) {
  if (stream->fixed_ != 0) {
    widen_to(stream, std::min(stream->fixed_ - base, kMaxWindow - largest_announced_));
  }
  use(stream, base, 0);
}

void Credit::set_due(CreditState* stream, bool due) {
  due ? due_.push_back(stream) : due_.remove(stream);
}

bool Credit::let_go(CreditState* stream, uint32_t size) {
  if (size > stream->held_) return false;
  stream->held_ -= size;
  held_ -= size;
  use(size);
  return true;
}

CreditDue Credit::take_due(int64_t base) {
  HEADRACE_EXPECTS(any_due(), "Credit::take_due()", "only when any is due");
  if (is_due()) {
    uint32_t increment = change_.take_wider_by();
    if (is_due(used_, window())) increment += std::exchange(used_, 0);
    HEADRACE_EXPECTS(window_.give(kInitialWindow, increment), "Credit::take_due()",
                     "a window is given no more than was taken", {"increment", increment});
    return {0, increment};
  }
  CreditState* stream = due_.front();
  due_.remove(stream);
  uint32_t increment = widening(stream, base);
  stream->widened_ += increment;
  increment += stream->change_.take_wider_by();
  if (is_due(stream->used_, stream->window(base))) increment += std::exchange(stream->used_, 0);
  HEADRACE_EXPECTS(increment > 0 && stream->window_.give(base, increment), "Credit::take_due()",
                   "a window is given no more than was taken", {"increment", increment});
  return {stream->id_, increment};
}

uint32_t Credit::below_tuned(const CreditState* stream, int64_t base) const {
  const int64_t most = std::min(int64_t{tuned_} - base, kMaxWindow - largest_announced_);
  return static_cast<uint32_t>(std::max<int64_t>(0, most - stream->widened_));
}

// The octets that are received between a PING and its answer are those that the path delivers in a
// round trip.
bool Credit::begins_measuring(uint32_t size) {
  if (delivery_.measuring) {
    delivery_.octets += size;
  } else if (delivery_.pause > size) {
    delivery_.pause -= size;
  } else if (tuned_ < config_.max_window) {
    delivery_.measuring = true;
    delivery_.octets = size;
    return true;
  }
  return false;
}

// A window of twice the bandwidth-delay product keeps the sender busy, because credit is given back
// in halves of the window. It never shrinks.
void Credit::measured(uint32_t initial_window_size) {
  delivery_.measuring = false;
  const uint32_t now = std::max(tuned_, std::min(initial_window_size, window_size_));
  if (delivery_.octets * 2 <= now) {
    // Wide enough. After a few of these, pause, because some peers limit the number of PINGs.
    if (++delivery_.unchanged % 4 == 0) delivery_.pause = uint64_t{now} * 16;
    return;
  }
  delivery_.unchanged = 0;
  tuned_ = static_cast<uint32_t>(std::min<uint64_t>(delivery_.octets * 2, config_.max_window));
  if (tuned_ > window_size_ && !fixed_) widen_to(tuned_);
}

}  // namespace headrace
