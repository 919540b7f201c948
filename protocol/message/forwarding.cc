#include "headrace/protocol/message/forwarding.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "headrace/field/field_name.h"
#include "headrace/field/field_names.h"
#include "headrace/field/field_syntax.h"
#include "headrace/protocol/message/target_syntax.h"
#include "headrace/protocol/message/trailer_names.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr Rule kNamedByConnection = {
    "RFC 9110 §7.6.1",
    "connection names no field that all recipients need: framing, routing, login"};
constexpr Rule kFragment = {"RFC 9110 §7.1", "a target that is forwarded has no fragment"};
constexpr Rule kNoForwards = {"RFC 9110 §7.6.2",
                              "max-forwards of OPTIONS and TRACE is a number that is not used up"};
constexpr Rule kSwitch = {"RFC 9110 §7.8", "101 is about one connection, and is not forwarded"};
constexpr Rule kExtendedConnect = {"RFC 8441 §4", ":protocol is about one connection"};

constexpr FieldNames kAboutConnection = {FieldName::kConnection,      FieldName::kKeepAlive,
                                         FieldName::kProxyConnection, FieldName::kTransferEncoding,
                                         FieldName::kUpgrade,         FieldName::kTe};
// Fields that a client could remove by naming them in connection, so that the message would mean
// something else to the next recipient: its end, its host, its sender.
constexpr std::string_view kEndToEnd[] = {
    "authorization", "content-length", "cookie", "host", "set-cookie", "via", "date", "vary"};

// The value of max-forwards for the next recipient: one less, and at most what has one
// digit, as RFC 9110 §7.6.2 allows. Empty if it is 0 or no number.
std::string_view one_forward_less(std::string_view count) {
  constexpr std::string_view kDigits = "0123456789";
  if (count.find_first_not_of(kDigits) != std::string_view::npos) return {};
  count.remove_prefix(std::min(count.find_first_not_of('0'), count.size()));
  if (count.empty()) return {};
  return kDigits.substr(count.size() > 1 ? 9 : static_cast<size_t>(count.front() - '1'), 1);
}

// Calls `each` for the options of all connection fields, until it returns false.
template <typename Each>
bool all_options(FieldsView fields, Each each) {
  for (std::string_view value : fields.get_all("connection")) {
    while (true) {
      const size_t comma = value.find(',');
      if (!each(trim_field_value(value.substr(0, comma)))) return false;
      if (comma == std::string_view::npos) break;
      value.remove_prefix(comma + 1);
    }
  }
  return true;
}

bool is_named_by_connection(FieldsView fields, std::string_view name) {
  return !all_options(
      fields, [name](std::string_view option) { return !equals_ignoring_case(option, name); });
}

// Whether the options are only names that a connection may keep to itself.
bool are_sound(FieldsView fields) {
  return all_options(fields, [](std::string_view option) {
    return option.empty() ||
           (option.front() != ':' && std::none_of(std::begin(kEndToEnd), std::end(kEndToEnd),
                                                  [option](std::string_view name) {
                                                    return equals_ignoring_case(option, name);
                                                  }));
  });
}

// RFC 9110 §8.6. (HTTP/2 lets it be received, and some recipients do not.)
bool has_no_length(FieldsView response) {
  const std::string_view status = response.get(":status");
  return status.starts_with('1') || status == "204";
}

// `authority`: of a request that has it in host (RFC 9113 §8.3.1); else empty.
const Rule* forward(FieldsView received, bool is_request, std::string_view authority,
                    std::string_view via, std::vector<Field>* forwarded) {
  if (!are_sound(received)) return &kNamedByConnection;
  const bool names_options = received.has("connection");
  const bool no_length = !is_request && has_no_length(received);
  const bool counts_forwards =
      is_request && (received.method() == "OPTIONS" || received.method() == "TRACE");
  for (const Field& field : received) {
    const FieldName name = name_of(field);
    if (!authority.empty() && !field.name.starts_with(':')) {
      forwarded->push_back({":authority", std::exchange(authority, {})});
    }
    if (name == FieldName::kTe) {
      const bool trailers = is_request && equals_ignoring_case(field.value, "trailers") &&
                            (!names_options || is_named_by_connection(received, "te"));
      if (trailers) forwarded->push_back({"te", "trailers"});
      continue;
    }
    if (kAboutConnection.has(name)) continue;
    if (is_request && (name == FieldName::kHost || name == FieldName::kExpect)) continue;
    if (no_length && name == FieldName::kContentLength) continue;
    if (names_options && is_named_by_connection(received, field.name)) continue;
    forwarded->push_back(field);
    if (counts_forwards && name == FieldName::kMaxForwards) {
      forwarded->back().value = one_forward_less(field.value);
      if (forwarded->back().value.empty()) return &kNoForwards;
    }
  }
  if (!via.empty()) forwarded->push_back({"via", via});
  return nullptr;
}

}  // namespace

const Rule* forward_request(FieldsView received, std::string_view via,
                            std::vector<Field>* forwarded) {
  if (received.has(":protocol")) return &kExtendedConnect;
  if (received.path().find('#') != std::string_view::npos) return &kFragment;
  const std::string_view host = received.has(":authority") ? "" : received.get("host");
  return forward(received, /*is_request=*/true, host, via, forwarded);
}

const Rule* forward_response(FieldsView received, std::string_view via,
                             std::vector<Field>* forwarded) {
  if (received.get(":status") == "101") return &kSwitch;
  return forward(received, /*is_request=*/false, {}, via, forwarded);
}

void forward_trailers(FieldsView received, std::vector<Field>* forwarded) {
  for (const Field& field : received) {
    if (!field.name.starts_with(':') && may_be_trailer(field)) forwarded->push_back(field);
  }
}

HEADRACE_ABI_END
}  // namespace headrace
