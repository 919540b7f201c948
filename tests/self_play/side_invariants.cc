#include <algorithm>
#include <utility>
#include <vector>

#include "headrace/memory/ledger.h"
#include "headrace/protocol/connection/connection.h"
#include "headrace/protocol/stream/flow_window.h"
#include "tests/self_play/side.h"

// What holds after each step, whatever has happened.

namespace headrace::self_play {

void Side::check_invariants() {
  ++turns_;
  if (!inspector_->in_data_frame()) frames_.finish_open_data();
  require(connection_->ledger().peak() <= options_.limits.connection_memory, "above the budget");
  require(connection_->statistics().memory_peak <= max_bytes(options_), "above max_bytes()");
  if (!inspector_->is_open()) return;
  check_windows();
  check_counts();
  check_tables();
  const std::vector<StreamId>& open = application_.open_streams();
  for (StreamId id : open) check_stream_windows(id);
  if (!open.empty()) application_.check_blocked(open[turns_ % open.size()]);
  if (!connection_->has_events()) {
    application_.require_told();
    check_iteration();
  }
}

// The client's streams are odd, and those that the server has pushed even (RFC 9113 §5.1.1).
void Side::check_iteration() {
  std::vector<StreamId> open = application_.open_streams();
  std::sort(open.begin(), open.end(), [](StreamId one, StreamId other) {
    return std::pair(one % 2 == 0, one) < std::pair(other % 2 == 0, other);
  });
  StreamId last = 0;
  for (StreamId id : open) {
    const StreamId next = connection_->next_stream(last);
    report_.require(next == id, [&] {
      return name_ + ": behind stream " + std::to_string(last) + " comes " + std::to_string(next) +
             " instead of " + std::to_string(id);
    });
    last = id;
  }
  require(connection_->next_stream(last) == 0, "a stream behind the last one");
}

// RFC 9113 §5.2, §6.9. What each side thinks of a window is held against what has passed it; as the
// frames of the one are those that the other receives, in their order, the sender's view is the
// receiver's but for what is on its way.
void Side::check_windows() {
  const ConnectionInspector::Windows windows = inspector_->windows();
  const int64_t unjudged = inspector_->before_pad_length() ? frames_.open_data_length() : 0;
  auto require_equal = [&](int64_t is, int64_t should, const char* what) {
    report_.require(is == should, [&] {
      return name_ + ": " + what + " is " + std::to_string(is) + " instead of " +
             std::to_string(should);
    });
  };
  require_equal(windows.send, frames_.send_window(), "the connection's send window");
  require_equal(windows.receive, frames_.receive_window() + unjudged,
                "the connection's receive window");
  require(windows.send <= kMaxWindow && windows.receive <= kMaxWindow, "a window above 2^31-1");
  // All that came in was given back, or is known to be owed.
  const int64_t all = windows.receive + windows.consumed + inspector_->open_connection_credit() +
                      static_cast<int64_t>(application_.uncredited());
  // (A window that tuning has widened is granted with the next output.)
  const bool tuned = options_.window_policy == WindowPolicy::kAutoTuned && all < windows.full;
  if (application_.has_resized(0) || (tuned && connection_->wants_output())) {
    require_on_its_way(windows, all);
  } else {
    require_equal(all, windows.full, "the connection's receive window with what is owed for it");
  }
  require_no_credit_kept_back(windows);
}

// A window that the application has made wider is to be granted, and of one that it has made
// narrower nothing goes back before it fits.
void Side::require_on_its_way(const ConnectionInspector::Windows& windows, int64_t all) {
  // (To a stream whose last DATA has begun nothing is granted.)
  require(all >= windows.full || connection_->wants_output() || !inspector_->is_open() ||
              inspector_->in_data_frame(),
          "a wider window is not granted");
  require(all <= windows.full || windows.consumed == 0, "credit of a narrower window goes back");
}

// RFC 9113 §5.2.2: what has been used up is on its way before it is all that the peer waits for.
void Side::require_no_credit_kept_back(const ConnectionInspector::Windows& windows) {
  if (!inspector_->is_open() || inspector_->in_data_frame()) return;
  require(
      windows.consumed == 0 || windows.receive > windows.consumed || connection_->wants_output(),
      "credit is kept back while the peer has no more left");
}

void Side::check_stream_windows(StreamId id) {
  if (!inspector_->is_live(id)) return;
  const ConnectionInspector::Windows windows = inspector_->windows(id);
  auto require_equal = [&](int64_t is, int64_t should, const char* what) {
    report_.require(is == should, [&] {
      return name_ + ": " + what + " of stream " + std::to_string(id) + " is " +
             std::to_string(is) + " instead of " + std::to_string(should);
    });
  };
  require_equal(windows.send, frames_.send_window(id), "the send window");
  require(windows.send <= kMaxWindow && windows.receive <= kMaxWindow,
          "a stream's window above 2^31-1");
  if (!windows.receiving) return;
  const bool unjudged = inspector_->before_pad_length() && frames_.open_data_stream() == id;
  require_equal(windows.receive,
                frames_.receive_window(id) + (unjudged ? frames_.open_data_length() : 0),
                "the receive window");
  const int64_t all = windows.receive + windows.consumed + inspector_->open_stream_credit(id) +
                      static_cast<int64_t>(application_.uncredited(id));
  if (application_.has_resized(id)) {
    require_on_its_way(windows, all);
  } else {
    require_equal(all, windows.full, "the receive window with what is owed for it");
  }
  require_no_credit_kept_back(windows);
}

void Side::check_counts() {
  const uint32_t own = frames_.count(/*own=*/true);
  const uint32_t others = frames_.count(/*own=*/false);
  const uint32_t open = connection_->open_streams();
  report_.require(open == own + others, [&] {
    return name_ + ": open_streams() is " + std::to_string(open) + " instead of " +
           std::to_string(own) + " + " + std::to_string(others);
  });
  const uint32_t waiting = application_.waiting();
  report_.require(connection_->waiting_requests() == waiting, [&] {
    return name_ + ": waiting_requests() is " + std::to_string(connection_->waiting_requests()) +
           " instead of " + std::to_string(waiting);
  });
  require(waiting == 0 || own >= frames_.own_limit() || connection_->wants_output(),
          "a request waits, and nothing is in its way");
}

// RFC 7541 §2.2: what our encoder knows is what the peer's decoder knows, when it has all blocks.
void Side::check_tables() {
  const uint64_t blocks = frames_.blocks_sent();
  if (blocks == tables_checked_ || peer_->connection_ == nullptr ||
      peer_->frames_.blocks_received() != blocks || !peer_->inspector_->is_open()) {
    return;
  }
  tables_checked_ = blocks;
  const hpack::DynamicTable& encoder = inspector_->encoder_table();
  const hpack::DynamicTable& decoder = peer_->inspector_->decoder_table();
  const reference::HpackTable& reference = frames_.table();
  bool same = encoder.count() == decoder.count() && encoder.size() == decoder.size() &&
              encoder.max_size() == decoder.max_size() && encoder.size() == reference.size() &&
              encoder.max_size() == reference.max_size() &&
              encoder.count() == reference.dynamic().size();
  for (uint32_t i = 0; same && i < encoder.count(); ++i) {
    const auto& ours = encoder.entry(encoder.end() - 1 - i);
    const auto& theirs = decoder.entry(decoder.end() - 1 - i);
    const reference::HeaderField& field = reference.dynamic()[i];
    same = encoder.name(ours) == field.name && encoder.value(ours) == field.value &&
           decoder.name(theirs) == field.name && decoder.value(theirs) == field.value;
  }
  require(same, "the HPACK tables of encoder and decoder differ (RFC 7541 §2.2)");
}

void Side::check_memory() {
  // (The block that was to empty one may not have come: its stream was reset.)
  if (inspector_->encoder_table().max_size() + inspector_->decoder_table().max_size() > 0) return;
  drop_held(0);
  connection_->trim();
  const size_t live = connection_->ledger().live();
  // Of each side, two bits a stream (limits.h).
  const size_t bound = 2 * ((size_t{options_.limits.remembered_streams} + 3) / 4);
  report_.require(live <= bound, [&] {
    return name_ + ": " + std::to_string(live) + " octets are held at rest, and " +
           std::to_string(bound) + " would be enough";
  });
}

// Both applications have done what they owed, and nothing moves any more.
void Side::check_rest() {
  for (StreamId id : application_.open_streams()) {
    report_.fail(name_ + ": stream " + std::to_string(id) + " is forgotten; it waits for " +
                 to_string(connection_->why_blocked(id)));
  }
  require(in_->size() == 0 && shown_.empty(), "octets are left");
  require(!connection_->wants_output() && !connection_->has_events(), "something is left to do");
  require(holds_nothing(), "a view was not released");
  require(!application_.uncredited(), "credit is left");
  if (!inspector_->is_open()) {
    if (application_.is_closed()) require(connection_->should_close(), "the connection lingers");
    return;
  }
  require(connection_->wants_input(), "input is not wanted");
  require(connection_->open_streams() == 0 && inspector_->live_streams() == 0,
          "a stream is open that nobody knows");
  require(connection_->waiting_requests() == 0, "a request waits");
  require(frames_.all_answered(), "SETTINGS or a PING was not answered");
  require(frames_.frames_in_flight() == 0, "a frame was lost");
  require(frames_.count(true) + frames_.count(false) == 0, "a stream is counted");
  require(!application_.is_going_away() || connection_->is_drained(), "is not drained");
}

}  // namespace headrace::self_play
