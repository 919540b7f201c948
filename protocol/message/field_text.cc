#include "headrace/protocol/message/field_text.h"

#include <algorithm>

#include "headrace/field/field_syntax.h"
#include "headrace/protocol/message/target_syntax.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// A value without the octets at its edges that are white space or will be replaced by it.
std::string_view without_edges(std::string_view value) {
  constexpr std::string_view kEdges(" \t\r\n\0", 5);
  value.remove_prefix(std::min(value.find_first_not_of(kEdges), value.size()));
  return value.substr(0, value.find_last_not_of(kEdges) + 1);
}

}  // namespace

char* put_field_line(const Field& field, char* out) {
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
  out = put_text(field.name, out);
  out = put_text(kFieldColon, out);
  char* const value = out;
  out = put_text(clean ? field.value : without_edges(field.value), out);
  if (syntax == FieldSyntax::kInvalidValue) {
    for (char* at = value; at < out; ++at) {
      if (*at == '\r' || *at == '\n' || *at == '\0') *at = ' ';
    }
  }
  return put_text(kEndOfLine, out);
}

HEADRACE_ABI_END
}  // namespace headrace
