#ifndef HEADRACE_PROTOCOL_HTTP2_CREDIT_H_
#define HEADRACE_PROTOCOL_HTTP2_CREDIT_H_

#include <algorithm>
#include <cstdint>

#include "headrace/memory/linked_list.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/interface/window_policy.h"
#include "headrace/protocol/stream/credit_state.h"
#include "headrace/protocol/stream/flow_window.h"

namespace headrace {

// The receive windows of a connection and its streams (RFC 9113 §5.2): checks that DATA is within
// them, and decides which WINDOW_UPDATEs are due.
//
// Increments are not queued: those of a window add up until take_due(), so there is at most one for
// each stream even if no output is taken, and two ends that both write never wait for each other. A
// window is due when the peer's remaining octets are not more than the consumed octets that were
// not given back. A window of zero is due with the first consumed octet, so it does not stay zero
// after the application has consumed a part of it, whatever it holds of other streams.
class Credit {
 public:
  struct Config {
    WindowPolicy policy = WindowPolicy::kHalfWindow;
    // The connection's window; at least 65,535, its initial size (§6.9.2).
    uint32_t connection_window = kInitialWindow;
    uint32_t max_window = kInitialWindow;  // the limit of WindowPolicy::kAutoTuned
    bool automatic = true;                 // for new streams
  };
  explicit Credit(const Config& config)
      : config_(config), window_size_(std::max(config.connection_window, kInitialWindow)) {}

  // The size of the connection's window above 65,535: the increment of the WINDOW_UPDATE behind the
  // first SETTINGS, or 0. To be called once.
  [[nodiscard]] uint32_t take_initial_increment();

  // A new stream.
  void open(CreditState* stream, StreamId id) {
    stream->id_ = id;
    stream->automatic_ = config_.automatic;
  }
  void set_automatic(CreditState* stream, bool automatic) { stream->automatic_ = automatic; }

  // --- The open DATA frame. It is judged by its header, and its octets that the application does
  // not hold are given back at its end.

  // The header of a DATA frame with `size` octets of payload, including padding, was received.
  // False if that is more than the peer may send; the windows are unchanged then. (An empty frame
  // is always allowed, even if the window is below zero, §6.9.) Credit that is due but was not
  // taken yet counts as given, up to one full window, because those octets have been consumed: the
  // peer's allowance must not depend on how much input is read between two outputs (§6.9.1).
  [[nodiscard]] bool receive(uint32_t size) {
    open_frame_ = {size, 0, false, false};
    if (size > 0 && !fits(size, window(), used_, full())) return false;
    window_.take(size);
    return true;
  }
  [[nodiscard]] bool receive(CreditState* stream, int64_t base, uint32_t size) const {
    const bool fit =
        size == 0 || fits(size, stream->window(base), stream->used_, stream->full(base));
    if (fit) stream->window_.take(size);
    return fit;
  }
  // The application gets the data. Otherwise the frame does not count in the stream's window.
  void deliver(bool end_stream) {
    open_frame_.of_stream = open_frame_.of_connection;
    open_frame_.deliver = true;
    open_frame_.end_stream = end_stream;
  }
  void skip_rest() { open_frame_.deliver = false; }  // the stream has been closed meanwhile
  bool delivers() const { return open_frame_.deliver; }
  bool ends_stream() const { return open_frame_.end_stream; }
  // The application has received `size` octets of the frame and holds them until let_go().
  void hold(CreditState* stream, uint32_t size) {
    stream->held_ += size;
    held_ += size;
    open_frame_.of_connection -= size;
    open_frame_.of_stream -= size;
  }
  // The frame has been received whole. Returns the octets to be passed to use() for the stream.
  [[nodiscard]] uint32_t end_frame() {
    use(open_frame_.of_connection);
    return open_frame_.deliver ? open_frame_.of_stream : 0;
  }
  // The octets that end_frame() will give back to the connection, and to the stream.
  uint32_t undelivered() const { return open_frame_.of_connection; }
  uint32_t undelivered_of_stream() const { return open_frame_.deliver ? open_frame_.of_stream : 0; }

