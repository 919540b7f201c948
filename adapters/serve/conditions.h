#ifndef HEADRACE_ADAPTERS_SERVE_CONDITIONS_H_
#define HEADRACE_ADAPTERS_SERVE_CONDITIONS_H_

#include <cstdint>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/field/field_name.h"
#include "headrace/field/field_names.h"

namespace headrace::serve {

// The validators of a representation (RFC 9110 §8.8).
struct Validators {
  std::string_view etag;      // strong, with its quotes
  int64_t last_modified = 0;  // seconds since 1970
};

enum class Comparison : uint8_t { kStrong, kWeak };  // RFC 9110 §8.8.3.2

// A request's conditions (RFC 9110 §13.1) and its range, found in one pass over its fields.
class Conditions {
 public:
  enum class Verdict : uint8_t {
    kProceed,
    kNotModified,         // 304
    kPreconditionFailed,  // 412
  };

  explicit Conditions(FieldsView fields);
  // Whether there are none, and no range.
  bool empty() const { return present_.empty(); }

  // Evaluates the conditions in the order of RFC 9110 §13.2.2, for GET and HEAD.
  Verdict evaluate(const Validators& current) const;
  // The value of the `range` field; empty if there is none or `if-range` does not match.
  std::string_view range(const Validators& current) const;

 private:
  // The member for the value of that field; null if it has none.
  std::string_view* value_of(FieldName name);
  // Whether the list that the lines of `name` make up contains the tag.
  bool lists(FieldName name, std::string_view etag, Comparison comparison) const;

  FieldsView fields_;
  FieldNames present_;  // a list may be present and empty
  std::string_view if_modified_since_;
  std::string_view if_unmodified_since_;
  std::string_view if_range_;
  std::string_view range_;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_CONDITIONS_H_
