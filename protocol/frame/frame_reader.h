#ifndef HEADRACE_PROTOCOL_FRAME_FRAME_READER_H_
#define HEADRACE_PROTOCOL_FRAME_FRAME_READER_H_

#include <cstdint>
#include <gsl/span>
#include <optional>

#include "headrace/memory/abi.h"
#include "headrace/memory/accounted_buffer.h"
#include "headrace/memory/allocation.h"
#include "headrace/memory/byte_view.h"
#include "headrace/memory/lazy_range.h"
#include "headrace/memory/ledger.h"
#include "headrace/memory/recycler.h"
#include "headrace/memory/temporary.h"
#include "headrace/protocol/event/error.h"
#include "headrace/protocol/frame/frame.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Frames without a connection (the counterpart of Go's Framer): bytes in, frames out, in both
// allocation modes. It checks what a frame says by itself and nothing about order, streams or
// windows. A frame that lies whole in the input is parsed in place; one that is cut waits in a
// buffer of at most max_frame_size + 9 octets.
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
  // A frame that is still held gets its bytes while they are there.
  ~FrameReader() { recycler_.detach_held(); }
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  // The frames that `bytes` completes, one a step. The input must outlive the range; what a range
  // that is left early did not reach is kept (copied) and comes out first of the next read().
  // One range is live at a time: starting another ends it.
  [[nodiscard]] Range read(ByteView bytes HEADRACE_LIFETIME_BOUND) HEADRACE_LIFETIME_BOUND;
  // A container by value would be gone before its first frame is asked for.
  template <TemporaryOwner T>
  Range read(T&& dies_before_it_is_read) = delete;

  // Set after the last frame of read() when the input broke a rule; nothing is read any more.
  // Errors of a single stream are reported the same way: a reader has no streams to go on with.
  const std::optional<ConnectionError>& error() const { return error_; }

  // How many frames were still held at the next step (Recycler).
  uint64_t implicit_keeps() const { return recycler_.implicit_keeps(); }

 private:
  friend Range;
  FramePtr step();
  void end_of_range();

  gsl::span<const uint8_t> next_octets(size_t size);
  void skip(size_t size);
  void keep(gsl::span<const uint8_t> octets);
  FramePtr fail(const ErrorDetail& error);

  const uint32_t max_frame_size_;
  Recycler<Frame> recycler_;
  Ledger ledger_;                   // without a bound: the reader is the caller's, not a peer's
  AccountedBuffer kept_;            // comes before input_
  gsl::span<const uint8_t> input_;  // what the live range has not read yet
  std::optional<ConnectionError> error_;
  Range::Live live_{this};
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_FRAME_FRAME_READER_H_
