#include "headrace/protocol/frame/frame_reader.h"

#include <limits>
#include <utility>

#include "headrace/memory/contract.h"
#include "headrace/protocol/frame/frame_parser.h"
#include "headrace/protocol/frame/inbound.h"

namespace headrace {
HEADRACE_ABI_BEGIN

FrameReader::FrameReader(const Options& options)
    : max_frame_size_(options.max_frame_size),
      recycler_(options.allocation),
      ledger_(std::numeric_limits<size_t>::max()),
      inbound_(std::make_unique<Inbound>(&ledger_, &ledger_, /*with_preface=*/false)) {}

FrameReader::~FrameReader() { recycler_.detach_held(); }

FrameReader::Range FrameReader::read(ByteView bytes) {
  live_.end();
  if (!error_.has_value()) inbound_->give(bytes);
  return Range(&live_);
}

FramePtr FrameReader::next_frame() {
  // A frame that is still held looks into the buffer, which may move now.
  recycler_.detach_held();
  while (!error_.has_value()) {
    ErrorDetail error;
    const Inbound::Item item = inbound_->next();
    if (item == Inbound::Item::kHeader) {
      const FrameFault fault = check_frame_header(inbound_->header(), max_frame_size_, &error);
      if (fault != FrameFault::kNone) return fail(error);
      inbound_->decide(FrameFate::kTake);
    } else if (item == Inbound::Item::kFrame) {
      FramePtr frame = recycler_.lend_filled([&](Frame& place) {
        return parse_frame(inbound_->header(), inbound_->payload(), &place, &error) ==
               FrameFault::kNone;
      });
      return frame == nullptr ? fail(error) : std::move(frame);
    } else {
      return nullptr;
    }
  }
  return nullptr;
}

void FrameReader::end_of_range() {
  recycler_.detach_held();
  const bool kept = error_.has_value() || inbound_->keep_rest();
  HEADRACE_EXPECTS(kept, "FrameReader::read()", "the ledger of a reader has no bound",
                   {"size", ledger_.refused()});
}

FramePtr FrameReader::fail(const ErrorDetail& error) {
  error_.emplace(ConnectionError{error});
  inbound_->discard();
  return nullptr;
}

HEADRACE_ABI_END
}  // namespace headrace
