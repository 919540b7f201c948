#ifndef HEADRACE_PROTOCOL_HTTP1_CHUNK_READER_H_
#define HEADRACE_PROTOCOL_HTTP1_CHUNK_READER_H_

#include <cstdint>
#include <gsl/span>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/memory/input_queue.h"
#include "headrace/protocol/http1/line_reader.h"
#include "headrace/protocol/http1/refusal.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// The line in front of a chunk's data (RFC 9112 §7.1).
struct ChunkLine {
  uint64_t size = 0;
  size_t extensions = 0;  // their octets
};

// Parses such a line without its CR LF. `lenient`: white space around the size is skipped.
[[nodiscard]] const Rule* parse_chunk_line(std::string_view text, bool lenient, ChunkLine* line);

// Removes the chunked coding from the content of one message at a time (RFC 9112 §7.1).
class ChunkReader {
 public:
  enum class Item : uint8_t {
    kNothing,   // the input is used up
    kPiece,     // piece(): the next octets of the content
    kTrailers,  // the last chunk was read; the trailer section follows
    kRefused,   // refusal()
  };

  // `extension_size`: the most octets of extensions, beyond a sixteenth of the content. `lenient`:
  // as above. `accept_bare_lf`: LF alone may follow the data of a chunk.
  ChunkReader(size_t extension_size, bool lenient, bool accept_bare_lf = false)
      : extension_limit_(extension_size), lenient_(lenient), accept_bare_lf_(accept_bare_lf) {}

  // The content of a message begins.
  void begin() {
    step_ = Step::kSize;
    left_ = content_ = extensions_ = 0;
  }
  // Reads the next item. A piece has at most `most` octets.
  [[nodiscard]] Item next(InputQueue* input, LineReader* lines, uint64_t most);

  gsl::span<const uint8_t> piece() const { return piece_; }
  const Refusal& refusal() const { return refusal_; }
  // Octets of the content that were announced so far, by the sizes of its chunks.
  uint64_t announced() const { return content_; }
  // Whether the input is within a chunk's data, not in a line.
  bool in_data() const { return step_ == Step::kData; }

 private:
  enum class Step : uint8_t { kSize, kData, kCr, kLf };

  Item refuse(const Rule& rule);
  Item on_line(const Line& line);
  Item take_end(InputQueue* input);

  const size_t extension_limit_;
  const bool lenient_;
  const bool accept_bare_lf_;
  Step step_ = Step::kSize;
  uint64_t left_ = 0;  // octets of the chunk that are to come
  uint64_t content_ = 0;
  uint64_t extensions_ = 0;
  gsl::span<const uint8_t> piece_;
  Refusal refusal_;
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_CHUNK_READER_H_
