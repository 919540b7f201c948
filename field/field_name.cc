#include "headrace/field/field_name.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// Compares a name with a literal of the same length, by a load or two and without a call.
template <size_t kSize>
bool is(std::string_view name, const char (&literal)[kSize]) {
  return std::memcmp(name.data(), literal, kSize - 1) == 0;
}

}  // namespace

FieldName resolve_field_name(std::string_view name) {
  switch (name.size()) {
    case 2:
      if (is(name, "te")) return FieldName::kTe;
      break;
    case 4:
      if (is(name, "date")) return FieldName::kDate;
      if (is(name, "host")) return FieldName::kHost;
      break;
    case 5:
      if (is(name, ":path")) return FieldName::kPath;
      break;
    case 6:
      if (is(name, "cookie")) return FieldName::kCookie;
      if (is(name, "expect")) return FieldName::kExpect;
      break;
    case 7:
      if (is(name, ":method")) return FieldName::kMethod;
      if (is(name, ":scheme")) return FieldName::kScheme;
      if (is(name, ":status")) return FieldName::kStatus;
      if (is(name, "upgrade")) return FieldName::kUpgrade;
      break;
    case 8:
      if (is(name, "priority")) return FieldName::kPriority;
      break;
    case 9:
      if (is(name, ":protocol")) return FieldName::kProtocol;
      break;
    case 10:
      if (is(name, ":authority")) return FieldName::kAuthority;
      if (is(name, "connection")) return FieldName::kConnection;
      if (is(name, "keep-alive")) return FieldName::kKeepAlive;
      if (is(name, "set-cookie")) return FieldName::kSetCookie;
      break;
    case 12:
      if (is(name, "content-type")) return FieldName::kContentType;
      break;
    case 13:
      if (is(name, "authorization")) return FieldName::kAuthorization;
      break;
    case 14:
      if (is(name, "content-length")) return FieldName::kContentLength;
      break;
    case 16:
      if (is(name, "content-encoding")) return FieldName::kContentEncoding;
      if (is(name, "proxy-connection")) return FieldName::kProxyConnection;
      break;
    case 17:
      if (is(name, "transfer-encoding")) return FieldName::kTransferEncoding;
      break;
    case 19:
      if (is(name, "proxy-authorization")) return FieldName::kProxyAuthorization;
      break;
  }
  return FieldName::kOther;
}

FieldName resolve_field_name_in_any_case(std::string_view name) {
  constexpr size_t kLongest = std::string_view("proxy-authorization").size();
  if (name.size() > kLongest) return FieldName::kOther;
  std::array<char, kLongest> lower;
  std::transform(name.begin(), name.end(), lower.begin(), [](char c) {
    return 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return resolve_field_name({lower.data(), name.size()});
}

HEADRACE_ABI_END
}  // namespace headrace
