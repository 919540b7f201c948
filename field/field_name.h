#ifndef HEADRACE_FIELD_FIELD_NAME_H_
#define HEADRACE_FIELD_FIELD_NAME_H_

#include <cstdint>
#include <string_view>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The field names that the protocol has rules for, as tokens, so that a rule compares one byte
// instead of a string.
enum class FieldName : uint8_t {
  kUnresolved = 0,  // not looked up yet
  kOther,           // any name that is not listed here
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
  // used by the message rules and the indexing policy
  kHost,
  kContentLength,
  kContentType,
  kCookie,
  kSetCookie,
  kAuthorization,
  kProxyAuthorization,
  kDate,
  kExpect,
  kPriority,
  kContentEncoding,
};

// The token of a name; kOther if it has none, never kUnresolved. Case-sensitive, because HTTP/2
// names are in lower case (RFC 9113 §8.2).
FieldName resolve_field_name(std::string_view name);
// The same without regard to case, for HTTP/1.x (RFC 9110 §5.1).
FieldName resolve_field_name_in_any_case(std::string_view name);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_FIELD_FIELD_NAME_H_
