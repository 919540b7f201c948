#ifndef HEADRACE_PROTOCOL_HTTP2_CREDIT_H_
#define HEADRACE_PROTOCOL_HTTP2_CREDIT_H_

#include <algorithm>
#include <cstdint>

#include "headrace/memory/linked_list.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/http2/window_policy.h"
#include "headrace/protocol/stream/credit_state.h"
#include "headrace/protocol/stream/flow_window.h"

namespace headrace {

// A WINDOW_UPDATE that is to go out now (RFC 9113 §6.9). Whoever takes it has to send it.
struct [[nodiscard]] CreditDue {
  StreamId stream_id;  // 0: the connection
  uint32_t increment;
};

// The receive windows of a connection and its streams (RFC 9113 §5.2): whether DATA is within them,
// and which WINDOW_UPDATEs are due.
//
// Increments are never queued: those of one window add up until take_due() asks for them, so there
// is at most one a stream however long the output is not taken, and two ends that both write never
// wait for each other. A window is due when what is left to the peer is no more than what has been
// used up and not given back. A window of zero is due with the first octet that is used up, so
// none stands while the application has let go of what filled it, whatever other streams hold.
class Credit {
 public:
  struct Config {
    WindowPolicy policy = WindowPolicy::kHalfWindow;
    // The connection's window; no less than 65,535, which it has from the beginning (§6.9.2).
    uint32_t connection_window = kInitialWindow;
    uint32_t max_window = kInitialWindow;  // WindowPolicy::kAutoTuned grows no further
    bool automatic = true;                 // of new streams
  };
  explicit Credit(const Config& config)
      : config_(config), window_size_(std::max(config.connection_window, kInitialWindow)) {}

  // The connection's window beyond the 65,535 that it begins with: the increment of a WINDOW_UPDATE
  // behind the first SETTINGS, or 0. Once.
  [[nodiscard]] uint32_t take_initial_increment();

  // A new stream.
  void open(CreditState* stream, StreamId id) {
    stream->id_ = id;
    stream->automatic_ = config_.automatic;
  }
  void set_automatic(CreditState* stream, bool automatic) { stream->automatic_ = automatic; }

  // The header of a DATA frame with `size` octets of payload, padding included, has come in. False:
  // more than the peer may send; nothing has changed. (An empty frame needs no window, §6.9: not
  // even one of zero, when it is below zero.) Credit that is due and was not asked for yet counts,
  // up to one full window, because those octets have been dealt with: what a peer may send does not
  // depend on how much input is read before output is asked for. §6.9.1 leaves that to us.
  [[nodiscard]] bool receive(uint32_t size) {
    if (size > 0 && !fits(size, window(), used_, full())) return false;
    window_.take(size);
    return true;
  }
  [[nodiscard]] bool receive(CreditState* stream, int64_t base, uint32_t size) const {
    if (size > 0 && !fits(size, stream->window(base), stream->used_, stream->full(base))) {
      return false;
    }
    stream->window_.take(size);
    return true;
  }

  // The connection's window is `size` octets from now on, and a stream's: neither tuning nor a
  // change of `base` moves it any more. False: the stream's could stand above 2^31-1 under an
  // INITIAL_WINDOW_SIZE that has gone out (§6.9.2); nothing has changed.
  void resize(uint32_t size) {
    fixed_ = true;
    widen_to(size);
  }
  [[nodiscard]] bool resize(CreditState* stream, int64_t base, uint32_t size);
  // `base` has changed, and with it what the peer may send on every stream (§6.9.2): to be told of
  // each.
  void rebase(CreditState* stream, int64_t base);
  // Whether every stream's window stays within 2^31-1 under this INITIAL_WINDOW_SIZE.
  bool bears(uint32_t initial_window_size) const {
    const int64_t most = std::max(int64_t{tuned_}, most_widened_);
    return most == 0 || initial_window_size + most <= kMaxWindow;
  }

  // `size` octets of the connection's window are used up.
  void use(uint32_t size) { used_ += change_.withhold(size); }
  // ... of a stream's, on which DATA may still come. 0: only look whether it is due now; to be done
  // for every stream when an INITIAL_WINDOW_SIZE was announced.
  void use(CreditState* stream, int64_t base, uint32_t size);

  // The application has got `size` octets, and will say when it is done with them.
  void hold(CreditState* stream, uint32_t size) {
    stream->held_ += size;
    held_ += size;
  }
  // It is done with `size` of them, and the connection's window gets them back; the stream's gets
  // them by use(). False: more than it holds; nothing has changed.
  [[nodiscard]] bool let_go(CreditState* stream, uint32_t size);

  // No more DATA comes on the stream: its window is given nothing any more.
  void stop(CreditState* stream) {
    if (DueList::contains(stream)) due_.remove(stream);
  }
  // The stream is closed: what the application held of it is the connection's again.
  void close(CreditState* stream) {
    stop(stream);
    (void)let_go(stream, stream->held_);
  }

  bool any_due() const { return is_due() || !due_.empty(); }
  // The next WINDOW_UPDATE that is due, the connection's first. Only when there is any.
  CreditDue take_due(int64_t base);

  // The connection's own: as of a CreditState.
  int64_t window() const { return window_.available(kInitialWindow); }
  int64_t full() const { return window_size_; }
  uint32_t waiting() const { return used_; }
  uint64_t held() const { return held_; }

  // WindowPolicy::kAutoTuned. True: a PING is to go out with these octets of DATA; measured()
  // follows when it is answered.
  [[nodiscard]] bool measure(uint32_t size);
  void measured(uint32_t initial_window_size);
  // The window that streams are widened to; 0: not yet.
  uint32_t tuned() const { return tuned_; }
  // An INITIAL_WINDOW_SIZE of ours has gone out. The peer may apply it before it acknowledges it:
  // no stream is widened beyond 2^31-1 by then.
  void announced(uint32_t initial_window_size) {
    largest_announced_ = std::max(largest_announced_, initial_window_size);
  }

 private:
  using DueList = LinkedList<&CreditState::due_>;

  bool is_due() const { return change_.wider_by() > 0 || is_due(used_, window()); }
  bool fits(uint32_t size, int64_t window, uint32_t used, int64_t full) const {
    if (size <= window) return true;
    return is_due(used, window) && size <= window + used && size <= window + full;
  }
  bool is_due(uint32_t used, int64_t window) const {
    return used > 0 && (config_.policy == WindowPolicy::kImmediate || window <= int64_t{used});
  }
  uint32_t widening(const CreditState* stream, int64_t base) const;
  void widen_to(uint32_t size);
  void widen_to(CreditState* stream, int64_t widened);

  Config config_;
  uint32_t window_size_;
  bool fixed_ = false;  // by resize()
  FlowWindow window_;
  uint32_t used_ = 0;
  uint64_t held_ = 0;
  WindowChange change_;  // the window was tuned or resized, and the peer has not been told
  DueList due_;

  uint32_t tuned_ = 0;
  uint32_t largest_announced_ = kInitialWindow;
  int64_t most_widened_ = 0;  // by resize(), of any stream
  struct {
    bool measuring = false;
    uint64_t octets = 0;  // since the PING went out
    uint64_t pause = 0;   // octets to pass until the next
    int unchanged = 0;    // measurements in a row that found the window wide enough
  } delivery_;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_CREDIT_H_
