#include "headrace/protocol/http2/engine/finding_streams.h"

namespace headrace {
HEADRACE_ABI_BEGIN

SubmitError FindingStreams::refusal(StreamId id) const {
  if (!life().is_open()) return SubmitError::kConnectionGone;
  const bool unknown = id == 0 || streams().is_idle(id);
  return unknown ? SubmitError::kUnknownStream : SubmitError::kStreamGone;
}

// Each side's streams are created in the order of their ids (RFC 9113 §5.1.1).
StreamId FindingStreams::next_open_of_side(StreamId after, bool odd) const {
  const Stream* stream = after == 0 ? nullptr : streams().find(after);
  if (stream == nullptr) stream = streams().oldest();
  for (; stream != nullptr; stream = Streams::next(stream)) {
    if ((stream->id % 2 == 1) == odd && stream->id > after && is_open(stream)) return stream->id;
  }
  return 0;
}

StreamId FindingStreams::next_open(StreamId after) const {
  const bool is_pushed = after != 0 && after % 2 == 0;
  const StreamId next = is_pushed ? 0 : next_open_of_side(after, /*odd=*/true);
  return next != 0 ? next : next_open_of_side(is_pushed ? after : 0, /*odd=*/false);
}

HEADRACE_ABI_END
}  // namespace headrace
