#ifndef HEADRACE_PROTOCOL_MESSAGE_HTTP_DATE_H_
#define HEADRACE_PROTOCOL_MESSAGE_HTTP_DATE_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A time in the format of RFC 9110 §5.6.7 ("Sun, 06 Nov 1994 08:49:37 GMT"). Allocates nothing.
class HttpDate {
 public:
  // One that is not in the years 0000 to 9999 becomes the first or the last second of these.
  explicit HttpDate(int64_t seconds_since_1970);
  std::string_view text() const HEADRACE_LIFETIME_BOUND { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 29> text_;
};

// Parses the three formats that RFC 9110 §5.6.7 requires of a recipient, strictly, into seconds
// since 1970. The date must exist; the day of the week is not checked. `now`, in seconds since
// 1970, determines the century of a two-digit year: it is at most 50 years ahead.
std::optional<int64_t> parse_http_date(std::string_view text, int64_t now);

// The value of the date field for messages of the present second, formatted once a second. Time is
// an argument of the caller's.
class DateField {
 public:
  void set(std::chrono::system_clock::time_point now) {
    const int64_t second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    if (second == second_) return;
    second_ = second;
    if (date_ == nullptr) date_ = std::make_unique<HttpDate>(second);
    *date_ = HttpDate(second);
  }
  // Empty before the first set(). Valid until the next one.
  std::string_view text() const HEADRACE_LIFETIME_BOUND {
    return date_ == nullptr ? std::string_view() : date_->text();
  }

 private:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::min();
  int64_t second_ = kNever;
  std::unique_ptr<HttpDate> date_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_HTTP_DATE_H_
