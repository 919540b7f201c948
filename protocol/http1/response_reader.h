#ifndef HEADRACE_PROTOCOL_HTTP1_RESPONSE_READER_H_
#define HEADRACE_PROTOCOL_HTTP1_RESPONSE_READER_H_

#include <cstdint>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/memory/input_queue.h"
#include "headrace/protocol/http1/framing.h"
#include "headrace/protocol/http1/head_reader.h"
#include "headrace/protocol/http1/line_reader.h"
#include "headrace/protocol/http1/refusal.h"
#include "headrace/protocol/http1/section_reader.h"
#include "headrace/protocol/http1/status_line.h"
#include "headrace/protocol/message/message_rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// The properties of a response that its head and its request determine, beside its fields.
struct ReceivedStatus {
  uint16_t status = 0;
  ContentEnd content;
  bool is_http10 = false;
  bool is_interim = false;    // others follow before the final one (RFC 9110 §15.2)
  bool opens_tunnel = false;  // no more HTTP follows: 101, and 2xx to CONNECT
  bool may_persist = false;   // the server lets the connection go on (RFC 9112 §9.3)
};

// Reads the heads of responses (RFC 9112 §2.1, §4, §5), one after the other, and checks them whole.
// The fields become those of HTTP/2: :status first, in place of the status line; transfer-encoding
// is left out, because the content is handed on without it, and of equal lengths one stays.
class ResponseReader : public HeadReader {
 public:
  struct Bounds {
    size_t line_size = 0;      // octets of a status line
    bool accept_both = false;  // Options::accept_length_beside_chunked
  };

  ResponseReader(SectionReader* section, const Bounds& bounds)
      : HeadReader(section), bounds_(bounds) {}

  // kHead: received() and the section's fields, until begin(). `request`: that it answers.
  [[nodiscard]] Status read(const RequestHead& request, InputQueue* input, LineReader* lines);

  // Behind a response: discards line ends, of which servers that count wrongly send one too many
  // (RFC 9112 §9.2). False if there is nothing behind them yet.
  bool skip_line_ends(InputQueue* input);
  // Whether the octet in front is a CR without its LF.
  bool is_in_line_end() const { return is_in_line_end_; }

  const ReceivedStatus& received() const { return received_; }

  // Copies the parts of an incomplete head that lie in the input. False if there is no memory.
  [[nodiscard]] bool keep() { return !has_line_ || section_->keep(); }

 private:
  Status read_line(InputQueue* input, LineReader* lines);
  [[nodiscard]] Refusal finish(const RequestHead& request);
  void take_fields();
  void drop_length();

  static constexpr uint8_t kMostLineEnds = 8;  // behind a response

  const Bounds bounds_;
  FramingFields framing_;
  ReceivedStatus received_;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
  bool is_in_line_end_ = false;
  uint8_t line_ends_ = 0;  // that were discarded
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_RESPONSE_READER_H_
