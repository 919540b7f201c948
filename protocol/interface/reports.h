#ifndef HEADRACE_PROTOCOL_INTERFACE_REPORTS_H_
#define HEADRACE_PROTOCOL_INTERFACE_REPORTS_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <memory>
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

// The counts since the last sum, with the names of Statistics. Frames and messages have at
// least nine octets, so 32 bits are enough for those of kSum octets and of one input.
struct Counts {
  static constexpr uint64_t kSum = uint64_t{1} << 33;

  void add_received(FrameType type, uint64_t frames = 1) {
    received_by_type[place_of(type)] += static_cast<uint32_t>(frames);
  }
  void add_sent(FrameType type) { ++sent_by_type[place_of(type)]; }
  // As in FrameCounts.
  static size_t place_of(FrameType type) {
    return std::min<size_t>(static_cast<size_t>(type), FrameCounts::kTypes - 1);
  }

  uint64_t bytes_received = 0;
  uint64_t data_received = 0;
  uint64_t data_sent = 0;
  std::chrono::nanoseconds round_trip{0};  // the last one
  uint32_t received_by_type[FrameCounts::kTypes] = {};
  uint32_t sent_by_type[FrameCounts::kTypes] = {};
  uint32_t frames_received = 0;  // HTTP/1.1, which has no types
  uint32_t frames_sent = 0;
  uint32_t requests_received = 0;
  uint32_t requests_sent = 0;
  uint32_t responses_received = 0;
  uint32_t streams_reset_by_peer = 0;
  uint32_t streams_reset_by_us = 0;
  uint32_t requests_too_large = 0;
};

// The reports of a connection besides its events: its statistics, and the calls of the
// application's observer.
class Reports {
 public:
  // `observer`: may be null; must outlive it.
  explicit Reports(FrameObserver* observer) : observer_(observer) {}

  Counts& counts() { return counts_; }
  // The sums. They are there from the first call on, because most connections are never asked.
  Statistics& sums() {
    sum_up();
    return *sums_;
  }
  bool has_received_responses() const {
    return counts_.responses_received > 0 || (sums_ != nullptr && sums_->responses_received > 0);
  }

  // An input of `size` octets has come. `sent`: the octets that have been sent so far.
  void received_octets(size_t size, uint64_t sent) {
    counts_.bytes_received += size;
    if (counts_.bytes_received + sent >= next_sum_) [[unlikely]] {
      sum_up();
      next_sum_ = sent + Counts::kSum;
    }
  }
  void count_received(FrameType type, uint64_t frames = 1) { counts_.add_received(type, frames); }
  // The payload is that of a whole frame; empty for DATA, and for a header that was refused.
  void received(const FrameHeader& header, gsl::span<const uint8_t> payload) {
    if (observer_ != nullptr) {
      observer_->on_frame_received(header, {payload.data(), payload.size()});
    }
  }
  // A frame at `frame`: whole, or DATA whose payload may be elsewhere.
  void sent(FrameType type, const uint8_t* frame) {
    counts_.add_sent(type);
    if (observer_ == nullptr) return;
    const FrameHeader header = parse_frame_header(frame);
    const bool data = type == FrameType::kData;
    observer_->on_frame_sent(header, {frame + FrameHeader::kSize, data ? 0 : header.length});
  }
  void hit(const LimitHit& hit) {
    sums().limits_hit.add(hit);
    if (observer_ != nullptr) observer_->on_limit_hit(hit);
  }
  void refused(const ErrorDetail& error, std::string_view field_name = {}) {
    if (observer_ != nullptr) observer_->on_refused(error, field_name);
  }

 private:
  void sum_up();

  FrameObserver* const observer_;
  Counts counts_;
  uint64_t next_sum_ = Counts::kSum;
  std::unique_ptr<Statistics> sums_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_REPORTS_H_
