#include "headrace/protocol/http1/outbound_rules.h"

#include "headrace/field/field_name.h"
#include "headrace/field/field_names.h"
#include "headrace/field/field_syntax.h"
#include "headrace/field/named_fields.h"
#include "headrace/protocol/http1/octet_scan.h"
#include "headrace/protocol/http1/refusal.h"
#include "headrace/protocol/http1/rules.h"
#include "headrace/protocol/message/target_syntax.h"
#include "headrace/protocol/message/trailer_names.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {
namespace {

constexpr FieldNames kAboutConnection = {FieldName::kConnection,      FieldName::kKeepAlive,
                                         FieldName::kProxyConnection, FieldName::kTransferEncoding,
                                         FieldName::kUpgrade,         FieldName::kTe};

// The rule that the value of a field about the connection breaks, or null.
const Rule* check_about_connection(const NamedFields& fields, FieldNames names) {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!names.has(fields.name(i))) continue;
    if (check_field_value(fields[i].value) != FieldSyntax::kValid) return &kFieldValue;
  }
  return nullptr;
}

}  // namespace

// These octets alone may stand in a request line, even if nothing else is checked.
const Rule* check_request_line(FieldsView fields, bool accept_raw_octets) {
  const std::string_view method = fields.method();
  const bool is_connect = method == "CONNECT";
  if (!is_token(method)) return &kMethod;
  const std::string_view target = is_connect ? fields.authority() : fields.path();
  if (target.empty()) return &kTarget;
  const char* const end = target.data() + target.size();
  for (const char* at = target.data(); (at = find_invisible(at, end)) != end; ++at) {
    if (static_cast<unsigned char>(*at) <= 0x7f) return &kTarget;
    if (!accept_raw_octets) return &kRawTarget;
  }
  return nullptr;
}

const Rule* check_request_to_send(const NamedFields& fields, RequestHead* head) {
  // (te is "trailers" here, too: no transfer coding is understood but chunked.)
  constexpr FieldNames kUnchecked = {FieldName::kConnection, FieldName::kKeepAlive,
                                     FieldName::kProxyConnection, FieldName::kTransferEncoding,
                                     FieldName::kUpgrade};
  if (const Rule* broken = check_about_connection(fields, kUnchecked)) return broken;
  return check_outbound_request(fields, /*enable_connect_protocol=*/false, head, kUnchecked);
}

const Rule* check_response_to_send(const OutgoingHead& outgoing, ResponseHead* head) {
  if (outgoing.broken() != nullptr) return outgoing.broken();
  const NamedFields& fields = outgoing.fields();
  if (const Rule* broken = check_about_connection(fields, kAboutConnection)) return broken;
  FieldNames unchecked = outgoing.left_out();
  unchecked.add(kAboutConnection);
  const Rule* broken = check_outbound_response(fields, head, unchecked);
  return head->status == kSwitchingProtocols ? nullptr : broken;
}

const Rule* check_trailers_to_send(FieldsView fields) {
  for (const Field& field : fields) {
    if (!may_be_trailer(field)) return &kTrailerField;
  }
  return check_outbound_trailers(fields);
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
