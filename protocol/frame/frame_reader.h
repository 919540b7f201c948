#ifndef HEADRACE_PROTOCOL_FRAME_FRAME_READER_H_
#define HEADRACE_PROTOCOL_FRAME_FRAME_READER_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "headrace/memory/abi.h"
#include "headrace/memory/allocation.h"
#include "headrace/memory/byte_view.h"
#include "headrace/memory/lazy_range.h"
#include "headrace/memory/ledger.h"
#include "headrace/memory/recycler.h"
#include "headrace/protocol/event/error.h"
#include "headrace/protocol/frame/frame.h"

namespace headrace {
HEADRACE_ABI_BEGIN

class Inbound;

// Reads frames without a connection (like Go's Framer), in both allocation modes. It checks the
// rules about single frames, but no order, streams or windows. A frame that is whole in the input
// is parsed in place; one that is cut is buffered, with at most max_frame_size octets. A connection
// cuts its input with the same code (Inbound).
//
//   FrameReader reader;
//   for (FramePtr frame : reader.read(bytes)) { ... }
//   if (reader.error()) { ... }
class FrameReader {
 public:
  struct Options {
    Allocation allocation = Allocation::kReuse;
    uint32_t max_frame_size = kMinMaxFrameSize;  // RFC 9113 §4.2
  };
  using Range = LazyRange<FrameReader, Frame>;

  FrameReader() : FrameReader(Options{}) {}
  explicit FrameReader(const Options& options);
  // Copies the bytes of a frame that is still held.
  ~FrameReader();
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  // The frames that `bytes` complete, one at a time. The bytes must outlive the range. If a range
  // is left early, the rest of its input is copied and read first by the next read(). A new range
  // ends the one before it.
  [[nodiscard]] Range read(ByteView bytes HEADRACE_LIFETIME_BOUND) HEADRACE_LIFETIME_BOUND;
  // Deleted, because a container passed by value is destroyed before the first frame is read.
  template <TemporaryOwner T>
  Range read(T&& dies_before_it_is_read) = delete;

  // Set after the last frame of read() if the input broke a rule; no more input is read then.
  // Includes errors of a single stream, because a reader has no streams.
  const std::optional<ConnectionError>& error() const { return error_; }

  // The number of frames that were still held at the next step (Recycler).
  uint64_t implicit_keeps() const { return recycler_.implicit_keeps(); }

 private:
  friend Range;
  const Frame* step() { return next_frame().release(); }
  FramePtr next_frame();
  void end_of_range();

  FramePtr fail(const ErrorDetail& error);

  const uint32_t max_frame_size_;
  Recycler<Frame> recycler_;
  Ledger ledger_;  // unlimited, because max_frame_size bounds the buffer
  const std::unique_ptr<Inbound> inbound_;
  std::optional<ConnectionError> error_;
  Range::Live live_{this};
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_FRAME_FRAME_READER_H_
