#include "headrace/protocol/stream/state_table.h"

namespace headrace {

const char* to_string(StreamState state) {
  switch (state) {
    case StreamState::kIdle:
      return "idle";
    case StreamState::kReservedLocal:
      return "reserved (local)";
    case StreamState::kReservedRemote:
      return "reserved (remote)";
    case StreamState::kOpen:
      return "open";
    case StreamState::kHalfClosedLocal:
      return "half-closed (local)";
    case StreamState::kHalfClosedRemote:
      return "half-closed (remote)";
    case StreamState::kClosedEnded:
      return "closed (ended)";
    case StreamState::kClosedResetSent:
      return "closed (reset sent)";
    case StreamState::kClosedResetReceived:
      return "closed (reset received)";
    case StreamState::kClosedUnused:
      return "closed (unused)";
  }
  return "unknown";
}

}  // namespace headrace
