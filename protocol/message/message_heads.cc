#include <cstddef>
#include <limits>
#include <string_view>

#include "headrace/protocol/message/message_rules.h"

// Reads the heads of messages without checking them.

namespace headrace {
HEADRACE_ABI_BEGIN

// RFC 9110 §8.6 allows a recipient to read "5, 5" as "5" or to refuse it. It is refused, because no
// honest peer sends it and software behind us might read it differently. Many leading zeros are
// refused, too, because an octet of a field block can refer to thousands of them.
int64_t parse_content_length(std::string_view text) {
  constexpr size_t kMostDigits = 32;
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr size_t kSafeDigits = std::numeric_limits<int64_t>::digits10;
  if (text.empty() || text.size() > kMostDigits) return kNoContentLength;
  int64_t value = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const int digit = text[i] - '0';
    if (digit < 0 || digit > 9) return kNoContentLength;
    if (i >= kSafeDigits && value > (kMax - digit) / 10) return kNoContentLength;
    value = value * 10 + digit;
  }
  return value;
}

uint16_t parse_status(std::string_view text) {
  if (text.size() != 3 || text[0] == '0') return 0;
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return 0;
    value = value * 10 + (c - '0');
  }
  return static_cast<uint16_t>(value);
}

void read_outbound_request(FieldsView fields, RequestHead* head) {
  for (const Field& field : fields) {
    if (field.name == ":method") {
      head->is_head = field.value == "HEAD";
      head->is_connect = field.value == "CONNECT";
      head->is_safe = head->is_head || field.value == "GET";
    } else if (field.name == ":authority") {
      head->has_authority = !field.value.empty();
    } else if (field.name == "content-length") {
      head->content_length = parse_content_length(field.value);
    } else if (field.name == "priority") {
      head->has_priority = true;
    }
  }
  if (head->is_connect) head->content_length = kNoContentLength;
}

void read_outbound_response(FieldsView fields, ResponseHead* head) {
  for (const Field& field : fields) {
    if (field.name == ":status") {
      head->status = parse_status(field.value);
    } else if (field.name == "content-length") {
      head->content_length = parse_content_length(field.value);
    } else if (field.name == "priority") {
      head->has_priority = true;
    }
  }
}

HEADRACE_ABI_END
}  // namespace headrace