  // Sets the connection's window, or a stream's, to `size` octets. Neither tuning nor a change of
  // `base` changes it afterwards. False if the stream's could exceed 2^31-1 under an
  // INITIAL_WINDOW_SIZE that was sent (§6.9.2); it is unchanged then.
  void resize(uint32_t size);
  [[nodiscard]] bool resize(CreditState* stream, int64_t base, uint32_t size);
  // `base` has changed, and with it the windows of all streams (§6.9.2). To be called for each.
  void rebase(CreditState* stream, int64_t base);
  // Whether every stream's window stays within 2^31-1 under this INITIAL_WINDOW_SIZE.
  bool bears(uint32_t initial_window_size) const;

  // `size` octets of the connection's window were consumed.
  void use(uint32_t size) { used_ += change_.withhold(size); }
  // `size` octets of the window of a stream that can still receive DATA were consumed. 0 only
  // checks whether it is due, for all streams after an INITIAL_WINDOW_SIZE was sent.
  void use(CreditState* stream, int64_t base, uint32_t size) {
    stream->used_ += stream->change_.withhold(size);
    const bool due = is_due(stream->used_, stream->window(base)) ||
                     stream->change_.wider_by() > 0 || widening(stream, base) > 0;
    if (due != DueList::contains(stream)) set_due(stream, due);
  }

  // The application has consumed `size` of them, also of the connection's window; call use() for
  // the stream's. False if it does not hold as many; nothing is changed then.
  [[nodiscard]] bool let_go(CreditState* stream, uint32_t size);

  // The stream cannot receive DATA any more, so its window needs no more credit.
  void stop(CreditState* stream) {
    if (DueList::contains(stream)) due_.remove(stream);
  }
  // The stream is closed: the octets that the application held count as consumed.
  void close(CreditState* stream) {
    stop(stream);
    (void)let_go(stream, stream->held_);
  }

  bool any_due() const { return is_due() || !due_.empty(); }
  // The next WINDOW_UPDATE that is due, the connection's first. Requires any_due().
  CreditDue take_due(int64_t base);
  // All that were due have been written, up to `offset` of the output.
  void taken_until(uint64_t offset) { written_until_ = offset; }
  // Whether any are due, and the transport has taken the earlier ones. So a peer that does not read
  // causes one WINDOW_UPDATE a stream, however much it sends.
  bool may_take(uint64_t sent_offset) const { return any_due() && written_until_ <= sent_offset; }

  // The connection's window, as in CreditState.
  int64_t window() const { return window_.available(kInitialWindow); }
  int64_t full() const { return window_size_; }
  uint32_t waiting() const { return used_; }
  uint64_t held() const { return held_; }

  // WindowPolicy::kAutoTuned. `size` octets of DATA were received. If true, the caller sends a PING
  // and calls measured() when it is answered.
  [[nodiscard]] bool measure(uint32_t size) {
    return config_.policy == WindowPolicy::kAutoTuned && begins_measuring(size);
  }
  void measured(uint32_t initial_window_size);
  uint32_t tuned() const { return tuned_; }  // to which streams are widened; 0: not measured yet
  // An INITIAL_WINDOW_SIZE of ours was sent, which the peer may apply before it acknowledges it.
  void announced(uint32_t initial_window_size);

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
  uint32_t widening(const CreditState* stream, int64_t base) const {
    return tuned_ == 0 || stream->fixed_ != 0 ? 0 : below_tuned(stream, base);
  }
  // The octets by which a stream's window is below the tuned size.
  uint32_t below_tuned(const CreditState* stream, int64_t base) const;
  void set_due(CreditState* stream, bool due);
  bool begins_measuring(uint32_t size);
  void widen_to(uint32_t size);
  void widen_to(CreditState* stream, int64_t widened);

  Config config_;
  uint32_t window_size_;
  bool fixed_ = false;  // set by resize()
  FlowWindow window_;
  uint32_t used_ = 0;
  uint64_t held_ = 0;
  WindowChange change_;  // by tuning or resize(), not in effect for the peer yet
  DueList due_;
  uint64_t written_until_ = 0;
  struct {
    uint32_t of_connection = 0;  // octets that were received and are not held
    uint32_t of_stream = 0;
    bool deliver = false, end_stream = false;
  } open_frame_;
  uint32_t tuned_ = 0;
  uint32_t largest_announced_ = kInitialWindow;
  int64_t most_widened_ = 0;  // the most of any stream by resize()
  struct {
    uint64_t octets = 0;  // received since the PING was sent
    uint64_t pause = 0;   // octets until the next measurement
    int unchanged = 0;    // consecutive measurements that found the window wide enough
    bool measuring = false;
  } delivery_;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_CREDIT_H_
