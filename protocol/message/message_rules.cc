#include "headrace/protocol/message/message_rules.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <gsl/span>
#include <string_view>

#include "headrace/field/field_name.h"
#include "headrace/field/field_syntax.h"
#include "headrace/protocol/message/authority.h"
#include "headrace/protocol/message/target_syntax.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr Rule kFieldName{"RFC 9113 §8.2.1", "a field name is a token in lower case"};
constexpr Rule kFieldValue{"RFC 9113 §8.2.1", "a field value has no NUL, CR or LF"};
constexpr Rule kPaddedValue{"RFC 9113 §8.2.1",
                            "a field value neither begins nor ends with white space"};
constexpr Rule kConnectionSpecific{"RFC 9113 §8.2.2", "there are no connection-specific fields"};
constexpr Rule kTe{"RFC 9113 §8.2.2", "te is \"trailers\", in a request's head only"};
constexpr Rule kPseudoUnknown{"RFC 9113 §8.3",
                              "a pseudo-header field is one defined for this kind of message"};
constexpr Rule kPseudoInTrailers{"RFC 9113 §8.1", "trailers have no pseudo-header fields"};
constexpr Rule kPseudoLate{"RFC 9113 §8.3", "pseudo-header fields come before all others"};
constexpr Rule kPseudoTwice{"RFC 9113 §8.3", "a pseudo-header field appears once"};
constexpr Rule kMethod{"RFC 9113 §8.3.1", "a request has a :method, which is a token"};
constexpr Rule kScheme{"RFC 9113 §8.3.1", "a request has a :scheme, in a scheme's characters"};
constexpr Rule kPath{"RFC 9113 §8.3.1",
                     "an http request's :path begins with \"/\" (OPTIONS: or is *)"};
constexpr Rule kPathFragment{"RFC 9113 §8.3.1",
                             "an http request's :path is a path and a query, without a fragment"};
constexpr Rule kPathMissing{"RFC 9113 §8.3.1", "a request has a :path"};
constexpr Rule kAuthority{"RFC 9113 §8.3.1",
                          ":authority is a host and an optional port, without userinfo"};
constexpr Rule kHost{"RFC 9110 §7.2", "host appears once and is a host and an optional port"};
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

constexpr FieldNames kRequestFields = {FieldName::kMethod, FieldName::kScheme,
                                       FieldName::kAuthority, FieldName::kPath};
constexpr FieldNames kExtendedConnectFields = {FieldName::kMethod, FieldName::kScheme,
                                               FieldName::kAuthority, FieldName::kPath,
                                               FieldName::kProtocol};
constexpr FieldNames kPseudoFields = {FieldName::kMethod, FieldName::kScheme, FieldName::kAuthority,
                                      FieldName::kPath,   FieldName::kStatus, FieldName::kProtocol};
// The names that a rule is about, and those that are not known yet. All others only follow the
// pseudo-header fields.
constexpr FieldNames kNamesWithRules = {FieldName::kUnresolved,
                                        FieldName::kOtherPseudo,
                                        FieldName::kMethod,
                                        FieldName::kScheme,
                                        FieldName::kAuthority,
                                        FieldName::kPath,
                                        FieldName::kStatus,
                                        FieldName::kProtocol,
                                        FieldName::kConnection,
                                        FieldName::kKeepAlive,
                                        FieldName::kProxyConnection,
                                        FieldName::kTransferEncoding,
                                        FieldName::kUpgrade,
                                        FieldName::kTe,
                                        FieldName::kHost,
                                        FieldName::kContentLength,
                                        FieldName::kCookie,
                                        FieldName::kPriority};

// Checks the rules about single fields of a section, and collects the values that the rules about
// the whole section need.
class Section {
 public:
  enum class Kind : uint8_t { kRequest, kResponse, kTrailers };

  Section(Kind kind, FieldNames pseudo_fields) : kind_(kind), pseudo_fields_(pseudo_fields) {}

