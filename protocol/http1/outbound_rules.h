#ifndef HEADRACE_PROTOCOL_HTTP1_OUTBOUND_RULES_H_
#define HEADRACE_PROTOCOL_HTTP1_OUTBOUND_RULES_H_

#include "headrace/field/field.h"
#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"
#include "headrace/protocol/message/message_rules.h"
#include "headrace/protocol/message/response_head.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// Check the fields of the application before they are sent, by the rules of HTTP/2, so that a
// program that was written for one version runs with the other. In addition, HTTP/1.1 has fields
// about the connection, and 101. Null, or the rule that is broken.

// Whether the pseudo-header fields make a request line, also where nothing else is checked.
const Rule* check_request_line(FieldsView fields, bool accept_raw_octets);
const Rule* check_request_to_send(const NamedFields& fields, RequestHead* head);
// `head` is completed; it has the content-length that is sent.
const Rule* check_response_to_send(const OutgoingHead& outgoing, ResponseHead* head);
const Rule* check_trailers_to_send(FieldsView fields);

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_OUTBOUND_RULES_H_
