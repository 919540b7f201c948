#ifndef HEADRACE_FIELD_FIELD_H_
#define HEADRACE_FIELD_FIELD_H_

#include <cstdint>
#include <gsl/span>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "headrace/field/field_name.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/contract.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The result of checking a field's characters (RFC 9113 §8.2.1). The decoder checks a field once,
// when it enters the dynamic table, and stores the result with the entry.
enum class FieldSyntax : uint8_t {
  kUnchecked,
  kValid,
  kInvalidName,   // empty, upper case, a colon after the first character, not a token
  kInvalidValue,  // NUL, CR or LF
  kPaddedValue,   // valid except for white space (SP, HTAB) at its edges
};

// One field line (RFC 9110 §5), as views of its text; OwnedFields is a list that owns its text.
// Pseudo-header fields (RFC 9113 §8.3) are fields whose name starts with a colon.
struct Field {
  std::string_view name;
  std::string_view value;
  bool never_indexed = false;  // RFC 7541 §7.1.3: no intermediary may put it into a table either

  // Set by the decoder. The application does not set them.
  FieldName known_name = FieldName::kUnresolved;
  FieldSyntax syntax = FieldSyntax::kUnchecked;
};

// A borrowed list of fields, valid as long as the list that it was made from.
class FieldsView {
 public:
  FieldsView() = default;
  // Implicit, so that a list can be written where it is used: {{":status", "200"}}.
  FieldsView(const std::initializer_list<Field>& fields HEADRACE_LIFETIME_BOUND)
      : fields_(fields.begin(), fields.size()) {}
  FieldsView(const std::vector<Field>& fields HEADRACE_LIFETIME_BOUND) : fields_(fields) {}
  FieldsView(gsl::span<const Field> fields HEADRACE_LIFETIME_BOUND) : fields_(fields) {}

  const Field* begin() const { return fields_.data(); }
  const Field* end() const { return fields_.data() + fields_.size(); }
  size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  const Field& operator[](size_t i) const {
    HEADRACE_EXPECTS(i < size(), "FieldsView::operator[]", "the index is below size()",
                     {"index", i}, {"size", size()});
    return fields_.data()[i];
  }

 private:
  gsl::span<const Field> fields_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_FIELD_FIELD_H_
