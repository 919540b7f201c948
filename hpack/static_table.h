#ifndef HEADRACE_HPACK_STATIC_TABLE_H_
#define HEADRACE_HPACK_STATIC_TABLE_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/field/field_name.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

constexpr uint32_t kStaticEntries = 61;

namespace internal {
consteval Field entry(std::string_view name, std::string_view value, FieldName known_name) {
  return {name, value, false, known_name, FieldSyntax::kValid};
}
}  // namespace internal

// RFC 7541 Appendix A. Indexes begin with 1.
inline constexpr std::array<Field, kStaticEntries + 1> kStaticTable = [] {
  using internal::entry;
  return std::array<Field, kStaticEntries + 1>{
      Field{},
      entry(":authority", "", FieldName::kAuthority),
      entry(":method", "GET", FieldName::kMethod),
      entry(":method", "POST", FieldName::kMethod),
      entry(":path", "/", FieldName::kPath),
      entry(":path", "/index.html", FieldName::kPath),
      entry(":scheme", "http", FieldName::kScheme),
      entry(":scheme", "https", FieldName::kScheme),
      entry(":status", "200", FieldName::kStatus),
      entry(":status", "204", FieldName::kStatus),
      entry(":status", "206", FieldName::kStatus),
      entry(":status", "304", FieldName::kStatus),
      entry(":status", "400", FieldName::kStatus),
      entry(":status", "404", FieldName::kStatus),
      entry(":status", "500", FieldName::kStatus),
      entry("accept-charset", "", FieldName::kOther),
      entry("accept-encoding", "gzip, deflate", FieldName::kOther),
      entry("accept-language", "", FieldName::kOther),
      entry("accept-ranges", "", FieldName::kOther),
      entry("accept", "", FieldName::kOther),
      entry("access-control-allow-origin", "", FieldName::kOther),
      entry("age", "", FieldName::kOther),
      entry("allow", "", FieldName::kOther),
      entry("authorization", "", FieldName::kAuthorization),
      entry("cache-control", "", FieldName::kOther),
      entry("content-disposition", "", FieldName::kOther),
      entry("content-encoding", "", FieldName::kContentEncoding),
      entry("content-language", "", FieldName::kOther),
      entry("content-length", "", FieldName::kContentLength),
      entry("content-location", "", FieldName::kOther),
      entry("content-range", "", FieldName::kOther),
      entry("content-type", "", FieldName::kContentType),
      entry("cookie", "", FieldName::kCookie),
      entry("date", "", FieldName::kDate),
      entry("etag", "", FieldName::kOther),
      entry("expect", "", FieldName::kExpect),
      entry("expires", "", FieldName::kOther),
      entry("from", "", FieldName::kOther),
      entry("host", "", FieldName::kHost),
      entry("if-match", "", FieldName::kOther),
      entry("if-modified-since", "", FieldName::kOther),
      entry("if-none-match", "", FieldName::kOther),
      entry("if-range", "", FieldName::kOther),
      entry("if-unmodified-since", "", FieldName::kOther),
      entry("last-modified", "", FieldName::kOther),
      entry("link", "", FieldName::kOther),
      entry("location", "", FieldName::kOther),
      entry("max-forwards", "", FieldName::kOther),
      entry("proxy-authenticate", "", FieldName::kOther),
      entry("proxy-authorization", "", FieldName::kProxyAuthorization),
      entry("range", "", FieldName::kOther),
      entry("referer", "", FieldName::kOther),
      entry("refresh", "", FieldName::kOther),
      entry("retry-after", "", FieldName::kOther),
      entry("server", "", FieldName::kOther),
      entry("set-cookie", "", FieldName::kSetCookie),
      entry("strict-transport-security", "", FieldName::kOther),
      entry("transfer-encoding", "", FieldName::kTransferEncoding),
      entry("user-agent", "", FieldName::kOther),
      entry("vary", "", FieldName::kOther),
      entry("via", "", FieldName::kOther),
      entry("www-authenticate", "", FieldName::kOther),
  };
}();

// The lowest index of a field's name, and the index of the field with its value; 0 if the table has
// none.
struct StaticMatch {
  uint32_t name;
  uint32_t field;
};
StaticMatch find_static(std::string_view name, std::string_view value);

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_STATIC_TABLE_H_
