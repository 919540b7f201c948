#ifndef HEADRACE_PROTOCOL_FRAME_FRAME_READER_H_
#define HEADRACE_PROTOCOL_FRAME_FRAME_READER_H_

#include <cstdint>
#include <gsl/span>
#include <iterator>
#include <optional>

#include "memory/abi.h"
#include "memory/accounted_buffer.h"
#include "protocol/event/error.h"
#include "protocol/frame/frame.h"

namespace headrace::inline HEADRACE_ABI {

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
  class Range;

  FrameReader();
  explicit FrameReader(const Options& options);
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  // The frames that `bytes` completes, one a step. The input must outlive the range; what a range
  // that is left early did not reach is kept (copied) and comes out first of the next read().
  // One range is live at a time: starting another ends it.
  [[nodiscard]] Range read(gsl::span<const uint8_t> bytes);

  // Set after the last frame of read() when the input broke a rule; nothing is read any more.
  // Errors of a single stream are reported the same way: a reader has no streams to go on with.
  const std::optional<ConnectionError>& error() const;

  // How many frames were still held at the next step (Recycler).
  uint64_t implicit_keeps() const;
};

}  // namespace headrace::inline HEADRACE_ABI

#endif  // HEADRACE_PROTOCOL_FRAME_FRAME_READER_H_
