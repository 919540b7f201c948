#ifndef HEADRACE_PROTOCOL_HTTP1_REQUEST_READER_H_
#define HEADRACE_PROTOCOL_HTTP1_REQUEST_READER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/input_queue.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/http1/framing.h"
#include "headrace/protocol/http1/head_reader.h"
#include "headrace/protocol/http1/line_reader.h"
#include "headrace/protocol/http1/refusal.h"
#include "headrace/protocol/http1/request_line.h"
#include "headrace/protocol/http1/section_reader.h"
#include "headrace/protocol/message/message_rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// The properties of a request that its head determines, beside its fields.
struct RequestFacts {
  RequestHead head;
  ContentEnd content;
  bool is_http10 = false;
  bool may_persist = false;       // the client wants the connection to go on (RFC 9112 §9.3)
  bool expects_continue = false;  // it waits for 100 before it sends the content (RFC 9110 §10.1.1)
  bool offers_upgrade = false;    // to another protocol (RFC 9110 §7.8)
};

struct RequestOptions {
  std::string_view scheme;    // of the transport
  size_t line_size = 0;       // Limits::request_line_size
  uint64_t content_size = 0;  // Limits::content_size
  bool accept_raw_octets = false;
  bool accept_fragment = false;
};

// Reads the heads of requests (RFC 9112 §2.1, §3, §5), one after the other, and checks them whole.
// The fields become those of HTTP/2: :method, :scheme, :authority and :path first, which take the
// place of the request line and of Host; transfer-encoding is left out, because the content is
// handed on without it.
class RequestReader : public HeadReader {
 public:
  RequestReader(SectionReader* section, const RequestOptions& options)
      : HeadReader(section), options_(options) {}

  // The next request begins.
  void begin() {
    HeadReader::begin();
    empty_lines_ = 0;
  }
  // kHead: facts() and the section's fields, until begin().
  [[nodiscard]] Status read(InputQueue* input, LineReader* lines);

  const RequestFacts& facts() const { return facts_; }

  // Copies the parts of an incomplete head that lie in the input. False if there is no memory.
  [[nodiscard]] bool keep();

 private:
  Status read_line(InputQueue* input, LineReader* lines);
  Status take_line(const Line& line);
  Status begin_fields();
  Status refuse_long_line(std::string_view begin);
  void take_field(const Field& field);
  void take_connection(std::string_view value);
  [[nodiscard]] Refusal finish();
  [[nodiscard]] Refusal check_host(Target* target) const;
  [[nodiscard]] Refusal write_pseudo_fields(const Target& target);

  const RequestOptions options_;
  RequestLine line_;
  std::string_view host_;
  FramingFields framing_;
  RequestFacts facts_;
  uint32_t hosts_ = 0;
  uint32_t empty_lines_ = 0;
  bool line_kept_ = false;  // `line_` is not in the input
  bool host_kept_ = false;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
  bool says_upgrade_ = false;
  bool has_upgrade_ = false;
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_REQUEST_READER_H_
