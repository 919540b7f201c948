#ifndef HEADRACE_PROTOCOL_MESSAGE_SECTION_H_
#define HEADRACE_PROTOCOL_MESSAGE_SECTION_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <string_view>

#include "headrace/field/field_name.h"
#include "headrace/field/field_names.h"
#include "headrace/field/field_syntax.h"
#include "headrace/field/named_fields.h"
#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"
#include "headrace/protocol/message/message_rules.h"
#include "headrace/protocol/message/target_syntax.h"

// The rules about single fields (RFC 9113 §8.2, §8.3), for message_rules.cc, which has those about
// whole heads.

namespace headrace {
HEADRACE_ABI_BEGIN

inline constexpr Rule kFieldName{"RFC 9113 §8.2.1", "a field name is a token in lower case"};
inline constexpr Rule kFieldValue{"RFC 9113 §8.2.1", "a field value has no NUL, CR or LF"};
inline constexpr Rule kPaddedValue{"RFC 9113 §8.2.1",
                                   "a field value neither begins nor ends with white space"};
inline constexpr Rule kConnectionSpecific{"RFC 9113 §8.2.2",
                                          "there are no connection-specific fields"};
inline constexpr Rule kTe{"RFC 9113 §8.2.2", "te is \"trailers\", in a request's head only"};
inline constexpr Rule kPseudoUnknown{
    "RFC 9113 §8.3", "a pseudo-header field is one defined for this kind of message"};
inline constexpr Rule kPseudoInTrailers{"RFC 9113 §8.1", "trailers have no pseudo-header fields"};
inline constexpr Rule kPseudoLate{"RFC 9113 §8.3", "pseudo-header fields come before all others"};
inline constexpr Rule kPseudoTwice{"RFC 9113 §8.3", "a pseudo-header field appears once"};
inline constexpr Rule kHost{"RFC 9110 §7.2",
                            "host appears once and is a host and an optional port"};

inline constexpr FieldNames kPseudoFields = {FieldName::kMethod,    FieldName::kScheme,
                                             FieldName::kAuthority, FieldName::kPath,
                                             FieldName::kStatus,    FieldName::kProtocol};
// The names that a rule is about, and those that are not known yet. All others only follow the
// pseudo-header fields.
inline constexpr FieldNames kNamesWithRules = {FieldName::kUnresolved,
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
                                               FieldName::kPriority,
                                               FieldName::kExpect};

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
      // (Most fields: the decoder has checked them, and no rule is about their names.)
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
  // From the field at `begin`; those in front of it have been taken.
  const Rule* take_all(const NamedFields& fields, FieldNames left_out = {}, size_t begin = 0) {
    is_ours_ = true;
    for (size_t i = begin; i < fields.size(); ++i) {
      const SentField sent = fields.sent(i);
      const FieldName name = sent.name;
      if (left_out.has(name)) continue;
      const Field& field = fields[i];
      // (A field that was sent before was checked then; a part of a cookie was not by itself.)
      const bool checked = sent.indexed != 0 && name != FieldName::kCookie;
      const FieldSyntax syntax = checked ? FieldSyntax::kValid : syntax_of(field, name);
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
      case FieldName::kExpect:
        if (equals_ignoring_case(field.value, "100-continue")) seen_.add(name);
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
  std::array<const Field*, static_cast<size_t>(FieldName::kHost) + 1> at_{};
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_SECTION_H_
