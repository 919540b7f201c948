#ifndef HEADRACE_WEBSOCKET_FIELD_LISTS_H_
#define HEADRACE_WEBSOCKET_FIELD_LISTS_H_

#include <cstddef>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {

// Calls `take` with each member of a list (RFC 9110 §5.6.1) that the fields of that name make up,
// until it returns true. Returns whether it did.
template <typename Take>
bool any_member(FieldsView fields, std::string_view name, Take take) {
  constexpr std::string_view kWhiteSpace = " \t";
  for (std::string_view rest : fields.get_all(name)) {
    for (bool more = true; more;) {
      const size_t comma = rest.find(',');
      std::string_view member = rest.substr(0, comma);
      more = comma != rest.npos;
      if (more) rest.remove_prefix(comma + 1);
      const size_t first = member.find_first_not_of(kWhiteSpace);
      if (first == member.npos) continue;
      member = member.substr(first, member.find_last_not_of(kWhiteSpace) + 1 - first);
      if (take(member)) return true;
    }
  }
  return false;
}

// Whether the list has that token, whatever the case of its letters.
inline bool has_token(FieldsView fields, std::string_view name, std::string_view token) {
  return any_member(fields, name,
                    [&](std::string_view member) { return is_same_name(member, token); });
}

// The value of the only field of that name; empty if there are several, or none.
inline std::string_view only_value(FieldsView fields, std::string_view name) {
  const FieldValues values = fields.get_all(name);
  if (values.empty()) return {};
  auto at = values.begin();
  const std::string_view value = *at;
  return ++at == values.end() ? value : std::string_view();
}

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_WEBSOCKET_FIELD_LISTS_H_