  // Checks a received section, whose fields are completed in place and, with `trim`, trimmed.
  const Rule* take_all(gsl::span<Field> fields, bool trim) {
    Field* const end = fields.data() + fields.size();
    for (Field* field = fields.data(); field != end; ++field) {
      // (Most fields, as the decoder has judged them.)
      if (field->syntax == FieldSyntax::kValid && !kNamesWithRules.has(field->known_name)) {
        regular_seen_ = true;
        continue;
      }
      field->known_name = name_of(*field);
      field->syntax = syntax_of(*field, field->known_name);
      if (field->syntax == FieldSyntax::kPaddedValue && trim) {
        field->value = trim_field_value(field->value);
        field->syntax = FieldSyntax::kValid;
      }
      if (const Rule* broken = take(*field, field->known_name, field->syntax)) {
        broken_name_ = field->name;
        return broken;
      }
    }
    return nullptr;
  }
  // Checks a section of the application, whose fields do not change.
  const Rule* take_all(const NamedFields& fields, FieldNames left_out = {}) {
    is_ours_ = true;
    for (size_t i = 0; i < fields.size(); ++i) {
      const FieldName name = fields.name(i);
      if (left_out.has(name)) continue;
      const Field& field = fields[i];
      const FieldSyntax syntax = syntax_of(field, name);
      if (syntax == FieldSyntax::kValid && !kNamesWithRules.has(name)) {
        regular_seen_ = true;
        continue;
      }
      if (const Rule* broken = take(field, name, syntax)) return broken;
    }
    return nullptr;
  }

  bool has(FieldName name) const { return seen_.has(name); }
  // The value of a pseudo-header field or of host; empty if there is none.
  std::string_view get(FieldName name) const {
    return has(name) ? at_[static_cast<size_t>(name)]->value : std::string_view();
  }
  // The name of the field at which take_all() stopped.
  std::string_view broken_name() const { return broken_name_; }
  int64_t content_length() const { return content_length_; }
  bool has_split_cookie() const { return has_split_cookie_; }

 private:
  static FieldSyntax syntax_of(const Field& field, FieldName name) {
    return field.syntax != FieldSyntax::kUnchecked ? field.syntax
                                                   : check_field(field.name, field.value, name);
  }

  // `name` and `syntax`: those of the field.
  const Rule* take(const Field& field, FieldName name, FieldSyntax syntax) {
    if (syntax != FieldSyntax::kValid) return broken_syntax(syntax);
    if (kPseudoFields.has(name)) return take_pseudo(name, field);
    if (name == FieldName::kOtherPseudo) return undefined_pseudo();
    regular_seen_ = true;
    return take_known(name, field);
  }

  static const Rule* broken_syntax(FieldSyntax syntax) {
    if (syntax == FieldSyntax::kInvalidName) return &kFieldName;
    return syntax == FieldSyntax::kInvalidValue ? &kFieldValue : &kPaddedValue;
  }
  const Rule* undefined_pseudo() const {
    return kind_ == Kind::kTrailers ? &kPseudoInTrailers : &kPseudoUnknown;
  }
  const Rule* take_pseudo(FieldName name, const Field& field) {
    if (!pseudo_fields_.has(name)) return undefined_pseudo();
    if (regular_seen_) return &kPseudoLate;
    if (has(name)) return &kPseudoTwice;
    remember(name, field);
    return nullptr;
  }

