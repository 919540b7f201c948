#include "headrace/protocol/message/prepared_head.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "headrace/field/field_name.h"
#include "headrace/field/field_syntax.h"
#include "headrace/protocol/message/message_rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN

PreparedHead PreparedHead::of(FieldsView fields) {
  auto record = std::make_shared<Record>();
  size_t size = 0;
  for (const Field& field : fields) size += field.name.size() + field.value.size();
  record->list = std::make_unique<Field[]>(fields.size());
  record->text = std::make_unique<char[]>(size);
  char* at = record->text.get();
  const auto copy = [&at](std::string_view text) {
    at = std::copy(text.begin(), text.end(), at);
    return std::string_view(at - text.size(), text.size());
  };
  Field* to = record->list.get();
  for (const Field& field : fields) {
    Field& made = *to++ = {copy(field.name), copy(field.value), field.never_indexed};
    made.known_name = resolve_field_name(made.name);
    made.syntax = check_field(made.name, made.value, made.known_name);
    record->names.add(made.known_name);
  }
  record->fields = FieldsView(record->list.get(), fields.size());
  record->broken = check_outbound_part(record->fields);
  return PreparedHead(std::move(record));
}

HEADRACE_ABI_END
}  // namespace headrace
