#ifndef HEADRACE_PROTOCOL_HTTP2_GOING_AWAY_H_
#define HEADRACE_PROTOCOL_HTTP2_GOING_AWAY_H_

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/error_code.h"
#include "headrace/protocol/frame/frame_type.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Which streams go on when one side or the other stops (RFC 9113 §6.8): what our GOAWAY frames have
// said of the peer's streams, and the peer's of ours.
//
// Invariant: the last stream identifier never rises, in either direction.
class GoingAway {
 public:
  // `highest_peer_stream`: the highest identifier that a stream of the peer's can have. A GOAWAY
  // names streams of its receiver, so nothing above it is ever written: receivers built on nghttp2
  // answer an identifier of the other parity with PROTOCOL_ERROR.
  explicit GoingAway(StreamId highest_peer_stream) : last_stream_(highest_peer_stream) {}

  // --- Our own. Each returns the last stream identifier to write.

  // The first GOAWAY of a graceful shutdown: it refuses nothing.
  StreamId announce(std::string_view debug_data) {
    step_ = Step::kAnnounced;
    debug_data_ = debug_data;
    return last_stream_;
  }
  // The second: streams above `last_used`, the highest of the peer's, are refused from now on.
  StreamId finish(StreamId last_used) {
    step_ = Step::kFinal;
    last_stream_ = stop(last_used);
    return last_stream_;
  }
  // Of a connection error, at once. What an earlier GOAWAY refused may have been retried elsewhere.
  StreamId stop(StreamId last_used) const { return std::min(last_used, last_stream_); }

  bool shutting_down() const { return step_ != Step::kNone; }
  bool is_announced() const { return step_ == Step::kAnnounced; }
  bool is_final() const { return step_ == Step::kFinal; }
  // Streams of the peer's that go on, or may still begin.
  bool takes(StreamId peer_stream) const { return peer_stream <= last_stream_; }
  const std::string& debug_data() const { return debug_data_; }

  // --- The peer's.

  // False: it raises the last stream identifier, and nothing was taken of it.
  [[nodiscard]] bool receive(StreamId last_stream, ErrorCode code) {
    if (last_stream > peer_last_stream_) return false;
    peer_last_stream_ = last_stream;
    peer_code_ = code;
    return true;
  }
  StreamId peer_last_stream() const { return peer_last_stream_; }
  // The code of its last GOAWAY; none before the first.
  std::optional<ErrorCode> peer_code() const { return peer_code_; }

  // There will be no new streams of ours.
  bool under_way() const { return shutting_down() || peer_code_.has_value(); }

 private:
  enum class Step : uint8_t { kNone, kAnnounced, kFinal };

  StreamId last_stream_;
  Step step_ = Step::kNone;
  StreamId peer_last_stream_ = kMaxStreamId;
  std::optional<ErrorCode> peer_code_;
  std::string debug_data_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_GOING_AWAY_H_
