#ifndef HEADRACE_ADAPTERS_SERVE_HTTP_DATE_H_
#define HEADRACE_ADAPTERS_SERVE_HTTP_DATE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace headrace::serve {

// A moment as RFC 9110 §5.6.7 writes it ("Sun, 06 Nov 1994 08:49:37 GMT"); no allocation.
class HttpDate {
 public:
  // Seconds since the epoch.
  explicit HttpDate(int64_t seconds);
  std::string_view text() const { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 29> text_;
};

// Reads any of the three formats that RFC 9110 §5.6.7 demands of a recipient.
std::optional<int64_t> parse_http_date(std::string_view text);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_HTTP_DATE_H_
