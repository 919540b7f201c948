#include "adapters/serve/http_date.h"

#include <time.h>

#include <string>

namespace headrace::serve {

std::optional<int64_t> parse_http_date(std::string_view text) {
  // IMF-fixdate; the obsolete RFC 850 format; asctime(). The program never leaves the "C" locale.
  constexpr const char* kFormats[] = {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT",
                                      "%a %b %e %H:%M:%S %Y"};
  const std::string copy(text);
  for (const char* format : kFormats) {
    struct tm parts {};
    const char* rest = strptime(copy.c_str(), format, &parts);
    if (rest == copy.c_str() + copy.size()) return timegm(&parts);
  }
  return std::nullopt;
}

}  // namespace headrace::serve
