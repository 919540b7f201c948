#ifndef HEADRACE_PROTOCOL_MESSAGE_HTTP_DATE_H_
#define HEADRACE_PROTOCOL_MESSAGE_HTTP_DATE_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A time in the format of RFC 9110 §5.6.7 ("Sun, 06 Nov 1994 08:49:37 GMT"). Allocates nothing.
class HttpDate {
 public:
  // `seconds` since 1970.
  explicit HttpDate(int64_t seconds);
  std::string_view text() const HEADRACE_LIFETIME_BOUND { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 29> text_;
};

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
