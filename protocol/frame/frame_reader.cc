#include "headrace/protocol/frame/frame_reader.h"

#include <algorithm>
#include <gsl/span>
#include <limits>

#include "headrace/memory/contract.h"
#include "headrace/protocol/frame/frame_parser.h"

namespace headrace {
HEADRACE_ABI_BEGIN

FrameReader::FrameReader(const Options& options)
    : max_frame_size_(options.max_frame_size),
      recycler_(options.allocation),
      ledger_(std::numeric_limits<size_t>::max()),
      kept_(&ledger_) {}

FrameReader::Range FrameReader::read(ByteView bytes) {
  live_.end();
  input_ = bytes;
  return Range(&live_);
}

FramePtr FrameReader::step() {
  // A frame that is still held has views into the buffer, which may move now.
  recycler_.detach_held();
  if (error_.has_value()) return nullptr;

  const gsl::span<const uint8_t> front = next_octets(FrameHeader::kSize);
  if (front.empty()) return nullptr;
  const FrameHeader header = parse_frame_header(front.data());
  ErrorDetail error;
  if (check_frame_header(header, max_frame_size_, &error) != FrameFault::kNone) return fail(error);

  const size_t size = FrameHeader::kSize + header.length;
  const gsl::span<const uint8_t> whole = next_octets(size);
  if (whole.empty()) return nullptr;
  const gsl::span<const uint8_t> payload = whole.subspan(FrameHeader::kSize);
  FramePtr frame = recycler_.lend_filled([&](Frame& place) {
    return parse_frame(header, payload, &place, &error) == FrameFault::kNone;
  });
  if (frame == nullptr) return fail(error);
  skip(size);
  return frame;
}

void FrameReader::end_of_range() {
  recycler_.detach_held();
  if (!error_.has_value()) keep(input_);
  input_ = {};
}

// The next `size` octets, contiguous: in the input or, if a part of them is in the buffer already,
// in the buffer, to which the missing ones are copied. Empty if there are fewer; the input is used
// up then.
gsl::span<const uint8_t> FrameReader::next_octets(size_t size) {
  if (kept_.empty() && input_.size() >= size) return input_.first(size);
  if (kept_.size() < size) {
    const size_t missing = std::min(size - kept_.size(), input_.size());
    keep(input_.first(missing));
    input_ = input_.subspan(missing);
  }
  if (kept_.size() < size) return {};
  return kept_.bytes().first(size);
}

// Marks the octets of a frame as read. They are unchanged until the next step.
void FrameReader::skip(size_t size) {
  if (kept_.empty()) {
    input_ = input_.subspan(size);
  } else {
    kept_.consume(size);
  }
}

void FrameReader::keep(gsl::span<const uint8_t> octets) {
  const bool kept = kept_.append(octets);
  HEADRACE_EXPECTS(kept, "FrameReader::read()", "the ledger of a reader has no bound",
                   {"size", octets.size()});
}

FramePtr FrameReader::fail(const ErrorDetail& error) {
  error_.emplace(ConnectionError{error});
  kept_.release();
  return nullptr;
}

HEADRACE_ABI_END
}  // namespace headrace
