#ifndef HEADRACE_PROTOCOL_MESSAGE_FIELD_TEXT_H_
#define HEADRACE_PROTOCOL_MESSAGE_FIELD_TEXT_H_

#include <cstddef>
#include <cstring>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Pieces of the heads of HTTP/1.x messages (RFC 9112 §5). Functions that write return the end of
// the text.

inline constexpr std::string_view kEndOfLine = "\r\n";
inline constexpr std::string_view kFieldColon = ": ";

inline char* put_text(std::string_view text, char* out) {
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

// A field line. It cannot break the syntax of the head: pseudo-header fields and fields with
// invalid names are not written, CR, LF and NUL in a value become spaces (RFC 9110 §5.5), and white
// space at its edges is removed. Writes at most field_line_size() octets.
[[nodiscard]] char* put_field_line(const Field& field, char* out);

inline size_t field_line_size(const Field& field) {
  return field.name.size() + kFieldColon.size() + field.value.size() + kEndOfLine.size();
}

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_FIELD_TEXT_H_
