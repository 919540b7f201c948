#include "headrace/adapters/serve/conditions.h"

#include <cstddef>
#include <ctime>
#include <optional>

#include "headrace/protocol/message/http_date.h"

namespace headrace::serve {
namespace {

constexpr FieldNames kConditional = {
    FieldName::kRange,           FieldName::kIfMatch,           FieldName::kIfNoneMatch,
    FieldName::kIfModifiedSince, FieldName::kIfUnmodifiedSince, FieldName::kIfRange};

std::optional<int64_t> parse_date(std::string_view text) {
  return parse_http_date(text, std::time(nullptr));
}

// Whether a list of entity tags, or "*", contains our (strong) one. A malformed list does not.
bool matches(std::string_view list, std::string_view etag, Comparison comparison) {
  if (list == "*") return true;
  while (!list.empty()) {
    if (list.front() == ' ' || list.front() == '\t' || list.front() == ',') {
      list.remove_prefix(1);
      continue;
    }
    const bool weak = list.starts_with("W/");
    if (weak) list.remove_prefix(2);
    if (!list.starts_with('"')) return false;
    const size_t close = list.find('"', 1);
    if (close == std::string_view::npos) return false;
    const std::string_view tag = list.substr(0, close + 1);
    if (tag == etag && (!weak || comparison == Comparison::kWeak)) return true;
    list.remove_prefix(tag.size());
  }
  return false;
}

}  // namespace

Conditions::Conditions(FieldsView fields) : fields_(fields) {
  for (const Field& field : fields) {
    const FieldName name = name_of(field);
    if (!kConditional.has(name)) continue;
    // Several values are no date, tag or range (RFC 9110 §13.1.3).
    constexpr std::string_view kSeveral = ",";
    if (std::string_view* const value = value_of(name)) {
      *value = present_.has(name) ? kSeveral : field.value;
    }
    present_.add(name);
  }
}

std::string_view* Conditions::value_of(FieldName name) {
  switch (name) {
    case FieldName::kRange:
      return &range_;
    case FieldName::kIfModifiedSince:
      return &if_modified_since_;
    case FieldName::kIfUnmodifiedSince:
      return &if_unmodified_since_;
    case FieldName::kIfRange:
      return &if_range_;
    default:
      return nullptr;
  }
}

bool Conditions::lists(FieldName name, std::string_view etag, Comparison comparison) const {
  for (const Field& field : fields_) {
    if (name_of(field) == name && matches(field.value, etag, comparison)) return true;
  }
  return false;
}

Conditions::Verdict Conditions::evaluate(const Validators& current) const {
  if (present_.has(FieldName::kIfMatch)) {
    if (!lists(FieldName::kIfMatch, current.etag, Comparison::kStrong)) {
      return Verdict::kPreconditionFailed;
    }
  } else if (!if_unmodified_since_.empty()) {
    const std::optional<int64_t> date = parse_date(if_unmodified_since_);
    if (date && current.last_modified > *date) return Verdict::kPreconditionFailed;
  }
  if (present_.has(FieldName::kIfNoneMatch)) {
    if (lists(FieldName::kIfNoneMatch, current.etag, Comparison::kWeak)) {
      return Verdict::kNotModified;
    }
  } else if (!if_modified_since_.empty()) {
    const std::optional<int64_t> date = parse_date(if_modified_since_);
    if (date && current.last_modified <= *date) return Verdict::kNotModified;
  }
  return Verdict::kProceed;
}

std::string_view Conditions::range(const Validators& current) const {
  if (if_range_.empty()) return range_;
  // RFC 9110 §13.1.5: an entity tag by strong comparison, a date by exact equality.
  const bool is_etag = if_range_.starts_with('"') || if_range_.starts_with("W/");
  const bool current_still =
      is_etag ? if_range_ == current.etag : parse_date(if_range_) == current.last_modified;
  return current_still ? range_ : std::string_view();
}

}  // namespace headrace::serve
