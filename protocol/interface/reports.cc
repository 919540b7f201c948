#include "headrace/protocol/interface/reports.h"

#include <utility>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// Adds each count to that of its type, and returns their sum.
template <size_t... kIndex>
uint64_t add_up(const uint32_t* counts, FrameCounts* sums, std::index_sequence<kIndex...>) {
  (sums->add(static_cast<FrameType>(kIndex), counts[kIndex]), ...);
  return (counts[kIndex] + ...);  // (32 bits are enough for it, too.)
}
uint64_t add_up(const uint32_t (&counts)[FrameCounts::kTypes], FrameCounts* sums) {
  return add_up(counts, sums, std::make_index_sequence<FrameCounts::kTypes>());
}

}  // namespace

void Reports::sum_up() {
  if (sums_ == nullptr) sums_ = std::make_unique<Statistics>();
  Statistics& sums = *sums_;
  sums.bytes_received += counts_.bytes_received;
  sums.data_received += counts_.data_received;
  sums.data_sent += counts_.data_sent;
  sums.frames_received +=
      counts_.frames_received + add_up(counts_.received_by_type, &sums.received_by_type);
  sums.frames_sent += counts_.frames_sent + add_up(counts_.sent_by_type, &sums.sent_by_type);
  sums.requests_received += counts_.requests_received;
  sums.requests_sent += counts_.requests_sent;
  sums.responses_received += counts_.responses_received;
  sums.streams_reset_by_peer += counts_.streams_reset_by_peer;
  sums.streams_reset_by_us += counts_.streams_reset_by_us;
  sums.requests_too_large += counts_.requests_too_large;
  sums.round_trip = counts_.round_trip;
  counts_ = {.round_trip = counts_.round_trip};
}

HEADRACE_ABI_END
}  // namespace headrace
