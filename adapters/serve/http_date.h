#ifndef HEADRACE_ADAPTERS_SERVE_HTTP_DATE_H_
#define HEADRACE_ADAPTERS_SERVE_HTTP_DATE_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace headrace::serve {

// Reads any of the three formats that RFC 9110 §5.6.7 demands of a recipient, as seconds since the
// epoch. (HttpDate writes.)
std::optional<int64_t> parse_http_date(std::string_view text);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_HTTP_DATE_H_
