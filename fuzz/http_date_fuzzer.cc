// Dates in the three formats of RFC 9110 §5.6.7, against regular expressions and the C library.
#include <time.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <regex>
#include <string>

#include "fuzz/balanced.h"
#include "fuzz/draws.h"
#include "fuzz/require.h"
#include "headrace/protocol/message/http_date.h"

namespace headrace::fuzz {
namespace {

constexpr size_t kLongest = 100;  // std::regex recurses
constexpr const char* kFixdate = "%a, %d %b %Y %H:%M:%S GMT";
constexpr const char* kRfc850 = "%A, %d-%b-%y %H:%M:%S GMT";
constexpr const char* kAsctime = "%a %b %e %H:%M:%S %Y";

struct Format {
  const char* name;
  std::regex grammar;
};

const std::vector<Format>& formats() {
  static const std::string kDay = "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
  static const std::string kLongDay = "(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)";
  static const std::string kMonth = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
  static const std::string kTime = "[0-9]{2}:[0-9]{2}:[0-9]{2}";
  static const std::vector<Format> kFormats = {
      {kFixdate, std::regex(kDay + ", [0-9]{2} " + kMonth + " [0-9]{4} " + kTime + " GMT")},
      {kRfc850, std::regex(kLongDay + ", [0-9]{2}-" + kMonth + "-[0-9]{2} " + kTime + " GMT")},
      {kAsctime, std::regex(kDay + " " + kMonth + " ([0-9]{2}| [0-9]) " + kTime + " [0-9]{4}")}};
  return kFormats;
}

std::string written(const char* format, int64_t seconds) {
  const time_t time = seconds;
  struct tm parts {};
  gmtime_r(&time, &parts);
  char text[64];
  return {text, strftime(text, sizeof(text), format, &parts)};
}

// Nothing when there is no such day.
std::optional<int64_t> moment(struct tm parts) {
  const bool leap = parts.tm_sec == 60;
  if (leap) parts.tm_sec = 59;
  struct tm normal = parts;
  const int64_t seconds = timegm(&normal);
  const bool exists = normal.tm_mday == parts.tm_mday && normal.tm_mon == parts.tm_mon;
  return exists ? std::optional(seconds + (leap ? 1 : 0)) : std::nullopt;
}

// By the grammar's characters first, for strptime() is more generous.
std::optional<int64_t> second_opinion(const std::string& text, int64_t now) {
  for (const Format& format : formats()) {
    if (!std::regex_match(text, format.grammar)) continue;
    struct tm parts {};
    const char* const end = strptime(text.c_str(), format.name, &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    if (parts.tm_sec > 60) return std::nullopt;
    if (format.name != std::string(kRfc850)) return moment(parts);
    // The latest century in which it is not more than 50 years ahead, from this one on.
    const time_t time = now;
    struct tm today {};
    gmtime_r(&time, &today);
    const int century = today.tm_year - today.tm_year % 100;
    const int two_digits = (parts.tm_year + 100) % 100;
    for (const int first : {century, century - 100}) {
      parts.tm_year = first + two_digits;
      const std::optional<int64_t> found = moment(parts);
      constexpr int64_t kYear = 365 * 86'400 + 21'600;
      if (found && (first != century || *found - now <= 50 * kYear)) return found;
    }
    return std::nullopt;
  }
  return std::nullopt;
}

void play(std::string_view input) {
  const std::string text(input.substr(0, kLongest));
  constexpr int64_t kNow = 1'795'000'000;  // in 2026
  require(parse_http_date(text, kNow) == second_opinion(text, kNow), "another opinion on a date");

  // What is written is read.
  Draws draws(input);
  constexpr int64_t kYear10000 = 253'402'300'800;
  const uint64_t drawn = uint64_t{draws.number()} << 32 | draws.number();
  const auto moment = static_cast<int64_t>(drawn % kYear10000);
  require(parse_http_date(HttpDate(moment).text(), kNow) == moment,
          "what we write is not what we read");
  require(HttpDate(moment).text() == written(kFixdate, moment), "it is written in another way");
  require(parse_http_date(written(kAsctime, moment), kNow) == moment, "asctime()'s format");
  // Two digits are enough for 49 years in either direction.
  const int64_t near = std::min(moment - moment % 100'000'000 + 4'000'000'000, kYear10000 - 1);
  const std::string text850 = written(kRfc850, moment);
  require(parse_http_date(text850, near) == second_opinion(text850, near), "RFC 850's format");
  require(parse_http_date(text850, moment) == moment, "RFC 850's format, of now");
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, headrace::fuzz::play);
}
