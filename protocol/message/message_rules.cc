#include "headrace/protocol/message/message_rules.h"

#include <algorithm>
#include <cstddef>
#include <gsl/span>
#include <string_view>

#include "headrace/field/field_name.h"
#include "headrace/field/field_syntax.h"
#include "headrace/protocol/message/authority.h"
#include "headrace/protocol/message/section.h"
#include "headrace/protocol/message/target_syntax.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr FieldNames kRequestFields = {FieldName::kMethod, FieldName::kScheme,
                                       FieldName::kAuthority, FieldName::kPath};
constexpr FieldNames kExtendedConnectFields = {FieldName::kMethod, FieldName::kScheme,
                                               FieldName::kAuthority, FieldName::kPath,
                                               FieldName::kProtocol};

constexpr Rule kMethod{"RFC 9113 §8.3.1", "a request has a :method, which is a token"};
constexpr Rule kScheme{"RFC 9113 §8.3.1", "a request has a :scheme, in a scheme's characters"};
constexpr Rule kPath{"RFC 9113 §8.3.1",
                     "an http request's :path begins with \"/\" (OPTIONS: or is *)"};
constexpr Rule kPathFragment{"RFC 9113 §8.3.1",
                             "an http request's :path is a path and a query, without a fragment"};
constexpr Rule kPathMissing{"RFC 9113 §8.3.1", "a request has a :path"};
constexpr Rule kAuthority{"RFC 9113 §8.3.1",
                          ":authority is a host and an optional port, without userinfo"};
constexpr Rule kHostDiffers{"RFC 9113 §8.3.1", "host names the same as :authority"};
constexpr Rule kConnectTarget{"RFC 9113 §8.5",
                              "CONNECT has an :authority, no :scheme and no :path"};
constexpr Rule kConnectPort{"RFC 9110 §9.3.6",
                            "the :authority of CONNECT is a host and a port from 1 to 65535"};
constexpr Rule kProtocol{"RFC 8441 §4", ":protocol is a token and comes with CONNECT only"};
constexpr Rule kStatus{"RFC 9113 §8.3.2", "a response has a :status of three digits"};
constexpr Rule kStatus101{"RFC 9113 §8.6", "101 (Switching Protocols) is not used"};
constexpr Rule kTrailerField{
    "RFC 9110 §6.5.1", "fields of framing and routing (content-length, host) are no trailers"};
constexpr Rule kPromisedMethod{"RFC 9113 §8.4",
                               "a promised request is safe, cacheable and without content"};
constexpr Rule kPromisedAuthority{"RFC 9113 §8.4", "a promised request has an :authority"};

// RFC 9113 §8.3.1 and RFC 9110 §7.2. A request with neither :authority nor host is accepted,
// because gateways forward HTTP/1.0 requests like this, and only the application knows whether it
// needs an authority.
const Rule* check_host(const Section& section, std::string_view scheme) {
  const std::string_view host = section.get(FieldName::kHost);
  if (!host.empty() && !is_authority(host)) return &kHost;
  if (!section.has(FieldName::kHost) || !section.has(FieldName::kAuthority)) return nullptr;
  const std::string_view authority = section.get(FieldName::kAuthority);
  return is_same_authority(host, authority, scheme) ? nullptr : &kHostDiffers;
}

// RFC 9113 §8.5: :authority is the target of the tunnel; :scheme and :path are omitted.
const Rule* check_connect_target(const Section& section) {
  if (section.has(FieldName::kScheme) || section.has(FieldName::kPath)) return &kConnectTarget;
  if (!section.has(FieldName::kAuthority)) return &kConnectTarget;
  const std::string_view authority = section.get(FieldName::kAuthority);
  if (!is_authority(authority)) return &kAuthority;
  if (!is_connect_target(authority)) return &kConnectPort;
  return check_host(section, "");
}

