#ifndef HEADRACE_PROTOCOL_HTTP2_GOING_AWAY_H_
#define HEADRACE_PROTOCOL_HTTP2_GOING_AWAY_H_

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/error_code.h"
#include "headrace/protocol/frame/frame_type.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The streams that continue when either side stops (RFC 9113 §6.8), by the last stream identifiers
// of our GOAWAY frames and of the peer's.
//
// Invariant: the last stream identifier never increases, in either direction.
class GoingAway {
 public:
  // `highest_peer_stream`: the highest identifier that a stream of the peer's can have. No higher
  // one is written, because a GOAWAY names streams of its receiver, and nghttp2 answers an
  // identifier of the other parity with PROTOCOL_ERROR.
  explicit GoingAway(StreamId highest_peer_stream) : last_stream_(highest_peer_stream) {}

  // --- Our own. Each returns the last stream identifier to write.

  // The first GOAWAY of a graceful shutdown, which refuses no stream.
  StreamId announce(std::string_view debug_data) {
    step_ = Step::kAnnounced;
    debug_data_ = std::make_unique<const std::string>(debug_data);
    return last_stream_;
  }
  // The second GOAWAY: streams above `last_used`, the highest one of the peer's, are refused.
  StreamId finish(StreamId last_used) {
    step_ = Step::kFinal;
    last_stream_ = stop(last_used);
    return last_stream_;
  }
  // The GOAWAY of a connection error. Not above an earlier one, because streams that were refused
  // may have been retried elsewhere.
  StreamId stop(StreamId last_used) const { return std::min(last_used, last_stream_); }

  bool shutting_down() const { return step_ != Step::kNone; }
  bool is_announced() const { return step_ == Step::kAnnounced; }
  bool is_final() const { return step_ == Step::kFinal; }
  // Whether a stream of the peer's continues, or may still be opened.
  bool takes(StreamId peer_stream) const { return peer_stream <= last_stream_; }
  // Of the first one, which there was.
  const std::string& debug_data() const { return *debug_data_; }

  // --- The peer's.

  // False if it would increase the last stream identifier; it has no effect then.
  [[nodiscard]] bool receive(StreamId last_stream, ErrorCode code) {
    if (last_stream > peer_last_stream_) return false;
    peer_last_stream_ = last_stream;
    peer_code_ = code;
    return true;
  }
  StreamId peer_last_stream() const { return peer_last_stream_; }
  // The code of the peer's last GOAWAY; nothing before the first.
  std::optional<ErrorCode> peer_code() const { return peer_code_; }

  // Whether either side is going away, so that we open no new streams.
  bool under_way() const { return shutting_down() || peer_code_.has_value(); }

 private:
  enum class Step : uint8_t { kNone, kAnnounced, kFinal };

  StreamId last_stream_;
  StreamId peer_last_stream_ = kMaxStreamId;
  std::optional<ErrorCode> peer_code_;
  Step step_ = Step::kNone;
  std::unique_ptr<const std::string> debug_data_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_GOING_AWAY_H_
