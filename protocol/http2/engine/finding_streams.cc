#include "headrace/protocol/http2/engine/finding_streams.h"

namespace headrace {
HEADRACE_ABI_BEGIN

Stream* FindingStreams::find_for_command(StreamId id, SubmitError* error) const {
  AliveMark::check_id(id);
  *error = SubmitError::kNone;
  if (!life().is_open()) {
    *error = SubmitError::kConnectionGone;
    return nullptr;
  }
  Stream* stream = streams().find(id);
  if (stream != nullptr && stream->notice.announced() && !stream->life.closed()) return stream;
  *error =
      id == 0 || streams().is_idle(id) ? SubmitError::kUnknownStream : SubmitError::kStreamGone;
  return nullptr;
}

HEADRACE_ABI_END
}  // namespace headrace
