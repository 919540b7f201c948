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
      entry("accept-charset", "", FieldName::kAcceptCharset),
      entry("accept-encoding", "gzip, deflate", FieldName::kAcceptEncoding),
      entry("accept-language", "", FieldName::kAcceptLanguage),
      entry("accept-ranges", "", FieldName::kAcceptRanges),
      entry("accept", "", FieldName::kAccept),
      entry("access-control-allow-origin", "", FieldName::kAccessControlAllowOrigin),
      entry("age", "", FieldName::kAge),
      entry("allow", "", FieldName::kAllow),
      entry("authorization", "", FieldName::kAuthorization),
      entry("cache-control", "", FieldName::kCacheControl),
      entry("content-disposition", "", FieldName::kContentDisposition),
      entry("content-encoding", "", FieldName::kContentEncoding),
      entry("content-language", "", FieldName::kContentLanguage),
      entry("content-length", "", FieldName::kContentLength),
      entry("content-location", "", FieldName::kContentLocation),
      entry("content-range", "", FieldName::kContentRange),
      entry("content-type", "", FieldName::kContentType),
      entry("cookie", "", FieldName::kCookie),
      entry("date", "", FieldName::kDate),
      entry("etag", "", FieldName::kEtag),
      entry("expect", "", FieldName::kExpect),
      entry("expires", "", FieldName::kExpires),
      entry("from", "", FieldName::kFrom),
      entry("host", "", FieldName::kHost),
      entry("if-match", "", FieldName::kIfMatch),
      entry("if-modified-since", "", FieldName::kIfModifiedSince),
      entry("if-none-match", "", FieldName::kIfNoneMatch),
      entry("if-range", "", FieldName::kIfRange),
      entry("if-unmodified-since", "", FieldName::kIfUnmodifiedSince),
      entry("last-modified", "", FieldName::kLastModified),
      entry("link", "", FieldName::kLink),
      entry("location", "", FieldName::kLocation),
      entry("max-forwards", "", FieldName::kMaxForwards),
      entry("proxy-authenticate", "", FieldName::kProxyAuthenticate),
      entry("proxy-authorization", "", FieldName::kProxyAuthorization),
      entry("range", "", FieldName::kRange),
      entry("referer", "", FieldName::kReferer),
      entry("refresh", "", FieldName::kRefresh),
      entry("retry-after", "", FieldName::kRetryAfter),
      entry("server", "", FieldName::kServer),
      entry("set-cookie", "", FieldName::kSetCookie),
      entry("strict-transport-security", "", FieldName::kStrictTransportSecurity),
      entry("transfer-encoding", "", FieldName::kTransferEncoding),
      entry("user-agent", "", FieldName::kUserAgent),
      entry("vary", "", FieldName::kVary),
      entry("via", "", FieldName::kVia),
      entry("www-authenticate", "", FieldName::kWwwAuthenticate),
  };
}();

// The lowest index of a field's name, and the index of the field with its value; 0 if the table has
// none.
struct StaticMatch {
  uint32_t name;
  uint32_t field;
};
// `name` must not be kUnresolved.
StaticMatch find_static(FieldName name, std::string_view value);

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_STATIC_TABLE_H_
