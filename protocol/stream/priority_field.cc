#include "headrace/protocol/stream/priority_field.h"

#include "headrace/field/structured_dictionary.h"

namespace headrace {

bool parse_priority_field(std::string_view value, PriorityParameters* parameters) {
  using Type = StructuredDictionary::Type;
  PriorityParameters read = *parameters;
  StructuredDictionary dictionary(value);
  for (StructuredDictionary::Member member; dictionary.next(&member);) {
    if (member.key == "u") {
      const bool valid =
          member.type == Type::kInteger && member.number >= 0 && member.number < Priority::kLevels;
      read.urgency = valid ? std::optional(static_cast<uint8_t>(member.number)) : std::nullopt;
    } else if (member.key == "i") {
      const bool valid = member.type == Type::kBoolean;
      read.incremental = valid ? std::optional(member.number == 1) : std::nullopt;
    }
  }
  if (dictionary.failed()) return false;
  *parameters = read;
  return true;
}

bool parse_priority_field(std::string_view value, Priority* priority) {
  PriorityParameters parameters;
  if (!parse_priority_field(value, &parameters)) return false;
  *priority = parameters.priority();
  return true;
}

std::string_view write_priority_field(const Priority& priority, char* out) {
  char* end = out;
  if (priority.urgency != Priority{}.urgency) {
    *end++ = 'u';
    *end++ = '=';
    *end++ = static_cast<char>('0' + priority.urgency);
  }
  if (priority.incremental) {
    if (end != out) {
      *end++ = ',';
      *end++ = ' ';
    }
    *end++ = 'i';
  }
  return {out, static_cast<size_t>(end - out)};
}

}  // namespace headrace
