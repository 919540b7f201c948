#include <algorithm>

#include "protocol/connection/connection.h"

// Receive credit (RFC 9113 §6.9): when it goes back to the peer, and how wide the windows are.

namespace headrace::inline HEADRACE_ABI {
namespace {

// RFC 9113 §5.1: DATA may come.
bool is_receiving(StreamState state) {
  return state == StreamState::kOpen || state == StreamState::kHalfClosedLocal;
}

}  // namespace

void Connection::give_stream_credit(Stream* stream, uint32_t size) {
  if (!is_receiving(stream->state)) return;
  const int64_t base = own_settings_.initial_window_size;
  const bool at_once = options_.window_policy == WindowPolicy::kFixed;
  uint32_t increment = stream->receive_window.consume(base, base + stream->widened, size, at_once);
  if (tuned_window_ == 0) return write_credit(stream->id, increment);
  // The peer may have applied SETTINGS of ours that it has not acknowledged yet.
  const int64_t most = kMaxWindow - largest_announced_window_;
  const int64_t extra = std::min(int64_t{tuned_window_} - base, most) - stream->widened;
  if (extra > 0 && stream->receive_window.widen(base, static_cast<uint32_t>(extra))) {
    stream->widened += static_cast<uint32_t>(extra);
    increment += static_cast<uint32_t>(extra);
  }
  write_credit(stream->id, increment);
}

ReceiveCredit Connection::receive_credit(StreamId stream_id) const {
  const EntryGuard::Entry entry(guard_, "Connection::receive_credit()");
  if (stream_id != 0) {
    const Stream* stream = streams_.find(stream_id);
    if (stream == nullptr) return {};
    // (A promised response counts from the whole window, which it has already: §6.9.2.)
    const bool promised = stream->state == StreamState::kReservedRemote;
    if (!promised && !is_receiving(stream->state)) return {};
    const ReceiveWindow& window = stream->receive_window;
    return {window.available(own_settings_.initial_window_size), window.waiting(),
            stream->uncredited};
  }
  uint64_t held = 0;
  for (Stream* stream = streams_.oldest(); stream != nullptr; stream = StreamTable::next(stream)) {
    held += stream->uncredited;
  }
  return {receive_window_.available(kInitialWindow), receive_window_.waiting(), held};
}

// The initial window became smaller (§6.9.2). What had not been given back, being little beside the
// old one, may be all that the peer has to wait for.
void Connection::give_overdue_credit() {
  for (Stream* stream = streams_.oldest(); stream != nullptr; stream = StreamTable::next(stream)) {
    give_stream_credit(stream, 0);
  }
}

void Connection::give_connection_credit(uint32_t size) {
  const bool at_once = options_.window_policy == WindowPolicy::kFixed;
  write_credit(0, receive_window_.consume(kInitialWindow, connection_window(), size, at_once));
}

uint32_t Connection::connection_window() const {
  return std::max(options_.connection_window_size, tuned_window_);
}

// WindowPolicy::kAutoTuned: a PING goes out with the first of these octets; what has come in when
// its answer is there is what the path delivers in a round trip.
void Connection::measure_delivery(uint32_t size) {
  if (delivery_.measuring) {
    delivery_.octets += size;
  } else if (delivery_.pause > size) {
    delivery_.pause -= size;
  } else if (tuned_window_ < options_.max_window_size) {
    delivery_.measuring = true;
    delivery_.octets = size;
    send_ping(kWindowPing, PingPurpose::kWindow);
  }
}

// A window of twice the bandwidth-delay product keeps the sender busy while credit, given back in
// halves, is on its way. It only ever grows.
void Connection::tune_window() {
  delivery_.measuring = false;
  const uint32_t now =
      std::max(tuned_window_, std::min(own_settings_.initial_window_size, connection_window()));
  if (delivery_.octets * 2 <= now) {
    // Wide enough. After a few of these look again later, for the sake of peers that count PINGs.
    if (++delivery_.unchanged % 4 == 0) delivery_.pause = uint64_t{now} * 16;
    return;
  }
  delivery_.unchanged = 0;
  const uint32_t before = connection_window();
  tuned_window_ =
      static_cast<uint32_t>(std::min<uint64_t>(delivery_.octets * 2, options_.max_window_size));
  const uint32_t after = connection_window();
  if (after > before && receive_window_.widen(kInitialWindow, after - before)) {
    write_credit(0, after - before);
  }
}

void Connection::write_credit(StreamId stream_id, uint32_t increment) {
  if (increment == 0 || phase_ != Phase::kOpen) return;
  write_window_update(stream_id, increment);
  count_reply();
}

}  // namespace headrace::inline HEADRACE_ABI
