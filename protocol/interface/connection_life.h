#ifndef HEADRACE_PROTOCOL_INTERFACE_CONNECTION_LIFE_H_
#define HEADRACE_PROTOCOL_INTERFACE_CONNECTION_LIFE_H_

#include <cstdint>
#include <memory>

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/error.h"
#include "headrace/protocol/event/event.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Whether the connection is open, and how it ended.
class ConnectionLife {
 public:
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
  void note_told() { phase_ = Phase::kGone; }
  // Of a connection that has ended.
  const ConnectionError& error() const { return *error_; }
  ClosedBy closed_by() const { return closed_by_; }

  // The transport has no more octets.
  void end_input() { input_ended_ = true; }
  bool input_ended() const { return input_ended_; }

 private:
  enum class Phase : uint8_t { kOpen, kClosing, kGone };

  Phase phase_ = Phase::kOpen;
  bool input_ended_ = false;
  ClosedBy closed_by_ = ClosedBy::kEnd;
  std::unique_ptr<const ConnectionError> error_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_CONNECTION_LIFE_H_
