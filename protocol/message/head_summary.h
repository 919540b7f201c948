#ifndef HEADRACE_PROTOCOL_MESSAGE_HEAD_SUMMARY_H_
#define HEADRACE_PROTOCOL_MESSAGE_HEAD_SUMMARY_H_

#include "headrace/field/field_names.h"
#include "headrace/field/named_fields.h"
#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"
#include "headrace/protocol/message/head_traits.h"
#include "headrace/protocol/message/message_rules.h"
#include "headrace/protocol/message/prepared_head.h"
#include "headrace/protocol/message/section.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Everything that is known of a response as soon as its head is prepared, so that only the fields
// beside it are looked at when it is sent.
struct HeadSummary {
  HeadTraits traits;
  // Whether it is a sound response by itself, so that its check goes on from `section`.
  bool is_sound = false;
  Section section{Section::Kind::kResponse, FieldNames{FieldName::kStatus}};
  ResponseHead response;
};

// As check_outbound_response(fields, head, left_out), where `prepared` is a part of the fields.
const Rule* check_prepared_response(const NamedFields& fields, const PreparedPart& prepared,
                                    ResponseHead* head, FieldNames left_out);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_HEAD_SUMMARY_H_
