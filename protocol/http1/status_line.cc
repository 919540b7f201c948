#include "headrace/protocol/http1/status_line.h"

#include "headrace/protocol/http1/rules.h"
#include "headrace/protocol/message/message_rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {
namespace {

constexpr std::string_view kName = "HTTP/";
constexpr size_t kVersionSize = kName.size() + 3;
constexpr size_t kDigits = 3;

constexpr bool is_digit(char c) { return '0' <= c && c <= '9'; }

}  // namespace

const Rule* parse_status_line(std::string_view text, StatusLine* line) {
  if (text.size() < kVersionSize + 1 + kDigits || !text.starts_with(kName) || !is_digit(text[5]) ||
      text[6] != '.' || !is_digit(text[7]) || text[8] != ' ') {
    return &kStatusLine;
  }
  if (text[5] != '1') return &kResponseVersion;
  line->is_http10 = text[7] == '0';
  text.remove_prefix(kVersionSize + 1);
  line->digits = text.substr(0, kDigits);
  line->status = parse_status(line->digits);
  text.remove_prefix(kDigits);
  return line->status == 0 || (!text.empty() && text.front() != ' ') ? &kStatusLine : nullptr;
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
