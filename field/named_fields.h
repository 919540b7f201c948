#ifndef HEADRACE_FIELD_NAMED_FIELDS_H_
#define HEADRACE_FIELD_NAMED_FIELDS_H_

#include <algorithm>
#include <array>
#include <cstddef>

#include "headrace/field/field.h"
#include "headrace/field/field_name.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Fields of the application on their way out, with the tokens of their names, which are looked up
// once for all that follows: the checks, the completion and the encoding. The fields themselves
// are neither copied nor changed, and must outlive it.
class NamedFields {
 public:
  // Implicit. `any_case`: names may have upper-case letters, as in HTTP/1.x.
  NamedFields(FieldsView fields, bool any_case = false) : fields_(fields), any_case_(any_case) {
    const Field* const begin = fields.begin();
    for (size_t i = 0; i < fields.size(); ++i) {
      octets_ += begin[i].name.size() + begin[i].value.size();
      if (i < kStored) names_[i] = look_up(begin[i]);
    }
  }

  // Fields that have their tokens (Field::known_name), and whose octets are counted.
  static NamedFields resolved(FieldsView fields, size_t octets) {
    NamedFields named;
    named.fields_ = fields;
    named.octets_ = octets;
    named.resolved_ = true;
    return named;
  }

  const FieldsView& fields() const { return fields_; }
  size_t size() const { return fields_.size(); }
  // The octets of all names and values.
  size_t octets() const { return octets_; }
  const Field& operator[](size_t i) const { return fields_.begin()[i]; }
  FieldName name(size_t i) const {
    if (resolved_) return (*this)[i].known_name;
    return i < kStored ? names_[i] : look_up((*this)[i]);
  }

 private:
  NamedFields() = default;

  static constexpr size_t kStored = 32;  // the names of fields behind these are looked up each time

  FieldName look_up(const Field& field) const {
    if (!any_case_) return name_of(field);
    return field.known_name != FieldName::kUnresolved ? field.known_name
                                                      : resolve_field_name_in_any_case(field.name);
  }

  FieldsView fields_;
  size_t octets_ = 0;
  bool any_case_ = false;
  bool resolved_ = false;
  std::array<FieldName, kStored> names_;  // the first size() of them
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_FIELD_NAMED_FIELDS_H_
