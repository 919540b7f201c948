#ifndef HEADRACE_ADAPTERS_SERVE_HTTP_DATE_H_
#define HEADRACE_ADAPTERS_SERVE_HTTP_DATE_H_

#include <cstdint>
#include <ctime>
#include <optional>
#include <string_view>

namespace headrace::serve {

// Reads any of the three formats that RFC 9110 §5.6.7 demands of a recipient, as seconds since the
// epoch: exactly as the grammar has them, and only days that there are (which day of the week they
// are is not looked at). `now`, likewise, tells which century a year of two digits is in: none that
// is more than 50 years ahead. (HttpDate writes.)
std::optional<int64_t> parse_http_date(std::string_view text, int64_t now = std::time(nullptr));

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_HTTP_DATE_H_
