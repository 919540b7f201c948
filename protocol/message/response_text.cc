#include "headrace/protocol/message/response_text.h"

#include <cstring>
#include <string_view>

#include "headrace/protocol/message/field_text.h"
#include "headrace/protocol/message/reason_phrase.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr std::string_view kStatusLine = "HTTP/1.1 200 ";  // and the reason phrase

// RFC 9112 §4. The minor version is that of the request.
char* put_status_line(uint16_t status, HttpVersion version, char* out) {
  std::memcpy(out, kStatusLine.data(), kStatusLine.size());
  if (version == HttpVersion::kHttp10) out[7] = '0';
  out[9] = static_cast<char>('0' + status / 100 % 10);
  out[10] = static_cast<char>('0' + status / 10 % 10);
  out[11] = static_cast<char>('0' + status % 10);
  out = put_text(reason_phrase(status), out + kStatusLine.size());
  return put_text(kEndOfLine, out);
}

}  // namespace

size_t max_response_text_size(const OutgoingHead& head) {
  size_t size = kStatusLine.size() + reason_phrase(head.status()).size() + 2 * kEndOfLine.size();
  head.each_field([&](const Field& field) { size += field_line_size(field); });
  return size;
}

char* write_response_text(const OutgoingHead& head, HttpVersion version, char* out) {
  out = put_status_line(head.status(), version, out);
  head.each_field([&](const Field& field) { out = put_field_line(field, out); });
  return put_text(kEndOfLine, out);
}

HEADRACE_ABI_END
}  // namespace headrace
