#ifndef HEADRACE_FIELD_FIELD_NAME_H_
#define HEADRACE_FIELD_FIELD_NAME_H_

#include <cstdint>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Field names as tokens, so that a rule compares one octet instead of a string, and a name is
// looked up once on its way through the library: all names that the protocol has rules for, and
// those of HPACK's static table (RFC 7541 Appendix A).
enum class FieldName : uint8_t {
  kUnresolved = 0,  // not looked up yet
  kOther,           // any name that is not listed here and does not begin with a colon
  kOtherPseudo,     // one that does (RFC 9113 §8.3: no such pseudo-header field is defined)
  // RFC 9113 §8.3, RFC 8441 §4
  kMethod,
  kScheme,
  kAuthority,
  kPath,
  kStatus,
  kProtocol,
  // RFC 9113 §8.2.2: connection-specific
  kConnection,
  kKeepAlive,
  kProxyConnection,
  kTransferEncoding,
  kUpgrade,
  kTe,
  // The message rules look at these, too.
  kHost,
  kContentLength,
  kCookie,
  kPriority,
  // All others of HPACK's static table.
  kAcceptCharset,
  kAcceptEncoding,
  kAcceptLanguage,
  kAcceptRanges,
  kAccept,
  kAccessControlAllowOrigin,
  kAge,
  kAllow,
  kAuthorization,
  kCacheControl,
  kContentDisposition,
  kContentEncoding,
  kContentLanguage,
  kContentLocation,
  kContentRange,
  kContentType,
  kDate,
  kEtag,
  kExpect,
  kExpires,
  kFrom,
  kIfMatch,
  kIfModifiedSince,
  kIfNoneMatch,
  kIfRange,
  kIfUnmodifiedSince,
  kLastModified,
  kLink,
  kLocation,
  kMaxForwards,
  kProxyAuthenticate,
  kProxyAuthorization,
  kRange,
  kReferer,
  kRefresh,
  kRetryAfter,
  kServer,
  kSetCookie,
  kStrictTransportSecurity,
  kUserAgent,
  kVary,
  kVia,
  kWwwAuthenticate,
};

constexpr unsigned kFieldNameCount = 62;  // tokens, of which three stand for many names

// Whether the token stands for one name.
constexpr bool is_known(FieldName name) { return name > FieldName::kOtherPseudo; }

// The token of a name, never kUnresolved. Case-sensitive, because HTTP/2 names are in lower case
// (RFC 9113 §8.2).
FieldName resolve_field_name(std::string_view name);
// The same without regard to case, for HTTP/1.x (RFC 9110 §5.1).
FieldName resolve_field_name_in_any_case(std::string_view name);

// The field's token, looked up if it has none yet.
inline FieldName name_of(const Field& field) {
  return field.known_name != FieldName::kUnresolved ? field.known_name
                                                    : resolve_field_name(field.name);
}

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_FIELD_FIELD_NAME_H_
