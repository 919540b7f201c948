#include "headrace/protocol/message/http_date.h"

#include <cstring>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr char kDays[] = "SunMonTueWedThuFriSat";
constexpr char kMonths[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

void put_two_digits(char* out, unsigned number) {
  out[0] = static_cast<char>('0' + number / 10 % 10);
  out[1] = static_cast<char>('0' + number % 10);
}

}  // namespace

HttpDate::HttpDate(int64_t seconds) {
  using std::chrono::floor, std::chrono::days;
  const std::chrono::sys_seconds moment{std::chrono::seconds(seconds)};
  const auto day = floor<days>(moment);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(moment - day);
  const int year = static_cast<int>(date.year());

  char* out = text_.data();
  std::memcpy(out, "Sun, 00 Jan 0000 00:00:00 GMT", text_.size());
  std::memcpy(out, kDays + 3 * std::chrono::weekday(day).c_encoding(), 3);
  put_two_digits(out + 5, static_cast<unsigned>(date.day()));
  std::memcpy(out + 8, kMonths + 3 * (static_cast<unsigned>(date.month()) - 1), 3);
  put_two_digits(out + 12, static_cast<unsigned>(year / 100));
  put_two_digits(out + 14, static_cast<unsigned>(year % 100));
  put_two_digits(out + 17, static_cast<unsigned>(time.hours().count()));
  put_two_digits(out + 20, static_cast<unsigned>(time.minutes().count()));
  put_two_digits(out + 23, static_cast<unsigned>(time.seconds().count()));
}

HEADRACE_ABI_END
}  // namespace headrace
