#ifndef HEADRACE_PROTOCOL_HTTP1_LINE_READER_H_
#define HEADRACE_PROTOCOL_HTTP1_LINE_READER_H_

#include <cstddef>
#include <string_view>

#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/accounted_buffer.h"
#include "headrace/memory/input_queue.h"
#include "headrace/memory/ledger.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// A line of the input.
struct Line {
  std::string_view text;         // without CR LF; valid until the next line, or as `stable` says
  size_t octets = 0;             // with its end
  const Rule* broken = nullptr;  // kBareLf, kBareCr or kFieldValue; `text` is then not to be used
  bool stable = false;           // `text` lies in the input, and stays there until the range ends
};

// Cuts the input into lines (RFC 9112 §2.2). One that lies whole in the input is handed out where
// it is; one that is cut is collected in a buffer. A line is judged when it is complete, so that
// the verdict does not depend on how the input is cut.
class LineReader {
 public:
  enum class Status { kLine, kNothing, kTooLong, kNoMemory };

  // `accept_bare_lf`: a line may end with LF alone.
  explicit LineReader(Ledger* ledger, bool accept_bare_lf = false)
      : cut_(ledger), accept_bare_lf_(accept_bare_lf) {}

  // The next line. kNothing: all input was taken, and it is not complete. kTooLong: it has more
  // than `most` octets, the first of which are in `line`.
  [[nodiscard]] Status next(InputQueue* input, size_t most, Line* line);
  // Whether the input goes on with a line's first octet.
  bool is_between_lines() const { return cut_.empty(); }
  // Whether a line has begun and is not complete.
  bool is_cut() const { return !done_ && !cut_.empty(); }

  // Frees the buffer, unless it holds something.
  void trim() {
    if (!is_cut()) cut_.release();
  }

 private:
  bool read(const char* begin, const char* end, Line* line) const;
  Status next_cut(InputQueue* input, size_t most, Line* line);

  AccountedBuffer cut_;  // the beginning of a line, or the line that was handed out last
  bool done_ = false;    // cut_ is the latter
  const bool accept_bare_lf_;
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_LINE_READER_H_
