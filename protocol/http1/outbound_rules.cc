#include "headrace/protocol/http1/outbound_rules.h"

#include "headrace/field/field_name.h"
#include "headrace/field/field_names.h"
#include "headrace/field/field_syntax.h"
#include "headrace/field/named_fields.h"
#include "headrace/protocol/http1/rules.h"
#include "headrace/protocol/http1/trailer_names.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {
namespace {

constexpr FieldNames kAboutConnection = {FieldName::kConnection,      FieldName::kKeepAlive,
                                         FieldName::kProxyConnection, FieldName::kTransferEncoding,
                                         FieldName::kUpgrade,         FieldName::kTe};

constexpr uint16_t kSwitchingProtocols = 101;

}  // namespace

const Rule* check_response_to_send(const OutgoingHead& outgoing, ResponseHead* head) {
  if (outgoing.broken() != nullptr) return outgoing.broken();
  const NamedFields& fields = outgoing.fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!kAboutConnection.has(fields.name(i))) continue;
    if (check_field_value(fields[i].value) != FieldSyntax::kValid) return &kFieldValue;
  }
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
