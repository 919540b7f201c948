#ifndef HEADRACE_FIELD_FIELD_NAME_H_
#define HEADRACE_FIELD_FIELD_NAME_H_

#include <cstdint>
#include <string_view>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The field names that the protocol itself has rules about, as tokens, so that a rule compares one
// byte instead of a string.
enum class FieldName : uint8_t {
  kUnresolved,  // not looked up yet
  kOther,       // looked up: a name without rules of its own
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
  // with meaning to the message rules and the indexing policy
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

// The token of a name, kOther for all names without one; never kUnresolved. Case-sensitive: HTTP/2
// names are lower case.
FieldName resolve_field_name(std::string_view name);
// The same for HTTP/1.x, whose names are in any case (RFC 9110 §5.1).
FieldName resolve_field_name_in_any_case(std::string_view name);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_FIELD_FIELD_NAME_H_
