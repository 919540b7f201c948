#ifndef HEADRACE_ADAPTERS_SERVE_HTTP_DATE_H_
#define HEADRACE_ADAPTERS_SERVE_HTTP_DATE_H_

#include <cstdint>
#include <ctime>
#include <optional>
#include <string_view>

namespace headrace::serve {

// Parses the three formats that RFC 9110 §5.6.7 requires of a recipient, strictly, into seconds
// since 1970. The date must exist; the day of the week is not checked. `now`, in seconds since
// 1970, determines the century of a two-digit year: it is at most 50 years ahead.
std::optional<int64_t> parse_http_date(std::string_view text, int64_t now = std::time(nullptr));

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_HTTP_DATE_H_
