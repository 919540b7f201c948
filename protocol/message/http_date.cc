#include "headrace/protocol/message/http_date.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

using std::chrono::days, std::chrono::floor, std::chrono::seconds, std::chrono::sys_seconds;

constexpr auto kDays = std::to_array<std::string_view>(
    {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"});
constexpr auto kMonths = std::to_array<std::string_view>(
    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});
constexpr size_t kShort = 3;  // characters of an abbreviated name

// The years that four digits have, 0000 to 9999, in seconds since 1970.
constexpr int64_t kFirst = -62'167'219'200;
constexpr int64_t kLast = 253'402'300'799;

void put_two_digits(char* out, unsigned number) {
  out[0] = static_cast<char>('0' + number / 10 % 10);
  out[1] = static_cast<char>('0' + number % 10);
}

struct Parts {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0, minute = 0, second = 0;
};

// Parses the parts of a date. It has failed after the first part that does not match.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool is_done() const { return !failed_ && rest_.empty(); }

  void literal(std::string_view text) { failed_ |= !skip(text); }
  int number(size_t digits) {
    if (rest_.size() < digits) failed_ = true;
    int value = 0;
    for (size_t i = 0; i < digits && !failed_; ++i) {
      failed_ = rest_[i] < '0' || rest_[i] > '9';
      value = value * 10 + (rest_[i] - '0');
    }
    if (!failed_) rest_.remove_prefix(digits);
    return value;
  }
  void day_name(size_t most_characters) {
    for (const std::string_view name : kDays) {
      if (skip(name.substr(0, most_characters))) return;
    }
    failed_ = true;
  }
  unsigned month() {
    for (unsigned i = 0; i < kMonths.size(); ++i) {
      if (skip(kMonths[i])) return i + 1;
    }
    failed_ = true;
    return 0;
  }
  void time(Parts* parts) {
    parts->hour = number(2);
    literal(":");
    parts->minute = number(2);
    literal(":");
    parts->second = number(2);
  }
  bool skip(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<Parts> read_fixdate(std::string_view text) {
  Reader reader(text);
  Parts parts;
  reader.day_name(kShort);
  reader.literal(", ");
  parts.day = static_cast<unsigned>(reader.number(2));
  reader.literal(" ");
  parts.month = reader.month();
  reader.literal(" ");
  parts.year = reader.number(4);
  reader.literal(" ");
  reader.time(&parts);
  reader.literal(" GMT");
  return reader.is_done() ? std::optional(parts) : std::nullopt;
}

// "Sunday, 06-Nov-94 08:49:37 GMT"
std::optional<Parts> read_rfc850(std::string_view text) {
  Reader reader(text);
  Parts parts;
  reader.day_name(std::string_view::npos);
  reader.literal(", ");
  parts.day = static_cast<unsigned>(reader.number(2));
  reader.literal("-");
  parts.month = reader.month();
  reader.literal("-");
  parts.year = reader.number(2);
  reader.literal(" ");
  reader.time(&parts);
  reader.literal(" GMT");
  return reader.is_done() ? std::optional(parts) : std::nullopt;
}

// "Sun Nov  6 08:49:37 1994"
std::optional<Parts> read_asctime(std::string_view text) {
  Reader reader(text);
  Parts parts;
  reader.day_name(kShort);
  reader.literal(" ");
  parts.month = reader.month();
  reader.literal(" ");
  parts.day = static_cast<unsigned>(reader.number(reader.skip(" ") ? 1 : 2));
  reader.literal(" ");
  reader.time(&parts);
  reader.literal(" ");
  parts.year = reader.number(4);
  return reader.is_done() ? std::optional(parts) : std::nullopt;
}

std::optional<int64_t> moment_of(const Parts& parts) {
  const std::chrono::year_month_day date{
      std::chrono::year(parts.year), std::chrono::month(parts.month), std::chrono::day(parts.day)};
  constexpr int kLeapSecond = 60;
  if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > kLeapSecond) {
    return std::nullopt;
  }
  const auto day = sys_seconds(std::chrono::sys_days(date));
  return day.time_since_epoch().count() + parts.hour * 3600 + parts.minute * 60 + parts.second;
}

// Selects this century or the one before.
std::optional<int64_t> moment_near(Parts parts, int64_t now) {
  constexpr int64_t kFiftyYears = int64_t{50} * 31'557'600;
  now = std::clamp(now, kFirst, kLast);
  const auto today = floor<days>(sys_seconds(seconds(now)));
  const int year = static_cast<int>(std::chrono::year_month_day(today).year());
  parts.year += year - year % 100;
  const std::optional<int64_t> moment = moment_of(parts);
  if (moment && *moment <= now + kFiftyYears) return moment;
  parts.year -= 100;  // also if only that century's year has the 29th of February
  return moment_of(parts);
}

}  // namespace

HttpDate::HttpDate(int64_t seconds_since_1970) {
  const sys_seconds moment{seconds(std::clamp(seconds_since_1970, kFirst, kLast))};
  const auto day = floor<days>(moment);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(moment - day);
  const int year = static_cast<int>(date.year());

  char* out = text_.data();
  std::memcpy(out, "Sun, 00 Jan 0000 00:00:00 GMT", text_.size());
  std::memcpy(out, kDays[std::chrono::weekday(day).c_encoding()].data(), kShort);
  put_two_digits(out + 5, static_cast<unsigned>(date.day()));
  std::memcpy(out + 8, kMonths[static_cast<unsigned>(date.month()) - 1].data(), kShort);
  put_two_digits(out + 12, static_cast<unsigned>(year / 100));
  put_two_digits(out + 14, static_cast<unsigned>(year % 100));
  put_two_digits(out + 17, static_cast<unsigned>(time.hours().count()));
  put_two_digits(out + 20, static_cast<unsigned>(time.minutes().count()));
  put_two_digits(out + 23, static_cast<unsigned>(time.seconds().count()));
}

std::optional<int64_t> parse_http_date(std::string_view text, int64_t now) {
  if (const std::optional<Parts> parts = read_fixdate(text)) return moment_of(*parts);
  if (const std::optional<Parts> parts = read_rfc850(text)) return moment_near(*parts, now);
  if (const std::optional<Parts> parts = read_asctime(text)) return moment_of(*parts);
  return std::nullopt;
}

HEADRACE_ABI_END
}  // namespace headrace
