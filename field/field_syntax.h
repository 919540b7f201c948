#ifndef HEADRACE_FIELD_FIELD_SYNTAX_H_
#define HEADRACE_FIELD_FIELD_SYNTAX_H_

#include <string_view>

#include "headrace/field/field.h"
#include "headrace/field/field_name.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// RFC 9113 §8.2.1: a name is a token (RFC 9110 §5.6.2) in lower case. One leading colon is allowed,
// because it marks a pseudo-header field; the message rules check which of these exist.
bool is_valid_field_name(std::string_view name);

// RFC 9113 §8.2.1: kValid, kPaddedValue or kInvalidValue.
FieldSyntax check_field_value(std::string_view value);

// Checks name and value. A name with a token of its own (`known_name`) is valid, so its characters
// are not checked again.
FieldSyntax check_field(std::string_view name, std::string_view value,
                        FieldName known_name = FieldName::kUnresolved);

// `value` without white space (SP, HTAB) at its edges.
std::string_view trim_field_value(std::string_view value);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_FIELD_FIELD_SYNTAX_H_
