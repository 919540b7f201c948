#ifndef HEADRACE_PROTOCOL_HTTP1_STATUS_LINE_H_
#define HEADRACE_PROTOCOL_HTTP1_STATUS_LINE_H_

#include <cstdint>
#include <string_view>

#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// The first line of a response (RFC 9112 §4). Its reason phrase means nothing to a client.
struct StatusLine {
  uint16_t status = 0;      // 100 to 999
  std::string_view digits;  // the same, in the text
  bool is_http10 = false;   // or HTTP/1.1, or a later minor version
};

// Reads it, without its CR LF and control characters. The space behind the status may be missing.
// Null, or the rule that it breaks.
[[nodiscard]] const Rule* parse_status_line(std::string_view text, StatusLine* line);

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_STATUS_LINE_H_
