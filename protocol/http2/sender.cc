#include "headrace/protocol/http2/sender.h"

namespace headrace {
HEADRACE_ABI_BEGIN

void Sender::make_scheduler() {
  if (is_usual_) {
    built_in_ = std::make_unique<PriorityScheduler>();
  } else {
    built_in_ = std::make_unique<RoundRobinScheduler>();
  }
  scheduler_ = built_in_.get();
}

void Sender::make_ready(Stream* stream) {
  stream->send.ready_ = true;
  ++ready_;
  if (scheduler_ == nullptr) [[unlikely]]
    make_scheduler();
  scheduler_->add(stream);
}

void Sender::unblock(Stream* stream) {
  stream->send.window_blocked_ = false;
  make_ready(stream);
}

bool Sender::check_windows(const Stream* oldest) {
  // The bound remembers streams that are gone; the open ones decide.
  largest_delta_ = 0;
  for (; oldest != nullptr; oldest = StreamList<&Stream::live>::after(oldest)) {
    if (oldest->life.closed()) continue;  // only its output is still there
    largest_delta_ = std::max(largest_delta_, oldest->send.window_.delta());
  }
  return largest_delta_ + base_ <= kMaxWindow;
}

// Requests that wait to be opened are the newest streams and may be very many, so the walk ends
// with the last stream that has something to send.
void Sender::look_at_windows(Stream* oldest) {
  uint32_t left = size_;
  for (Stream* stream = oldest; left > 0 && stream != nullptr;
       stream = StreamList<&Stream::live>::after(stream)) {
    if (!stream->send.has_something()) continue;
    --left;
    if (window(stream) <= 0) {
      block(stream);
    } else if (stream->send.window_blocked_) {
      unblock(stream);
    }
  }
}

void Sender::add(Stream* stream, TimePoint now) {
  SendState& send = stream->send;
  if (send.has_something()) return;
  send.waiting_since_ = now;
  stalled_since_ = std::min(stalled_since_, now);
  ++size_;
  if (window(stream) > 0) {
    make_ready(stream);
  } else {
    send.window_blocked_ = true;
  }
}

void Sender::set_priority(Stream* stream, const Priority& priority) {
  if (stream->priority == priority) return;
  if (!stream->send.ready_) {
    stream->priority = priority;
    return;
  }
  scheduler_->remove(stream);
  stream->priority = priority;
  scheduler_->add(stream);
}

// A wait for our own output or for its turn is not the peer's fault: the connection's window
// has been closed since it let through the last DATA, of whichever stream.
TimePoint Sender::stalled_since(const Stream* stream, TimePoint moved, TimePoint now) const {
  const SendState& send = stream->send;
  if (send.window_blocked_) {
    return send.unsent_marks_ > 0 ? std::max(send.waiting_since_, moved) : send.waiting_since_;
  }
  if (window() > 0) return now;
  return std::max(send.waiting_since_, data_left_at_);
}

HEADRACE_ABI_END
}  // namespace headrace