// The :authority that gRPC clients send over a UNIX socket: empty, or the path of the socket.
bool is_local_authority(std::string_view text) {
  constexpr std::string_view kNotInPaths = "\"#<>?@[\\]^`{|}";
  const auto fits = [&](char c) {
    return c > 0x20 && c < 0x7f && kNotInPaths.find(c) == std::string_view::npos;
  };
  return text.empty() ||
         (text.find('/') != std::string_view::npos && std::all_of(text.begin(), text.end(), fits));
}

const Rule* check_http_path(std::string_view path, std::string_view method, bool fragment) {
  if (is_origin_path(path) || (path == "*" && method == "OPTIONS")) return nullptr;
  if (!is_origin_path_with_fragment(path)) return &kPath;
  return fragment ? nullptr : &kPathFragment;
}

// RFC 9113 §8.3.1. For schemes other than http and https only the presence of :path is checked,
// because its syntax is the scheme's.
const Rule* check_target(const Section& section, std::string_view method,
                         const MessageOptions& options) {
  const std::string_view scheme = section.get(FieldName::kScheme);
  const std::string_view path = section.get(FieldName::kPath);
  const bool http = is_http_scheme(scheme);
  if (!http && !is_scheme(scheme)) return &kScheme;
  if (!section.has(FieldName::kPath)) return &kPathMissing;
  if (http) {
    const Rule* broken = check_http_path(path, method, options.accept_path_fragment);
    if (broken != nullptr) return broken;
    if (section.has(FieldName::kAuthority) && !is_authority(section.get(FieldName::kAuthority))) {
      if (!options.accept_local_authority ||
          !is_local_authority(section.get(FieldName::kAuthority)))
        return &kAuthority;
      const std::string_view host = section.get(FieldName::kHost);
      return is_local_authority(host) || is_authority(host) ? nullptr : &kHost;
    }
  }
  return check_host(section, scheme);
}

const Rule* check_status(const Section& section, ResponseHead* head) {
  head->status = parse_status(section.get(FieldName::kStatus));
  head->has_priority = section.has(FieldName::kPriority);
  head->content_length = section.content_length();
  if (head->status == 0) return &kStatus;
  return head->status == 101 ? &kStatus101 : nullptr;
}

const Rule* check_request_head(const Section& section, const MessageOptions& options,
                               RequestHead* head) {
  const std::string_view method = section.get(FieldName::kMethod);
  head->is_head = method == "HEAD";
  head->is_safe = head->is_head || method == "GET";
  if (!head->is_safe && !is_token(method)) return &kMethod;
  head->is_connect = method == "CONNECT";
  head->has_authority = !section.get(FieldName::kAuthority).empty();
  head->has_split_cookie = section.has_split_cookie();
  head->has_priority = section.has(FieldName::kPriority);
  head->expects_continue = section.has(FieldName::kExpect);
  // RFC 9110 §9.3.6: a CONNECT request has no content, because its DATA belongs to the tunnel.
  head->content_length = head->is_connect ? kNoContentLength : section.content_length();
  if (section.has(FieldName::kProtocol)) {
    const bool sound = head->is_connect && is_token(section.get(FieldName::kProtocol));
    return sound ? check_target(section, method, options) : &kProtocol;
  }
  return head->is_connect ? check_connect_target(section) : check_target(section, method, options);
}

// The name of the field that a rule about a whole head concerns.
std::string_view field_of(const Rule* rule) {
  struct Subject {
    const Rule* rule;
    std::string_view field;
  };
  static constexpr Subject kSubjects[] = {
      {&kMethod, ":method"},
      {&kScheme, ":scheme"},
      {&kPath, ":path"},
      {&kPathFragment, ":path"},
      {&kPathMissing, ":path"},
      {&kAuthority, ":authority"},
      {&kHost, "host"},
      {&kHostDiffers, "host"},
      {&kConnectTarget, ":authority"},
      {&kConnectPort, ":authority"},
      {&kProtocol, ":protocol"},
      {&kStatus, ":status"},
      {&kStatus101, ":status"},
      {&kPromisedMethod, ":method"},
      {&kPromisedAuthority, ":authority"},
  };
  for (const Subject& subject : kSubjects) {
    if (subject.rule == rule) return subject.field;
  }
  return {};
}

