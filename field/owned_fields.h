#ifndef HEADRACE_FIELD_OWNED_FIELDS_H_
#define HEADRACE_FIELD_OWNED_FIELDS_H_

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/contract.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A list of fields that owns its names and values. For lists that are composed of temporary strings
// or that must outlive the event that they were received with. (A std::vector<Field> holds views.)
// Converts to FieldsView.
//
//   OwnedFields fields = {{":status", "200"}};
//   fields.add("content-length", std::to_string(size));
//   fields.append(request.fields);  // with their never_indexed flags
//
// Views of a field's name and value are valid until clear(), assignment or destruction of the list;
// a move of the list does not invalidate them.
class OwnedFields {
 public:
  OwnedFields();
  OwnedFields(std::initializer_list<Field> fields);
  explicit OwnedFields(FieldsView fields);
  OwnedFields(const OwnedFields& other);
  OwnedFields& operator=(const OwnedFields& other);
  OwnedFields(OwnedFields&&) noexcept;
  OwnedFields& operator=(OwnedFields&&) noexcept;
  ~OwnedFields();

  // Appends a copy of a name and its value.
  void add(std::string_view name, std::string_view value, bool never_indexed = false);
  // The same, with the field's never_indexed, known_name and syntax.
  void add(const Field& field);
  // Appends copies of `fields`, which may be fields of this list.
  void append(FieldsView fields);
  void clear();

  const Field* begin() const HEADRACE_LIFETIME_BOUND { return fields_.data(); }
  const Field* end() const HEADRACE_LIFETIME_BOUND { return begin() + size(); }
  size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  const Field& operator[](size_t i) const HEADRACE_LIFETIME_BOUND {
    HEADRACE_EXPECTS(i < size(), "OwnedFields::operator[]", "the index is below size()",
                     {"index", i}, {"size", size()});
    return fields_.data()[i];
  }
  // See FieldsView.
  std::string_view get(std::string_view name) const HEADRACE_LIFETIME_BOUND {
    return view().get(name);
  }
  bool has(std::string_view name) const { return view().has(name); }
  FieldValues get_all(std::string_view name) const HEADRACE_LIFETIME_BOUND {
    return view().get_all(name);
  }

  FieldsView view() const HEADRACE_LIFETIME_BOUND { return {begin(), size()}; }
  // Implicit, so that it can be submitted as it is.
  operator FieldsView() const HEADRACE_LIFETIME_BOUND { return view(); }

 private:
  std::vector<Field> fields_;
  std::vector<std::unique_ptr<char[]>> texts_;  // of each field: its name, then its value
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_FIELD_OWNED_FIELDS_H_
