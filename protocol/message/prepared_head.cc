#include "headrace/protocol/message/prepared_head.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "headrace/field/field_name.h"
#include "headrace/field/field_syntax.h"
#include "headrace/protocol/message/head_summary.h"
#include "headrace/protocol/message/message_rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN

namespace {

std::unique_ptr<const HeadSummary> summarize(FieldsView fields) {
  auto summary = std::make_unique<HeadSummary>();
  for (const Field& field : fields) {
    if (is_known(field.known_name)) summary->traits.take(field.known_name, field.value);
  }
  summary->is_sound = summary->section.take_all(NamedFields(fields)) == nullptr &&
                      check_outbound_response(fields, &summary->response) == nullptr;
  return summary;
}

}  // namespace

// (The record of a response's head begins with :status, so that none of the fields that are given
// beside it comes first.)
const Rule* check_prepared_response(const NamedFields& fields, const PreparedPart& prepared,
                                    ResponseHead* head, FieldNames left_out) {
  const HeadSummary* const summary = prepared.head == nullptr ? nullptr : &prepared.head->summary();
  if (summary == nullptr || !summary->is_sound || prepared.begin != 0 ||
      left_out.has_any(prepared.head->names())) {
    return check_outbound_response(fields, head, left_out);
  }
  *head = summary->response;
  const size_t taken = prepared.head->fields().size();
  if (taken == fields.size()) return nullptr;
  Section section = summary->section;
  if (const Rule* broken = section.take_all(fields, left_out, taken)) return broken;
  head->has_priority = section.has(FieldName::kPriority);
  head->content_length = section.content_length();
  return nullptr;
}

PreparedHead PreparedHead::of(FieldsView fields) {
  auto record = std::make_shared<Record>();
  size_t size = 0;
  for (const Field& field : fields) size += field.name.size() + field.value.size();
  record->list = std::make_unique<Field[]>(fields.size());
  record->text = std::make_unique<char[]>(size);
  record->octets = size;
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
  record->summary = summarize(record->fields);
  return PreparedHead(std::move(record));
}

HEADRACE_ABI_END
}  // namespace headrace
