#include "headrace/field/owned_fields.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace headrace {
HEADRACE_ABI_BEGIN

// (Not in the header, where every file would compile what the vectors need for it.)
OwnedFields::OwnedFields() = default;
OwnedFields::OwnedFields(std::initializer_list<Field> fields) { append(fields); }
OwnedFields::OwnedFields(FieldsView fields) { append(fields); }
OwnedFields::OwnedFields(const OwnedFields& other) { append(other); }
OwnedFields::OwnedFields(OwnedFields&&) noexcept = default;
OwnedFields& OwnedFields::operator=(OwnedFields&&) noexcept = default;
OwnedFields::~OwnedFields() = default;

OwnedFields& OwnedFields::operator=(const OwnedFields& other) {
  if (this == &other) return *this;
  clear();
  append(other);
  return *this;
}

void OwnedFields::add(std::string_view name, std::string_view value, bool never_indexed) {
  add(Field{name, value, never_indexed});
}

void OwnedFields::add(const Field& field) {
  const size_t name_size = field.name.size();
  const size_t value_size = field.value.size();
  // One octet more than needed, because an empty value needs a data() that is not null (get()).
  std::unique_ptr<char[]> text(new char[name_size + value_size + 1]);
  char* value = std::copy_n(field.name.data(), name_size, text.get());
  *std::copy_n(field.value.data(), value_size, value) = '\0';
  Field owned = field;  // copied before the list grows, because `field` may be one of the list
  owned.name = {text.get(), name_size};
  owned.value = {value, value_size};
  texts_.push_back(std::move(text));
  fields_.push_back(owned);
}

void OwnedFields::append(FieldsView fields) {
  const size_t count = fields.size();
  if (count == 0) return;
  // If `fields` are the list's own, they must not move while the list grows. Their text never does.
  const bool own =
      !empty() && !std::less<>()(fields.begin(), begin()) && std::less<>()(fields.begin(), end());
  const size_t first = own ? static_cast<size_t>(fields.begin() - begin()) : 0;
  if (own) fields_.reserve(size() + count);
  const Field* const from = own ? begin() + first : fields.begin();
  for (size_t i = 0; i < count; ++i) add(from[i]);
}

void OwnedFields::clear() {
  fields_.clear();
  texts_.clear();
}

HEADRACE_ABI_END
}  // namespace headrace
