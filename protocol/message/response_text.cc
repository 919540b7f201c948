#include "headrace/protocol/message/response_text.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "headrace/field/field_syntax.h"
#include "headrace/protocol/message/reason_phrase.h"
#include "headrace/protocol/message/target_syntax.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr std::string_view kEndOfLine = "\r\n";
constexpr std::string_view kColon = ": ";
constexpr std::string_view kStatusLine = "HTTP/1.1 200 ";  // and the reason phrase

char* put(std::string_view text, char* out) {
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

// RFC 9112 §4. The minor version is that of the request.
char* put_status_line(uint16_t status, HttpVersion version, char* out) {
  std::memcpy(out, kStatusLine.data(), kStatusLine.size());
  if (version == HttpVersion::kHttp10) out[7] = '0';
  out[9] = static_cast<char>('0' + status / 100 % 10);
  out[10] = static_cast<char>('0' + status / 10 % 10);
  out[11] = static_cast<char>('0' + status % 10);
  out = put(reason_phrase(status), out + kStatusLine.size());
  return put(kEndOfLine, out);
}

// A value without the octets at its edges that are white space or will be replaced by it.
std::string_view without_edges(std::string_view value) {
  constexpr std::string_view kEdges(" \t\r\n\0", 5);
  value.remove_prefix(std::min(value.find_first_not_of(kEdges), value.size()));
  return value.substr(0, value.find_last_not_of(kEdges) + 1);
}

char* put_field(const Field& field, char* out) {
  if (field.name.starts_with(':')) return out;
  FieldSyntax syntax = field.syntax;
  if (syntax == FieldSyntax::kUnchecked) {
    syntax = check_field(field.name, field.value, field.known_name);
  }
  if (syntax == FieldSyntax::kInvalidName) {  // valid in HTTP/1.x if it is only in upper case
    if (!is_token(field.name)) return out;
    syntax = check_field_value(field.value);
  }
  const bool clean = syntax == FieldSyntax::kValid;
  out = put(field.name, out);
  out = put(kColon, out);
  char* const value = out;
  out = put(clean ? field.value : without_edges(field.value), out);
  if (syntax == FieldSyntax::kInvalidValue) {
    for (char* at = value; at < out; ++at) {
      if (*at == '\r' || *at == '\n' || *at == '\0') *at = ' ';
    }
  }
  return put(kEndOfLine, out);
}

}  // namespace

size_t max_response_text_size(const OutgoingHead& head) {
  size_t size = kStatusLine.size() + reason_phrase(head.status()).size() + 2 * kEndOfLine.size();
  head.each_field([&](const Field& field) {
    size += field.name.size() + kColon.size() + field.value.size() + kEndOfLine.size();
  });
  return size;
}

char* write_response_text(const OutgoingHead& head, HttpVersion version, char* out) {
  out = put_status_line(head.status(), version, out);
  head.each_field([&](const Field& field) { out = put_field(field, out); });
  return put(kEndOfLine, out);
}

HEADRACE_ABI_END
}  // namespace headrace
