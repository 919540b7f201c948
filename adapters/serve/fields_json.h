#ifndef HEADRACE_ADAPTERS_SERVE_FIELDS_JSON_H_
#define HEADRACE_ADAPTERS_SERVE_FIELDS_JSON_H_

#include <cstddef>
#include <string>
#include <vector>

#include "headrace/field/field.h"

namespace headrace::serve {

// Writes a field list as a JSON object, in its order, a value at a time. The value of a repeated
// name is an array; octets that are not UTF-8 become U+FFFD.
class FieldsJson {
 public:
  // Appends the next piece. False if it was the last. `fields` must be the same list in each call.
  bool write_next(FieldsView fields, std::string* text);

 private:
  struct Place {
    size_t first;  // the first field with its name
    size_t field;
  };
  void arrange(FieldsView fields);

  std::vector<Place> order_;  // sorted so that fields of one name are adjacent
  size_t at_ = 0;             // the next place of order_
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_FIELDS_JSON_H_