// Sets `field_name`, if it is wanted, to the field that breaks the rule.
const Rule* blame(const Rule* rule, std::string_view field, std::string_view* field_name) {
  if (rule != nullptr && field_name != nullptr) *field_name = field;
  return rule;
}
// The same with a rule about a whole head.
const Rule* blame(const Rule* rule, std::string_view* field_name) {
  return rule == nullptr ? nullptr : blame(rule, field_of(rule), field_name);
}

constexpr FieldNames request_fields(bool enable_connect_protocol) {
  return enable_connect_protocol ? kExtendedConnectFields : kRequestFields;
}

}  // namespace

const Rule* check_request(gsl::span<Field> fields, const MessageOptions& options, RequestHead* head,
                          std::string_view* field_name) {
  Section section(Section::Kind::kRequest, request_fields(options.enable_connect_protocol));
  if (const Rule* broken = section.take_all(fields, options.trim_field_values)) {
    return blame(broken, section.broken_name(), field_name);
  }
  const Rule* broken = check_request_head(section, options, head);
  return blame(broken, field_name);
}

const Rule* check_promise(const RequestHead& head, std::string_view* field_name) {
  const Rule* broken = nullptr;
  if (!head.is_safe || head.content_length > 0) {
    broken = &kPromisedMethod;
  } else if (!head.has_authority) {
    broken = &kPromisedAuthority;
  }
  return blame(broken, field_name);
}

const Rule* check_response(gsl::span<Field> fields, const MessageOptions& options,
                           ResponseHead* head, std::string_view* field_name) {
  Section section(Section::Kind::kResponse, FieldNames{FieldName::kStatus});
  if (const Rule* broken = section.take_all(fields, options.trim_field_values)) {
    return blame(broken, section.broken_name(), field_name);
  }
  const Rule* broken = check_status(section, head);
  return blame(broken, field_name);
}

const Rule* check_trailers(gsl::span<Field> fields, const MessageOptions& options,
                           std::string_view* field_name) {
  Section section(Section::Kind::kTrailers, {});
  const Rule* broken = section.take_all(fields, options.trim_field_values);
  return blame(broken, section.broken_name(), field_name);
}

const Rule* check_outbound_request(const NamedFields& fields, bool enable_connect_protocol,
                                   RequestHead* head, FieldNames left_out) {
  Section section(Section::Kind::kRequest, request_fields(enable_connect_protocol));
  if (const Rule* broken = section.take_all(fields, left_out)) return broken;
  return check_request_head(section, {}, head);
}

const Rule* check_outbound_response(const NamedFields& fields, ResponseHead* head,
                                    FieldNames left_out) {
  Section section(Section::Kind::kResponse, FieldNames{FieldName::kStatus});
  if (const Rule* broken = section.take_all(fields, left_out)) return broken;
  return check_status(section, head);
}

// RFC 9110 §6.5.1: fields for framing and routing must not be sent in trailers. (A recipient only
// ignores them.)
const Rule* check_outbound_trailers(const NamedFields& fields) {
  for (size_t i = 0; i < fields.size(); ++i) {
    const FieldName name = fields.name(i);
    if (name == FieldName::kContentLength || name == FieldName::kHost) return &kTrailerField;
  }
  return Section(Section::Kind::kTrailers, {}).take_all(fields);
}

const Rule* check_outbound_part(const NamedFields& fields) {
  if (fields.fields().has(":status")) {
    return Section(Section::Kind::kResponse, {FieldName::kStatus}).take_all(fields);
  }
  return Section(Section::Kind::kRequest, kExtendedConnectFields).take_all(fields);
}

HEADRACE_ABI_END
}  // namespace headrace
