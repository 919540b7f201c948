#ifndef HEADRACE_PROTOCOL_INTERFACE_CONNECTION_LIFE_H_
#define HEADRACE_PROTOCOL_INTERFACE_CONNECTION_LIFE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/error.h"
#include "headrace/protocol/event/event.h"
#include "headrace/protocol/guard/time_point.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Whether the connection is open, and how it ended.
class ConnectionLife {
 public:
  // `output_timeout`: for how long output may wait for the transport behind ConnectionClosed; 0 is
  // without a bound.
  explicit ConnectionLife(std::chrono::milliseconds output_timeout)
      : output_timeout_(output_timeout) {}

  // Frames are read, and commands are taken.
  bool is_open() const { return phase_ == Phase::kOpen; }
  // It has ended, and ConnectionClosed has not been handed out yet: each stream's StreamClosed
  // comes before it.
  bool is_closing() const { return phase_ == Phase::kClosing; }
  // ConnectionClosed has been handed out.
  bool is_gone() const { return phase_ == Phase::kGone; }

  // Ends an open connection.
  void end(const ErrorDetail& error, ClosedBy closed_by) {
    phase_ = Phase::kClosing;
    error_ = std::make_unique<const ConnectionError>(ConnectionError{error});
    closed_by_ = closed_by;
  }
  void note_told(TimePoint now) {
    phase_ = Phase::kGone;
    output_moved_ = now;
  }
  // Of a connection that has ended.
  const ConnectionError& error() const { return *error_; }
  ClosedBy closed_by() const { return closed_by_; }

  // The transport has no more octets.
  void end_input() { input_ended_ = true; }
  bool input_ended() const { return input_ended_; }

  // --- Behind ConnectionClosed, the output that waits. (A peer that takes nothing must not keep
  // the transport open for ever.)

  // The transport has taken octets: at `now`, or before the next check_output().
  void note_sent(TimePoint now) {
    output_moved_ = now;
    output_moved_since_ = false;
  }
  void note_sent() { output_moved_since_ = true; }
  // When output that waits is given up.
  TimePoint output_ends() const {
    const bool ends = is_gone() && !output_given_up_ && output_timeout_.count() > 0;
    return ends ? output_moved_ + output_timeout_ : TimePoint::max();
  }
  // Some waits.
  void check_output(TimePoint now) {
    if (std::exchange(output_moved_since_, false)) output_moved_ = now;
    if (now >= output_ends()) give_up_output();
  }
  void give_up_output() { output_given_up_ = true; }
  bool has_given_up_output() const { return output_given_up_; }

 private:
  enum class Phase : uint8_t { kOpen, kClosing, kGone };

  Phase phase_ = Phase::kOpen;
  bool input_ended_ = false;
  bool output_given_up_ = false;
  bool output_moved_since_ = false;
  ClosedBy closed_by_ = ClosedBy::kEnd;
  const std::chrono::milliseconds output_timeout_;
  TimePoint output_moved_{};
  std::unique_ptr<const ConnectionError> error_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_CONNECTION_LIFE_H_
