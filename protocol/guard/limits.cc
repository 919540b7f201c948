#include "headrace/protocol/guard/limits.h"

namespace headrace {

const char* to_string(Limit limit) {
  switch (limit) {
    case Limit::kConnectionMemory:
      return "connection_memory";
    case Limit::kConcurrentStreams:
      return "concurrent_streams";
    case Limit::kFieldListSize:
      return "field_list_size";
    case Limit::kFieldsPerRequest:
      return "fields_per_request";
    case Limit::kFieldsPerResponse:
      return "fields_per_response";
    case Limit::kExtraContinuations:
      return "extra_continuations";
    case Limit::kTinyContinuations:
      return "tiny_continuations";
    case Limit::kInformationalResponses:
      return "informational_responses";
    case Limit::kRequestLineSize:
      return "request_line_size";
    case Limit::kPipelinedRequests:
      return "pipelined_requests";
    case Limit::kChunkExtensionSize:
      return "chunk_extension_size";
    case Limit::kContentSize:
      return "content_size";
    case Limit::kDiscardedContent:
      return "discarded_content";
    case Limit::kQueuedReplies:
      return "queued_replies";
    case Limit::kOutputBacklog:
      return "output_backlog";
    case Limit::kSettingsPerFrame:
      return "settings_per_frame";
    case Limit::kResetBurst:
      return "reset_burst";
    case Limit::kUselessBurst:
      return "useless_burst";
    case Limit::kPrefaceTimeout:
      return "preface_timeout";
    case Limit::kFieldBlockTimeout:
      return "field_block_timeout";
    case Limit::kSettingsAckTimeout:
      return "settings_ack_timeout";
    case Limit::kStreamStallTimeout:
      return "stream_stall_timeout";
    case Limit::kContentTimeout:
      return "content_timeout";
    case Limit::kIdleTimeout:
      return "idle_timeout";
    case Limit::kConnectionAge:
      return "connection_age";
    case Limit::kConnectionAgeGrace:
      return "connection_age_grace";
    case Limit::kKeepaliveTimeout:
      return "keepalive_timeout";
  }
  return "unknown";
}

uint64_t LimitHit::suggested() const {
  uint64_t suggested = bound > 0 ? bound : 1;
  // A value equal to the bound is observed if a deadline passes at its very millisecond.
  while (suggested < observed || suggested == bound) {
    if (suggested > UINT64_MAX / 2) return UINT64_MAX;
    suggested *= 2;
  }
  return suggested;
}

void LimitCounts::add(const LimitHit& hit) {
  ++counts_[static_cast<size_t>(hit.limit)];
  last_ = hit;
}

}  // namespace headrace
