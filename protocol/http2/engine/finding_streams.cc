#include "headrace/protocol/http2/engine/finding_streams.h"

namespace headrace {
HEADRACE_ABI_BEGIN

SubmitError FindingStreams::refusal(StreamId id) const {
  if (!life().is_open()) return SubmitError::kConnectionGone;
  const bool unknown = id == 0 || streams().is_idle(id);
  return unknown ? SubmitError::kUnknownStream : SubmitError::kStreamGone;
}

HEADRACE_ABI_END
}  // namespace headrace
