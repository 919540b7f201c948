#ifndef HEADRACE_PROTOCOL_INTERFACE_REPORTS_H_
#define HEADRACE_PROTOCOL_INTERFACE_REPORTS_H_

#include <cstdint>
#include <gsl/span>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/error.h"
#include "headrace/protocol/frame/frame_parser.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/guard/limits.h"
#include "headrace/protocol/interface/frame_observer.h"
#include "headrace/protocol/interface/statistics.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The reports of a connection besides its events: its statistics, and the calls of the
// application's observer.
class Reports {
 public:
  // `observer`: may be null; must outlive it.
  explicit Reports(FrameObserver* observer) : observer_(observer) {}

  Statistics& counts() { return counts_; }

  void count_received(FrameType type, uint64_t frames = 1) {
    counts_.received_by_type.add(type, frames);
  }
  // The payload is that of a whole frame; empty for DATA, and for a header that was refused.
  void received(const FrameHeader& header, gsl::span<const uint8_t> payload) {
    if (observer_ != nullptr) {
      observer_->on_frame_received(header, {payload.data(), payload.size()});
    }
  }
  // A frame at `frame`: whole, or DATA whose payload may be elsewhere.
  void sent(FrameType type, const uint8_t* frame) {
    counts_.sent_by_type.add(type);
    if (observer_ == nullptr) return;
    const FrameHeader header = parse_frame_header(frame);
    const bool data = type == FrameType::kData;
    observer_->on_frame_sent(header, {frame + FrameHeader::kSize, data ? 0 : header.length});
  }
  void hit(const LimitHit& hit) {
    counts_.limits_hit.add(hit);
    if (observer_ != nullptr) observer_->on_limit_hit(hit);
  }
  void refused(const ErrorDetail& error, std::string_view field_name = {}) {
    if (observer_ != nullptr) observer_->on_refused(error, field_name);
  }

 private:
  FrameObserver* const observer_;
  Statistics counts_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_REPORTS_H_
