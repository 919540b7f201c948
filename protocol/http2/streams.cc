#include "headrace/protocol/http2/streams.h"

namespace headrace {
HEADRACE_ABI_BEGIN

Stream* Streams::create_own() {
  Stream* stream = table_.create(next_own_);
  if (stream != nullptr) next_own_ += 2;
  return stream;
}

void Streams::reset_again(StreamId id, Stream* stream) {
  if (stream != nullptr) {  // its record is still needed
    stream->life.state_ = StreamState::kClosedResetSent;
  } else {
    (is_own(id) ? closed_own_ : closed_peer_).remember(id, StreamState::kClosedResetSent);
  }
}

void Streams::erase(Stream* stream) {
  (is_own(stream->id) ? closed_own_ : closed_peer_).remember(stream->id, stream->life.state_);
  table_.erase(stream);
}

HEADRACE_ABI_END
}  // namespace headrace
