#ifndef HEADRACE_PROTOCOL_HTTP1_REQUEST_LINE_H_
#define HEADRACE_PROTOCOL_HTTP1_REQUEST_LINE_H_

#include <cstddef>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/protocol/http1/refusal.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// RFC 9112 §3, as views of the line.
struct RequestLine {
  std::string_view method;
  std::string_view target;    // visible octets, of a form that parse_target() finds out
  bool has_fragment = false;  // "#" in the target
  bool is_http10 = false;     // a later minor version is one of HTTP/1.1 (RFC 9110 §2.5)
};

// Reads a request line without its CR LF. `raw_octets`: octets above 0x7f are accepted in targets.
[[nodiscard]] Refusal parse_request_line(std::string_view text, bool raw_octets, RequestLine* line);

// Reads the request line at the front of the input, if it is one of HTTP/1.1, without a fragment,
// that lies whole in it. Returns its octets, or 0: it is none of that form, which says nothing
// about whether it is valid.
[[nodiscard]] size_t read_plain_request_line(std::string_view input, RequestLine* line);

// The parts of a target, as views (RFC 9112 §3.2).
struct Target {
  std::string_view scheme;     // empty but in absolute form
  std::string_view authority;  // empty but in absolute form, and with CONNECT
  std::string_view path;       // empty with CONNECT; a query without a path lacks its "/"
};

// Reads the target of a request with that method. `fragment`: one behind "#" is accepted.
[[nodiscard]] Refusal parse_target(const RequestLine& line, bool fragment, Target* target);

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_REQUEST_LINE_H_