  const Rule* take_known(FieldName name, const Field& field) {
    switch (name) {
      case FieldName::kConnection:
      case FieldName::kKeepAlive:
      case FieldName::kProxyConnection:
      case FieldName::kTransferEncoding:
      case FieldName::kUpgrade:
        return &kConnectionSpecific;
      case FieldName::kTe:
        return kind_ == Kind::kRequest && equals_ignoring_case(field.value, "trailers") ? nullptr
                                                                                        : &kTe;
      case FieldName::kHost:
        if (kind_ != Kind::kRequest) return nullptr;
        if (has(name)) return &kHost;
        remember(name, field);
        return nullptr;
      case FieldName::kPriority:
        seen_.add(name);
        return nullptr;
      case FieldName::kCookie:
        has_split_cookie_ = has(name);
        seen_.add(name);
        return nullptr;
      case FieldName::kContentLength:
        return kind_ == Kind::kTrailers ? nullptr : take_content_length(field.value);
      default:
        return nullptr;
    }
  }
  // A field repeated with the same value may be accepted (RFC 9110 §8.6) but must not be sent
  // (§5.3).
  const Rule* take_content_length(std::string_view value) {
    const int64_t length = parse_content_length(value);
    if (length == kNoContentLength) return &kContentLength;
    const bool again = has(FieldName::kContentLength);
    if (again && (is_ours_ || length != content_length_)) return &kContentLength;
    seen_.add(FieldName::kContentLength);
    content_length_ = length;
    return nullptr;
  }

  void remember(FieldName name, const Field& field) {
    seen_.add(name);
    at_[static_cast<size_t>(name)] = &field;
  }

  Kind kind_;
  FieldNames pseudo_fields_;  // the pseudo-header fields that are defined for this kind
  FieldNames seen_;
  bool is_ours_ = false;  // the section is to be sent
  bool regular_seen_ = false;
  bool has_split_cookie_ = false;
  int64_t content_length_ = kNoContentLength;
  std::string_view broken_name_;
  // By name, valid for those in `seen_`. remember() is called with names up to kHost only.
  std::array<const Field*, static_cast<size_t>(FieldName::kHost) + 1> at_;
};

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
  if (!is_token(method)) return &kMethod;
  head->is_head = method == "HEAD";
  head->is_connect = method == "CONNECT";
  head->is_safe = head->is_head || method == "GET";
  head->has_authority = !section.get(FieldName::kAuthority).empty();
  head->has_split_cookie = section.has_split_cookie();
  head->has_priority = section.has(FieldName::kPriority);
  // RFC 9110 §9.3.6: a CONNECT request has no content, because its DATA belongs to the tunnel.
  head->content_length = head->is_connect ? kNoContentLength : section.content_length();
  if (section.has(FieldName::kProtocol)) {
    const bool sound = head->is_connect && is_token(section.get(FieldName::kProtocol));
    return sound ? check_target(section, method, options) : &kProtocol;
  }
  return head->is_connect ? check_connect_target(section) : check_target(section, method, options);
}

// The field that a rule about a whole head is about.
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
  return blame(broken, field_of(broken), field_name);
}

const Rule* check_promise(const RequestHead& head, std::string_view* field_name) {
  const Rule* broken = nullptr;
  if (!head.is_safe || head.content_length > 0) {
    broken = &kPromisedMethod;
  } else if (!head.has_authority) {
    broken = &kPromisedAuthority;
  }
  return blame(broken, field_of(broken), field_name);
}

const Rule* check_response(gsl::span<Field> fields, const MessageOptions& options,
                           ResponseHead* head, std::string_view* field_name) {
  Section section(Section::Kind::kResponse, FieldNames{FieldName::kStatus});
  if (const Rule* broken = section.take_all(fields, options.trim_field_values)) {
    return blame(broken, section.broken_name(), field_name);
  }
  const Rule* broken = check_status(section, head);
  return blame(broken, field_of(broken), field_name);
}

const Rule* check_trailers(gsl::span<Field> fields, const MessageOptions& options,
                           std::string_view* field_name) {
  Section section(Section::Kind::kTrailers, {});
  const Rule* broken = section.take_all(fields, options.trim_field_values);
  return blame(broken, section.broken_name(), field_name);
}

const Rule* check_outbound_request(const NamedFields& fields, bool enable_connect_protocol,
                                   RequestHead* head) {
  Section section(Section::Kind::kRequest, request_fields(enable_connect_protocol));
  if (const Rule* broken = section.take_all(fields)) return broken;
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
