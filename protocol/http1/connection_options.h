#ifndef HEADRACE_PROTOCOL_HTTP1_CONNECTION_OPTIONS_H_
#define HEADRACE_PROTOCOL_HTTP1_CONNECTION_OPTIONS_H_

#include <string_view>

#include "headrace/field/field_syntax.h"
#include "headrace/memory/abi.h"
#include "headrace/protocol/message/target_syntax.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// Calls `each` for the options in a value of the connection field (RFC 9110 §7.6.1).
template <typename Each>
void each_connection_option(std::string_view value, Each each) {
  for (;;) {
    const size_t comma = value.find(',');
    each(trim_field_value(value.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    value.remove_prefix(comma + 1);
  }
}

inline bool is_connection_option(std::string_view text, std::string_view option) {
  return equals_ignoring_case(text, option);
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_CONNECTION_OPTIONS_H_
