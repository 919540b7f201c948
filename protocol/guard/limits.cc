#include "protocol/guard/limits.h"

namespace headrace {

const char* to_string(Limit limit) {
  switch (limit) {
    case Limit::kConnectionMemory:
      return "connection_memory";
    case Limit::kConcurrentStreams:
      return "concurrent_streams";
    case Limit::kFieldListSize:
      return "field_list_size";
    case Limit::kContinuations:
      return "continuations";
    case Limit::kInformationalResponses:
      return "informational_responses";
    case Limit::kSettingsPerFrame:
      return "settings_per_frame";
    case Limit::kQueuedReplies:
      return "queued_replies";
    case Limit::kResets:
      return "resets";
    case Limit::kUselessFrames:
      return "useless_frames";
    case Limit::kPrefaceTimeout:
      return "preface_timeout";
    case Limit::kFieldBlockTimeout:
      return "field_block_timeout";
    case Limit::kSettingsAckTimeout:
      return "settings_ack_timeout";
    case Limit::kKeepaliveTimeout:
      return "keepalive_timeout";
    case Limit::kStreamStallTimeout:
      return "stream_stall_timeout";
    case Limit::kIdleTimeout:
      return "idle_timeout";
  }
  return "unknown";
}

}  // namespace headrace
